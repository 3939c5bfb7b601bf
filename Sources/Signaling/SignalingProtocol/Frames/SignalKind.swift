/// What a relayed message is about.
public enum SignalKind: String, Hashable, Sendable, CaseIterable {
    case offer
    case answer
    case candidates
    case bye

    /// Whether the body holds an SDP, which may be larger than other messages.
    public var carriesSessionDescription: Bool {
        self == .offer || self == .answer
    }

    /// The JSON body for a text: `{"sdp":…}`, `{"candidates":[…]}` with one entry per line, or `{"reason":…}`.
    public func body(_ text: String) -> JSON {
        switch self {
        case .offer, .answer:
            return .object(["sdp": .string(text)])
        case .candidates:
            guard !text.isEmpty else { return .object(["candidates": .array([])]) }
            let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            return .object(["candidates": .array(lines.map { .string(String(decoding: $0, as: UTF8.self)) })])
        case .bye:
            return text.isEmpty ? .object([:]) : .object(["reason": .string(text)])
        }
    }

    /// The text of a body; `nil` where it does not have this kind's form.
    public func text(of body: JSON) -> String? {
        guard let object = body.objectValue else { return nil }
        switch self {
        case .offer, .answer:
            return object["sdp"]?.stringValue
        case .candidates:
            guard let entries = object["candidates"]?.arrayValue else { return nil }
            var lines: [String] = []
            for entry in entries {
                guard let line = entry.stringValue else { return nil }
                lines.append(line)
            }
            return lines.joined(separator: "\n")
        case .bye:
            guard let reason = object["reason"] else { return "" }
            return reason.stringValue
        }
    }
}
