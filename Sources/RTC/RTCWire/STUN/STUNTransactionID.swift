/// The 96 bits that join a STUN response to its request (RFC 8489 §5).
public struct STUNTransactionID: Hashable, Sendable {
    /// The first four bytes, big-endian.
    public let high: UInt32
    /// The last eight bytes, big-endian.
    public let low: UInt64

    @inlinable
    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Draws one from a machine's own generator.
    @inlinable
    public init(using random: inout some RandomNumberGenerator) {
        self.init(high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
    }
}
