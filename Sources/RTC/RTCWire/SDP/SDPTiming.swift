/// When a session takes place, in seconds of NTP time; zero and zero for ever, as in WebRTC (RFC 8866 §5.9).
public struct SDPTiming: Hashable, Sendable {
    public var start: UInt64
    public var stop: UInt64

    public init(start: UInt64 = 0, stop: UInt64 = 0) {
        self.start = start
        self.stop = stop
    }
}
