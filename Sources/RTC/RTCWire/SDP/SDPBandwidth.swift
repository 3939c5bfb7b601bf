/// A bandwidth that a side proposes to be sent (RFC 8866 §5.8).
public struct SDPBandwidth: Hashable, Sendable {
    /// `AS` (kilobits per second) or `TIAS` (bits per second, RFC 3890), among others.
    public var type: String
    public var value: UInt64

    public init(type: String, value: UInt64) {
        self.type = type
        self.value = value
    }
}
