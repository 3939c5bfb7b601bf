/// The lines of what a program writes, however it is cut on its way. Empty ones are left out.
package struct ProgramLines {
    /// The longest line, in bytes.
    package static let longest = 1 << 20

    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the next line begins, and up to where it has no end.
    private var start = 0
    private var searched = 0
    /// Whether a line was longer than may be: nothing is read from there on.
    package private(set) var isBroken = false

    package init(limit: Int = Self.longest) {
        self.limit = limit
    }

    package mutating func put(_ more: some Collection<UInt8>) {
        guard !isBroken else { return }
        bytes.removeFirst(start)
        searched -= start
        start = 0
        bytes += more
    }

    /// - Returns: `nil` until more has come.
    package mutating func next() -> String? {
        while !isBroken {
            let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
            guard (end ?? bytes.count) - start <= limit else {
                isBroken = true
                bytes = []
                return nil
            }
            guard let end else {
                searched = bytes.count
                return nil
            }
            defer {
                start = end + 1
                searched = start
            }
            if end > start { return String(decoding: bytes[start..<end], as: UTF8.self) }
        }
        return nil
    }
}
