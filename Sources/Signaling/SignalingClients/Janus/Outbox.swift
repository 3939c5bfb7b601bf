/// What a machine has to hand out, in order.
struct Outbox<Element> {
    private var waiting: [Element] = []
    private var taken = 0

    mutating func append(_ element: Element) {
        waiting.append(element)
    }

    mutating func next() -> Element? {
        guard taken < waiting.count else { return nil }
        defer {
            taken += 1
            if taken == waiting.count { removeAll() }
        }
        return waiting[taken]
    }

    mutating func removeAll() {
        waiting.removeAll(keepingCapacity: true)
        taken = 0
    }
}
