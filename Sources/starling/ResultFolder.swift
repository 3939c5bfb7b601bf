import ArgumentParser
import Foundation
import Measurement
import Reports
import Scenario

/// The folder that a run leaves behind.
struct ResultFolder {
    let path: String

    /// - Throws: ``ExitCode`` 2 where the folder cannot be made.
    init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            // Before the run, not after it: some folders look writable and are not.
            let probe = (path as NSString).appendingPathComponent(".starling-probe")
            try Data().write(to: URL(fileURLWithPath: probe))
            try FileManager.default.removeItem(atPath: probe)
        } catch {
            Console.complain(
                "\(path): the results cannot be written there: \(Self.obstacle(on: path)); choose a folder with --out")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }

    /// What of a path is in the way: the first part that is no folder, or may not be written to.
    private static func obstacle(on path: String) -> String {
        var here = path
        while !FileManager.default.fileExists(atPath: here) {
            let above = (here as NSString).deletingLastPathComponent
            guard above != here, !above.isEmpty else { return "this folder may not be written to" }
            here = above
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: here, isDirectory: &isFolder)
        return isFolder.boolValue ? "'\(here)' may not be written to" : "'\(here)' is a file, not a folder"
    }

    /// `reports/NAME-TIME`.
    static func defaultPath(named name: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        return "reports/\(name)-\(formatter.string(from: Date()))"
    }

    /// - Parameter scenarios: Their secrets are not written, wherever in the text they stand.
    func write(_ bytes: [UInt8], to name: String, redacting scenarios: [Scenario] = []) throws {
        let file = (path as NSString).appendingPathComponent(name)
        let text = scenarios.reduce(String(decoding: bytes, as: UTF8.self)) { $1.redacted($0) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        } catch {
            Console.complain("\(file): cannot be written: \(error.localizedDescription)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }
}
