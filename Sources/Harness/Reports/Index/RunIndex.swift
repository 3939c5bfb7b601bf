internal import Foundation
internal import Measurement

/// `index.json`: what came of each of several scenarios, and where its own results lie.
public struct RunIndex: Codable, Sendable {
    public static let schemaVersion = "starling.index/1"

    public struct Entry: Codable, Sendable, Hashable {
        public var name: String
        public var title: String
        public var path: String
        /// Below the index; absent where there are no results.
        public var folder: String?
        /// `pass`, `fail`, `invalid`, `refused` for a scenario that is wrong or could not be begun, `skipped` after an interruption.
        public var verdict: String
        public var exitCode: Int32
        /// Of the run, in seconds.
        public var duration: Double?
        public var assertions: Int
        public var failed: Int
        public var reasons: [String]
        public var replay: String?
    }

    public var schema = RunIndex.schemaVersion
    public var exitCode: Int32
    /// `pass` where every scenario passes, else the verdict of the worst.
    public var verdict: String
    /// `I/N` where only a part of the scenarios was run.
    public var shard: String?
    /// In the order in which they ran.
    public var scenarios: [Entry]

    public init(_ scenarios: [Entry], exitCode: Int32, shard: String? = nil) {
        self.scenarios = scenarios
        self.exitCode = exitCode
        self.shard = shard
        let ranked = ["refused", "skipped", "invalid", "fail"].first { word in scenarios.contains { $0.verdict == word } }
        verdict = ranked ?? "pass"
    }

    public var passed: Int { scenarios.count { $0.verdict == "pass" } }

    /// The file's bytes.
    public func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("an index holds only finite numbers") }
        return Array(data) + [10]
    }
}

extension RunIndex.Entry {
    /// - Parameter folder: Below the index.
    public init(_ result: RunResult, folder: String?) {
        self.init(
            name: result.scenario.name, title: result.scenario.title, path: result.scenario.path, folder: folder,
            verdict: result.verdict, exitCode: result.exitCode, duration: result.scenario.duration,
            assertions: result.assertions.count, failed: result.assertions.count { $0.status != "pass" },
            reasons: result.reasons, replay: result.replay)
    }

    public init(_ refusal: Refusal) {
        self.init(
            name: refusal.name, title: refusal.name, path: refusal.path, folder: nil, verdict: "refused",
            exitCode: refusal.exitCode, duration: nil, assertions: 0, failed: 0, reasons: refusal.reasons.map(\.text),
            replay: nil)
    }

    /// One whose turn did not come.
    public static func skipped(name: String, title: String, path: String) -> RunIndex.Entry {
        RunIndex.Entry(
            name: name, title: title, path: path, folder: nil, verdict: "skipped", exitCode: 130, duration: nil, assertions: 0,
            failed: 0, reasons: ["interrupted before its turn"], replay: nil)
    }
}
