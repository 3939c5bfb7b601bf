/// A first-in, first-out queue that stops allocating once it has grown to its working size.
package struct RingQueue<Element> {
    private var storage: ContiguousArray<Element?> = []
    private var head = 0
    package private(set) var count = 0

    package var isEmpty: Bool { count == 0 }

    package var first: Element? {
        count == 0 ? nil : storage[head]
    }

    package mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[(head + count) & (storage.count - 1)] = element
        count += 1
    }

    package mutating func removeFirst() {
        precondition(count > 0, "nothing waits")
        storage[head] = nil
        head = (head + 1) & (storage.count - 1)
        count -= 1
    }

    @discardableResult
    package mutating func popFirst() -> Element? {
        guard count > 0, let element = storage[head] else { return nil }
        removeFirst()
        return element
    }

    package mutating func removeAll() {
        while count > 0 { removeFirst() }
    }

    private mutating func grow() {
        var larger = ContiguousArray<Element?>(repeating: nil, count: max(16, storage.count * 2))
        for index in 0..<count { larger[index] = storage[(head + index) & (storage.count - 1)] }
        storage = larger
        head = 0
    }
}
