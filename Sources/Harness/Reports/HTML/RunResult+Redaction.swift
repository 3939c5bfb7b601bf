internal import Foundation

extension RunResult {
    /// The same result with every text in it changed, such as to take secrets out before a report escapes them.
    public func redacted(_ redact: (String) -> String) -> RunResult {
        do {
            let tree = try JSONDecoder().decode(JSONTree.self, from: JSONEncoder().encode(self))
            return try JSONDecoder().decode(RunResult.self, from: JSONEncoder().encode(tree.mapTexts(redact)))
        } catch {
            preconditionFailure("a result holds only finite numbers and reads what it writes: \(error)")
        }
    }
}
