/// Things to do at their time: a binary heap in the total order of (time, then the order in which they were put in).
///
/// Nothing is taken back: whoever takes a thing out looks whether it still matters.
public struct DueQueue<Element> {
    @usableFromInline
    struct Entry {
        @usableFromInline let at: Instant
        @usableFromInline let order: UInt64
        @usableFromInline let element: Element

        @inlinable
        init(at: Instant, order: UInt64, element: Element) {
            self.at = at
            self.order = order
            self.element = element
        }

        @inlinable
        func precedes(_ other: Entry) -> Bool {
            at == other.at ? order < other.order : at < other.at
        }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var nextOrder: UInt64 = 0

    @inlinable
    public init() {}

    @inlinable
    public var count: Int { entries.count }

    @inlinable
    public var isEmpty: Bool { entries.isEmpty }

    /// When the first thing is due; `nil` where there is none.
    @inlinable
    public var first: Instant? { entries.first?.at }

    /// - Returns: Its place among equals, unique in this queue.
    @inlinable
    @discardableResult
    public mutating func push(_ element: Element, at time: Instant) -> UInt64 {
        let entry = Entry(at: time, order: nextOrder, element: element)
        nextOrder += 1
        var index = entries.count
        entries.append(entry)
        while index > 0 {
            let parent = (index - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            entries[index] = entries[parent]
            index = parent
        }
        entries[index] = entry
        return entry.order
    }

    /// Takes the first thing out if it is due.
    @inlinable
    public mutating func popDue(at now: Instant) -> (at: Instant, order: UInt64, element: Element)? {
        guard let top = entries.first, top.at <= now, let last = entries.popLast() else { return nil }
        if !entries.isEmpty { sink(last) }
        return (top.at, top.order, top.element)
    }

    @inlinable
    mutating func sink(_ entry: Entry) {
        var index = 0
        while true {
            var child = 2 * index + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            entries[index] = entries[child]
            index = child
        }
        entries[index] = entry
    }
}

extension DueQueue: Sendable where Element: Sendable {}
extension DueQueue.Entry: Sendable where Element: Sendable {}
