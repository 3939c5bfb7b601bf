import Foundation
import ServerSettings

/// Where the log's lines go: a file that is added to, or standard error. Writing waits for nobody but its own thread.
final class LogFile: Sendable {
    private let handle: FileHandle
    private let queue = DispatchQueue(label: "starling.log")

    private init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// - Parameter path: `-` for standard error, `none` for nothing.
    static func open(_ path: String) throws(SettingProblem) -> LogFile? {
        if path == "none" { return nil }
        if path == "-" { return LogFile(.standardError) }
        guard FileManager.default.fileExists(atPath: path) || FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path), (try? handle.seekToEnd()) != nil
        else { throw SettingProblem("log_file", "'\(path)' cannot be written: does its folder exist?") }
        return LogFile(handle)
    }

    @Sendable func write(_ line: String) {
        queue.async { [handle] in try? handle.write(contentsOf: Data(line.utf8)) }
    }

    /// Waits until everything is written.
    func flush() {
        queue.sync {}
    }
}
