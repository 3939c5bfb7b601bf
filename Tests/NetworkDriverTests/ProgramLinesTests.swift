import NetworkDriver
import Testing

@Suite("Lines of a program")
struct ProgramLinesTests {
    private func read(_ text: String, by size: Int, limit: Int = 8) -> (lines: [String], isBroken: Bool) {
        var lines = ProgramLines(limit: limit)
        var read: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            lines.put(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let line = lines.next() { read.append(line) }
        }
        return (read, lines.isBroken)
    }

    @Test("are the same wherever they are cut, without the empty ones and what has no end", arguments: 1...20)
    func cuts(size: Int) {
        let text = "one\n\ntwo\n12345678\nno end"
        #expect(read(text, by: size) == (["one", "two", "12345678"], false))
    }

    @Test("end with the first that is too long, whether or not it has an end", arguments: 1...20)
    func tooLong(size: Int) {
        #expect(read("one\n123456789\ntwo\n", by: size) == (["one"], true))
        #expect(read("one\n123456789", by: size) == (["one"], true))
    }
}
