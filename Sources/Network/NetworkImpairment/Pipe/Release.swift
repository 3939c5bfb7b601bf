public import RTCCore

/// How a datagram comes out of a pipe.
public struct Release: Hashable, Sendable {
    public let path: Path
    /// The codepoint for its IP header.
    public let ecn: ECN
    /// When it was due, which is when it arrived, however late its driver asks.
    public let dueAt: Instant
}
