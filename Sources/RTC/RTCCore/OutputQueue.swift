/// Outputs that wait for their driver, first in, first out.
public struct OutputQueue<Output> {
    @usableFromInline var outputs: [Output?] = []
    @usableFromInline var head = 0

    @inlinable
    public init() {}

    @inlinable
    public var count: Int { outputs.count - head }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    @inlinable
    public mutating func append(_ output: Output) {
        outputs.append(output)
    }

    @inlinable
    public mutating func next() -> Output? {
        guard head < outputs.count else { return nil }
        let output = outputs[head].take()
        head += 1
        if head == outputs.count {
            outputs.removeAll(keepingCapacity: outputs.capacity <= 4096)
            head = 0
        }
        return output
    }
}

extension OutputQueue: Sendable where Output: Sendable {}
