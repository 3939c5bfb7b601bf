public import RTCCore

/// Things to do at moments to come, the earliest first; those of one moment in the order in which they were added.
///
/// Nothing is taken back: whoever takes an entry checks whether it still matters.
public struct DeadlineHeap<Entry> {
    @usableFromInline
    struct Node {
        @usableFromInline let moment: Instant
        @usableFromInline let order: UInt64
        @usableFromInline let entry: Entry

        @inlinable
        init(moment: Instant, order: UInt64, entry: Entry) {
            self.moment = moment
            self.order = order
            self.entry = entry
        }

        @inlinable
        func isBefore(_ other: Node) -> Bool {
            (moment, order) < (other.moment, other.order)
        }
    }

    @usableFromInline var nodes: [Node] = []
    @usableFromInline var added: UInt64 = 0

    @inlinable
    public init() {}

    @inlinable
    public var count: Int { nodes.count }

    /// The earliest moment; `nil` where nothing is left.
    @inlinable
    public var earliest: Instant? { nodes.first?.moment }

    @inlinable
    public mutating func add(_ entry: Entry, at moment: Instant) {
        nodes.append(Node(moment: moment, order: added, entry: entry))
        added += 1
        var child = nodes.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard nodes[child].isBefore(nodes[parent]) else { return }
            nodes.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest entry that is due.
    @inlinable
    public mutating func take(dueAt now: Instant) -> (moment: Instant, entry: Entry)? {
        guard let first = nodes.first, first.moment <= now else { return nil }
        nodes.swapAt(0, nodes.count - 1)
        nodes.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < nodes.count && nodes[child].isBefore(nodes[least]) {
                least = child
            }
            guard least != parent else { break }
            nodes.swapAt(parent, least)
            parent = least
        }
        return (first.moment, first.entry)
    }
}

extension DeadlineHeap: Sendable where Entry: Sendable {}
extension DeadlineHeap.Node: Sendable where Entry: Sendable {}
