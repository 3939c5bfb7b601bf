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
        } catch {
            Console.complain(
                "\(path): cannot make the folder for the results: \(error.localizedDescription); choose one with --out")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }

    /// `reports/NAME-TIME`.
    static func defaultPath(for plan: Plan) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        return "reports/\(plan.scenario.name)-\(formatter.string(from: Date()))"
    }

    func write(_ bytes: [UInt8], to name: String, redacting scenario: Scenario? = nil) throws {
        let file = (path as NSString).appendingPathComponent(name)
        let text = scenario.map { $0.redacted(String(decoding: bytes, as: UTF8.self)) }
        do {
            try (text.map { Data($0.utf8) } ?? Data(bytes)).write(to: URL(fileURLWithPath: file))
        } catch {
            Console.complain("\(file): cannot be written: \(error.localizedDescription)")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }
}
