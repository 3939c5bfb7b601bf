import SignalingProtocol

/// Puts packets together out of what Engine.IO delivers, in order.
///
///                    text that announces attachments
///   between packets ─────────────────────────────────▶ owed n
///          ▲                                             │  │ bytes: n - 1
///          └─────────────── the last of them ────────────┘◀─┘
///
/// Text while bytes are owed, and bytes that nobody announced, are errors: the connection cannot go on after one.
public struct SocketIODecoder: Sendable {
    private let limits: SocketIOLimits
    private var unfinished: SocketIOPacket?
    private var owed = 0
    private var bytes = 0

    public init(limits: SocketIOLimits = SocketIOLimits()) {
        self.limits = limits
    }

    /// - Returns: The packet that is complete with this message; `nil` while attachments are owed.
    public mutating func take(_ message: EngineIOMessage) throws(SocketIOError) -> SocketIOPacket? {
        switch message {
        case .text(let text):
            guard unfinished == nil else { throw SocketIOError("text where \(owed) attachments are owed") }
            let (packet, announced) = try Self.read(text, limits: limits)
            guard announced > 0 else { return packet }
            unfinished = packet
            owed = announced
            bytes = 0
            return nil
        case .binary(let attachment):
            guard var packet = unfinished else { throw SocketIOError("an attachment that no packet announced") }
            bytes += attachment.count
            guard bytes <= limits.attachmentBytes else {
                throw SocketIOError("attachments of more than \(limits.attachmentBytes) bytes")
            }
            packet.attachments.append(attachment)
            owed -= 1
            unfinished = owed > 0 ? packet : nil
            return owed > 0 ? nil : packet
        }
    }

    private static func read(_ text: String, limits: SocketIOLimits) throws(SocketIOError) -> (SocketIOPacket, Int) {
        var rest = text.utf8[...]
        let isBinary: Bool
        let kind: SocketIOPacket.Kind
        switch rest.popFirst() {
        case UInt8(ascii: "0"): (kind, isBinary) = (.connect, false)
        case UInt8(ascii: "1"): (kind, isBinary) = (.disconnect, false)
        case UInt8(ascii: "2"): (kind, isBinary) = (.event, false)
        case UInt8(ascii: "3"): (kind, isBinary) = (.acknowledgement, false)
        case UInt8(ascii: "4"): (kind, isBinary) = (.connectError, false)
        case UInt8(ascii: "5"): (kind, isBinary) = (.event, true)
        case UInt8(ascii: "6"): (kind, isBinary) = (.acknowledgement, true)
        default: throw SocketIOError("a packet of a type that Socket.IO does not have")
        }
        var announced = 0
        if isBinary {
            guard let count = number(&rest), rest.popFirst() == UInt8(ascii: "-") else {
                throw SocketIOError("a binary packet without the number of its attachments")
            }
            guard count <= limits.attachments else { throw SocketIOError("more than \(limits.attachments) attachments") }
            announced = Int(count)
        }
        var packet = SocketIOPacket(kind)
        if rest.first == UInt8(ascii: "/") {
            let name = rest.prefix { $0 != UInt8(ascii: ",") }
            guard name.count <= limits.namespace else {
                throw SocketIOError("a namespace of more than \(limits.namespace) bytes")
            }
            packet.namespace = String(decoding: name, as: UTF8.self)
            rest = rest.dropFirst(name.count + 1)
        }
        if let first = rest.first, isDigit(first) {
            guard let id = number(&rest) else { throw SocketIOError("the number of an acknowledgement is too large") }
            packet.id = id
        }
        if !rest.isEmpty {
            do {
                packet.data = try JSONParser.parse(String(decoding: rest, as: UTF8.self), maximumDepth: limits.depth)
            } catch {
                throw SocketIOError("\(error.reason) at byte \(error.offset) of a packet's data")
            }
        }
        if let problem = packet.problem { throw SocketIOError(problem) }
        if kind == .acknowledgement, packet.id == nil { throw SocketIOError("an acknowledgement without its number") }
        if announced > 0, let data = packet.data, !placeholders(in: data, areBelow: announced) {
            throw SocketIOError("a placeholder for an attachment that is not announced")
        }
        return (packet, announced)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// - Returns: `nil` where there is no digit, or the number is above 2^53 - 1.
    private static func number(_ rest: inout Substring.UTF8View) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while let byte = rest.first, isDigit(byte) {
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            digits += 1
            guard value <= JSON.largestInteger else { return nil }
            rest = rest.dropFirst()
        }
        return digits > 0 ? value : nil
    }

    private static func placeholders(in data: JSON, areBelow count: Int) -> Bool {
        switch data {
        case .array(let items):
            return items.allSatisfy { placeholders(in: $0, areBelow: count) }
        case .object(let object):
            guard object["_placeholder"] == .bool(true) else {
                return object.members.allSatisfy { placeholders(in: $0.value, areBelow: count) }
            }
            guard let number = object["num"]?.integerValue else { return false }
            return (0..<Int64(count)).contains(number)
        default: return true
        }
    }
}
