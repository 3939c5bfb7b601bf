import RTCCore

/// What one receiver says about one source (RFC 3550 §6.4.1).
public struct RTCPReportBlock: Hashable, Sendable {
    /// Bytes on the wire.
    public static let size = 24
    /// The most that one report packet carries.
    public static let maximumPerPacket = 31

    /// The source that is reported on.
    public var ssrc: UInt32
    /// Packets lost since the last report, in 256ths of those expected.
    public var fractionLost: UInt8
    /// Packets lost since reception began, 24 bits signed: duplicates can make it negative.
    public var cumulativeLost: Int32
    /// The highest sequence number received, with the count of its wraps in the upper half.
    public var extendedHighestSequence: UInt32
    /// Interarrival jitter in ticks of the RTP clock (RFC 3550 §A.8).
    public var jitter: UInt32
    /// The middle 32 bits of the NTP time of the last sender report; 0 if there was none.
    public var lastSR: UInt32
    /// From that report's arrival to this one, in 65,536ths of a second.
    public var delaySinceLastSR: UInt32

    public init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequence: UInt32, jitter: UInt32,
        lastSR: UInt32, delaySinceLastSR: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighestSequence = extendedHighestSequence
        self.jitter = jitter
        self.lastSR = lastSR
        self.delaySinceLastSR = delaySinceLastSR
    }

    init?(_ reader: inout ByteReader) {
        guard reader.remaining >= Self.size, let ssrc = reader.readUInt32(), let fractionLost = reader.readUInt8(),
            let lost = reader.readUInt24(), let highest = reader.readUInt32(), let jitter = reader.readUInt32(),
            let lastSR = reader.readUInt32(), let delay = reader.readUInt32()
        else { return nil }
        self.init(
            ssrc: ssrc, fractionLost: fractionLost, cumulativeLost: Int32(bitPattern: lost << 8) >> 8,
            extendedHighestSequence: highest, jitter: jitter, lastSR: lastSR, delaySinceLastSR: delay)
    }

    func write(into writer: inout ByteWriter) {
        writer.write(ssrc)
        writer.write(fractionLost)
        // RFC 3550 §A.3: the count stops at the ends of its 24 bits.
        let lost = max(-0x80_0000, min(cumulativeLost, 0x7F_FFFF))
        writer.writeUInt24(UInt32(bitPattern: lost) & 0xFF_FFFF)
        writer.write(extendedHighestSequence)
        writer.write(jitter)
        writer.write(lastSR)
        writer.write(delaySinceLastSR)
    }
}
