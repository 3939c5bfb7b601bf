/// The chat as one participant has it: what it heard, what it said itself, each number once and rising.
struct ChatBook {
    private(set) var heard: [Int64] = []
    private(set) var said: Set<Int64> = []

    /// - Returns: What is wrong with it.
    mutating func hear(_ number: Int64) -> String? {
        defer { heard.append(number) }
        if let last = heard.last, number <= last { return "message \(number) came after \(last)" }
        return said.contains(number) ? "its own message \(number) came back" : nil
    }

    mutating func say(_ number: Int64) -> String? {
        said.insert(number).inserted ? nil : "two messages are both number \(number)"
    }

    /// The highest number it knows.
    var last: Int64 { max(heard.last ?? 0, said.max() ?? 0) }

    /// A number between its first and its last that it does not know.
    var gap: Int64? {
        let known = said.union(heard)
        guard let first = known.min() else { return nil }
        return (first...last).first { !known.contains($0) }
    }
}
