/// The last events of a session that its client has not acknowledged, as they were sent.
struct ReplayBuffer {
    private var entries: [(seq: Int64, text: String)] = []
    private var head = 0
    private var bytes = 0
    /// The newest event that was added.
    private(set) var last: Int64 = 0

    var count: Int { entries.count - head }

    /// Adds the next event; the oldest make room for it.
    mutating func add(_ seq: Int64, _ text: String, limits: ServerLimits) {
        precondition(seq == last + 1, "Event \(seq) follows \(last) in a session.")
        last = seq
        entries.append((seq, text))
        bytes += text.utf8.count
        while count > limits.replayEvents || bytes > limits.replayBytes, head < entries.count { dropOldest() }
    }

    /// The client has everything up to `seq`.
    mutating func acknowledge(_ seq: Int64) {
        while head < entries.count, entries[head].seq <= seq { dropOldest() }
    }

    private mutating func dropOldest() {
        bytes -= entries[head].text.utf8.count
        entries[head].text = ""
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
    }

    /// What came after `seq`; `nil` where some of it is gone, or was never sent.
    func texts(after seq: Int64) -> [String]? {
        guard seq <= last else { return nil }
        guard seq < last else { return [] }
        guard head < entries.count, entries[head].seq <= seq + 1 else { return nil }
        return entries[(head + Int(seq + 1 - entries[head].seq))...].map(\.text)
    }
}
