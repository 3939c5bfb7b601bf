/// Extends 16-bit sequence numbers to 64 bits, each taken as the nearest to the highest so far (RFC 3711 §3.3.1).
public struct SequenceUnwrapper: Sendable {
    @usableFromInline var newest: Int64?

    /// The highest extended number seen.
    @inlinable
    public var highest: Int64? { newest }

    @inlinable
    public init() {
        newest = nil
    }

    /// What a number would extend to, with nothing remembered.
    @inlinable
    public func peek(_ number: UInt16) -> Int64 {
        guard let highest else { return Int64(number) + 65_536 }
        let delta = Int16(bitPattern: number &- UInt16(truncatingIfNeeded: highest))
        return highest + Int64(delta)
    }

    @inlinable
    public mutating func unwrap(_ number: UInt16) -> Int64 {
        let extended = peek(number)
        remember(extended)
        return extended
    }

    @inlinable
    mutating func remember(_ extended: Int64) {
        newest = max(newest ?? extended, extended)
    }
}
