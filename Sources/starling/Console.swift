import Foundation
import Reports

/// What goes to people: answers to standard output, complaints to standard error.
enum Console {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Colours for people who see them and did not say no (`NO_COLOR`).
    static var style: ConsoleStyle {
        let environment = ProcessInfo.processInfo.environment
        return ConsoleStyle(
            isColoured: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb")
    }

    static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Broken where a terminal would break it worse; whole for files and pipes.
    static func sayWrapped(_ text: String) {
        if isTerminal { ConsoleStyle.wrap(text).forEach(say) } else { say(text) }
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Replaces the last line of a terminal; elsewhere nothing is shown.
    static func replaceLine(_ text: String) {
        guard isTerminal else { return }
        let line = text.count < ConsoleStyle.width ? text : text.prefix(ConsoleStyle.width - 2) + "…"
        FileHandle.standardOutput.write(Data(("\r\u{1B}[K" + line).utf8))
    }

    static func endLine() {
        guard isTerminal else { return }
        FileHandle.standardOutput.write(Data("\r\u{1B}[K".utf8))
    }
}
