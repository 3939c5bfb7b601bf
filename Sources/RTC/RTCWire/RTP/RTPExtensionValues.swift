/// What the header extensions of one packet say; all of it optional, none of it on the heap.
public struct RTPExtensionValues: Hashable, Sendable {
    /// The packet's number on the whole transport, counted by the sender.
    public var transportSequenceNumber: UInt16?
    /// When the packet left: seconds in 6.18 fixed point, 24 bits, wraps every 64 s. See ``absSendTime(ntp:)``.
    public var absSendTime: UInt32?
    /// When the frame was captured: NTP time, 32.32 fixed point.
    public var absCaptureTime: UInt64?
    /// The capture system's clock minus the sender's, seconds in signed 32.32 fixed point; goes with ``absCaptureTime``.
    public var captureClockOffset: Int64?
    /// RFC 6464.
    public var audioLevel: AudioLevel?
    /// The byte of 3GPP TS 26.114 §7.4.5: camera, flip, and rotation in the lower two bits.
    public var videoOrientation: UInt8?
    /// Bounds on playout delay.
    public var playoutDelay: PlayoutDelay?
    /// Transmission time minus RTP timestamp in ticks of the RTP clock, 24 bits signed (RFC 5450).
    public var transmissionOffset: Int32?
    /// The media section, at most 16 bytes (RFC 9143 §15).
    public var mid: InlineText?
    /// The simulcast layer (RFC 8852 §3.1).
    public var rid: InlineText?
    /// The layer that this retransmission repairs (RFC 8852 §3.2).
    public var rrid: InlineText?

    public init() {}

    /// Voice activity, and the level in −dBov: 0 is loudest, 127 is silence (RFC 6464 §3).
    public struct AudioLevel: Hashable, Sendable {
        public var voice: Bool
        /// 0…127.
        public var level: UInt8

        @inlinable
        public init(voice: Bool, level: UInt8) {
            self.voice = voice
            self.level = level
        }
    }

    /// Bounds on playout delay in units of 10 ms, 0…4,095.
    public struct PlayoutDelay: Hashable, Sendable {
        public var minimum: UInt16
        public var maximum: UInt16

        @inlinable
        public init(minimum: UInt16, maximum: UInt16) {
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// The abs-send-time of an NTP time: its 6 lowest bits of seconds and 18 highest bits of fraction.
    @inlinable
    public static func absSendTime(ntp: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: ntp >> 14) & 0xFF_FFFF
    }
}
