import Foundation

/// What goes to people: answers to standard output, complaints to standard error.
enum Console {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Replaces the last line of a terminal; elsewhere nothing is shown.
    static func replaceLine(_ text: String) {
        guard isTerminal else { return }
        FileHandle.standardOutput.write(Data(("\r\u{1B}[K" + text).utf8))
    }

    static func endLine() {
        guard isTerminal else { return }
        FileHandle.standardOutput.write(Data("\r\u{1B}[K".utf8))
    }
}
