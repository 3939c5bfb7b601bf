internal import RTCCore

/// An RTP header extension and the id it gets (RFC 8285 §8).
public struct SDPExtmap: Hashable, Sendable {
    /// 1…14 for both forms, up to 255 for the two-byte form; 4096…4351 where an offer leaves the choice to the answer.
    public var id: Int
    /// `nil` where it goes with the section's own direction.
    public var direction: SDPDirection?
    public var uri: String
    /// What follows the URI.
    public var parameters: String?

    public init(id: Int, direction: SDPDirection? = nil, uri: String, parameters: String? = nil) {
        self.id = id
        self.direction = direction
        self.uri = uri
        self.parameters = parameters
    }

    /// - Parameter text: What stands behind `extmap:`.
    init?(_ text: ByteText) {
        let (head, rest) = text.trimmed.cut(at: UInt8(ascii: " "))
        let (number, suffix) = head.cut(at: UInt8(ascii: "/"))
        guard let id = number.decimal(UInt16.self), id > 0, let rest else { return nil }
        let (uri, parameters) = rest.trimmed.cut(at: UInt8(ascii: " "))
        guard !uri.isEmpty else { return nil }
        self.init(id: Int(id), uri: uri.string, parameters: parameters?.trimmed.string)
        if let suffix {
            guard let direction = SDPDirection(rawValue: suffix.string) else { return nil }
            self.direction = direction
        }
    }

    var text: String {
        var text = "\(id)"
        if let direction { text += "/\(direction.rawValue)" }
        text += " \(uri)"
        if let parameters { text += " \(parameters)" }
        return text
    }
}
