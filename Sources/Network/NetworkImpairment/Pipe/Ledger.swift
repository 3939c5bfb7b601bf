/// The latest entries of a pipe, oldest first; when it is full the oldest one makes room and is counted.
struct Ledger {
    static let capacity = 65_536

    private var entries: [LedgerEntry] = []
    private var start = 0
    private(set) var overflow: UInt64 = 0

    var count: Int { entries.count }

    mutating func append(_ entry: LedgerEntry) {
        guard entries.count == Self.capacity else {
            entries.append(entry)
            return
        }
        entries[start] = entry
        start = (start + 1) % Self.capacity
        overflow += 1
    }

    mutating func drain(_ body: (LedgerEntry) -> Void) {
        for offset in 0..<entries.count {
            body(entries[(start + offset) % entries.count])
        }
        entries.removeAll(keepingCapacity: true)
        start = 0
    }
}
