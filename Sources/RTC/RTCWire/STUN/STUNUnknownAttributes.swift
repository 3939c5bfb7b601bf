/// The comprehension-required attributes of a message that its receiver does not know, the first four of them.
///
/// A refusal names them in its UNKNOWN-ATTRIBUTES (RFC 8489 §14.9). Four are enough to say what is wrong, and cost no allocation.
public struct STUNUnknownAttributes: Hashable, Sendable {
    /// How many types are kept here, at most four.
    public private(set) var count = 0
    private var types: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    public subscript(index: Int) -> UInt16 {
        precondition(index >= 0 && index < count, "no such attribute")
        return UInt16(truncatingIfNeeded: types >> UInt64(16 * index))
    }

    /// Keeps one more type; a fifth is dropped.
    public mutating func append(_ type: UInt16) {
        guard count < 4 else { return }
        types |= UInt64(type) << UInt64(16 * count)
        count += 1
    }
}
