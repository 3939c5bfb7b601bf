/// What the two lowest bits of an IP header's traffic class say about congestion (RFC 3168 §5).
public enum ECN: UInt8, Hashable, Sendable, CaseIterable {
    /// The sender does not understand marks, so that only a loss can tell it.
    case notECT = 0
    /// ECN-capable, with the codepoint that asks for the low latency of L4S (RFC 9331 §4.1).
    case ect1 = 1
    /// ECN-capable.
    case ect0 = 2
    /// Congestion experienced: a queue on the way has marked it.
    case ce = 3

    /// Whether a queue may mark instead of dropping.
    @inlinable
    public var isCapable: Bool { self != .notECT }
}
