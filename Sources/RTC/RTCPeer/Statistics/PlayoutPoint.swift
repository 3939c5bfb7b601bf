/// When media of an RTP time was played.
public struct PlayoutPoint: Hashable, Sendable {
    public var rtpTimestamp: UInt32
    /// Nanoseconds since the driver began.
    public var at: UInt64

    public init(rtpTimestamp: UInt32, at: UInt64) {
        self.rtpTimestamp = rtpTimestamp
        self.at = at
    }
}
