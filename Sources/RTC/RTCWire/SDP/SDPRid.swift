internal import RTCCore

/// A stream of a section, named so that no SSRC needs signaling (RFC 8851 §4).
public struct SDPRid: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable {
        case send
        case receive = "recv"
    }

    public var id: String
    public var direction: Direction
    /// The formats it is limited to; empty for all.
    public var payloadTypes: [UInt8]
    /// `max-width=1280` and the like.
    public var restrictions: [SDPParameter]

    public init(id: String, direction: Direction, payloadTypes: [UInt8] = [], restrictions: [SDPParameter] = []) {
        self.id = id
        self.direction = direction
        self.payloadTypes = payloadTypes
        self.restrictions = restrictions
    }

    /// - Parameter text: What stands behind `rid:`.
    init?(_ text: ByteText) {
        let (id, rest) = text.trimmed.cut(at: UInt8(ascii: " "))
        guard !id.isEmpty, let rest else { return nil }
        let (word, parameters) = rest.trimmed.cut(at: UInt8(ascii: " "))
        guard let direction = Direction(rawValue: word.string) else { return nil }
        self.init(id: id.string, direction: direction)
        for parameter in parameters.map(SDPParameter.parse) ?? [] {
            guard parameter.key == "pt", let value = parameter.value else {
                restrictions.append(parameter)
                continue
            }
            for number in ByteText(value).split(on: UInt8(ascii: ",")) {
                guard let payloadType = number.trimmed.decimal(UInt8.self), payloadType < 128 else { return nil }
                payloadTypes.append(payloadType)
            }
        }
    }

    var text: String {
        var parameters = restrictions.map(\.text)
        if !payloadTypes.isEmpty {
            parameters.insert("pt=" + payloadTypes.map { "\($0)" }.joined(separator: ","), at: 0)
        }
        let head = "\(id) \(direction.rawValue)"
        return parameters.isEmpty ? head : head + " " + parameters.joined(separator: ";")
    }
}
