public import SignalingProtocol

/// Where in a message something stands: `1.sdp.type`, from the outside in. A number is a place in an array, or a key.
///
/// `.` is the message itself. A text on the way is read as JSON, since some services put JSON into JSON.
public struct MessagePath: Hashable, Sendable, CustomStringConvertible {
    public let steps: [String]

    public init(_ steps: [String]) {
        self.steps = steps
    }

    /// - Returns: `nil` where a step is empty.
    public init?(_ text: String) {
        guard text != "." else {
            self.init([])
            return
        }
        let steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard steps.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(steps)
    }

    public var description: String { steps.isEmpty ? "." : steps.joined(separator: ".") }

    /// - Returns: `nil` where the message has no such place.
    public func value(in message: JSON) -> JSON? {
        var value = message
        for step in steps {
            if case .string(let text) = value, let inner = try? JSONParser.parse(text) { value = inner }
            switch value {
            case .array(let items):
                guard let index = Int(step), items.indices.contains(index) else { return nil }
                value = items[index]
            case .object(let object):
                guard let member = object[step] else { return nil }
                value = member
            default: return nil
            }
        }
        return value
    }
}
