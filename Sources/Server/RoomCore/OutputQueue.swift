/// Outputs that wait for their driver, first in, first out.
public struct OutputQueue<Output> {
    private var outputs: [Output?] = []
    private var head = 0

    public init() {}

    public var count: Int { outputs.count - head }

    public mutating func append(_ output: Output) {
        outputs.append(output)
    }

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
