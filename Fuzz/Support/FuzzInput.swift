/// The fuzzer's bytes, taken as decisions one after the other; where they end, every decision is zero.
///
/// What steers a state machine is read from the front and what is fed to it from behind it, so that a changed byte changes one step
/// and leaves the others as they are.
public struct FuzzInput {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// - Parameter bytes: Must stay valid while this lives.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    public var isEmpty: Bool { offset == bytes.count }
    public var remaining: Int { bytes.count - offset }

    public mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    public mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value {
        var value: Value = 0
        for _ in 0..<MemoryLayout<Value>.size { value = value << 8 | Value(truncatingIfNeeded: byte()) }
        return value
    }

    /// A number from zero up to, and without, the bound.
    public mutating func below(_ bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        return (bound <= 256 ? Int(byte()) : Int(number(UInt16.self))) % bound
    }

    /// Up to this many bytes; their number is one decision, or two for more than 255.
    public mutating func chunk(upTo limit: Int = 255) -> [UInt8] {
        let wanted = limit <= 255 ? Int(byte()) : Int(number(UInt16.self))
        let size = min(wanted, limit, remaining)
        defer { offset += size }
        return Array(bytes[offset..<(offset + size)])
    }

    /// A text up to the next zero byte or the end, so that it may grow and shrink without moving what follows.
    public mutating func text() -> String {
        let end = bytes[offset...].firstIndex(of: 0) ?? bytes.count
        defer { offset = min(end + 1, bytes.count) }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    /// All that is left.
    public mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }
}
