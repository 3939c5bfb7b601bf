/// How lines for a terminal look: eighty columns, and colours where somebody sees them.
public struct ConsoleStyle: Sendable {
    public var isColoured: Bool

    /// Without colours: for files, pipes, and whoever set `NO_COLOR`.
    public static let plain = ConsoleStyle(isColoured: false)

    /// The widest line that needs no wrapping on a terminal of the usual size.
    public static let width = 80

    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// A line in as many as a terminal needs, all but the first further in.
    public static func wrap(_ line: String) -> [String] {
        let indentation = String(line.prefix { $0 == " " })
        return line.wrapped(first: indentation, rest: indentation + "    ")
    }

    /// What a verdict or a mark says: `pass` is green, `fail` red, everything else yellow.
    public func paint(_ text: String, as verdict: String) -> String {
        code(verdict == "pass" ? "32" : verdict == "fail" ? "31" : "33", text)
    }

    func bold(_ text: String) -> String { code("1", text) }

    func faint(_ text: String) -> String { code("2", text) }

    private func code(_ number: String, _ text: String) -> String {
        isColoured ? "\u{1B}[\(number)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// Broken at spaces so that no line is wider than a terminal, but for words that are.
    ///
    /// - Parameters:
    ///   - first: What the first line begins with.
    ///   - rest: What the others begin with.
    func wrapped(first: String, rest: String, width: Int = ConsoleStyle.width) -> [String] {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in split(separator: " ", omittingEmptySubsequences: true) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func rightAligned(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
