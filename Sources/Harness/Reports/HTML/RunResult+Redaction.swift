internal import Foundation

extension RunResult {
    /// The same result with every text in it changed, such as to take secrets out before a report escapes them.
    public func redacted(_ redact: (String) -> String) -> RunResult {
        JSONTree.redacting(self, redact)
    }
}

extension JSONTree {
    /// The same value with every text in it changed.
    static func redacting<Value: Codable>(_ value: Value, _ redact: (String) -> String) -> Value {
        do {
            let tree = try JSONDecoder().decode(JSONTree.self, from: JSONEncoder().encode(value))
            return try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(tree.mapTexts(redact)))
        } catch {
            preconditionFailure("a report holds only finite numbers and reads what it writes: \(error)")
        }
    }
}
