/// Connections whose request is not whole yet, the oldest first, and how many of them there may be.
///
/// Whoever means well is done in a moment, so that a flood of those who hold their requests open drives out its own: with one too many the
/// oldest makes room.
public struct OpenRequests {
    public let limit: Int
    private var order: [UInt64] = []
    private var first = 0
    private var isOpen: Set<UInt64> = []

    public init(limit: Int) {
        precondition(limit > 0, "A server that takes no request serves nobody.")
        self.limit = limit
    }

    public var count: Int { isOpen.count }

    /// - Returns: The connection that has to make room, where one has.
    public mutating func began(_ connection: UInt64) -> UInt64? {
        guard isOpen.insert(connection).inserted else { return nil }
        order.append(connection)
        guard isOpen.count > limit else { return nil }
        return takeOldest()
    }

    public mutating func finished(_ connection: UInt64) {
        guard isOpen.remove(connection) != nil else { return }
        compact()
    }

    /// Gives up the one that has been open for the longest time.
    public mutating func takeOldest() -> UInt64? {
        while first < order.count {
            let connection = order[first]
            first += 1
            if isOpen.remove(connection) != nil {
                compact()
                return connection
            }
        }
        return nil
    }

    private mutating func compact() {
        while first < order.count, !isOpen.contains(order[first]) { first += 1 }
        guard first > 1024, first * 2 > order.count else { return }
        order.removeFirst(first)
        first = 0
    }
}
