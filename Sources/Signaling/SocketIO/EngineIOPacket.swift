/// One packet of Engine.IO, protocol 4: a digit for its type, and what it carries.
public enum EngineIOPacket: Hashable, Sendable {
    /// Server to client: the handshake, as JSON.
    case open(String)
    case close
    /// Server to client, to be answered within the ping timeout; client to server only as the probe of an upgrade.
    case ping(String)
    case pong(String)
    case message(EngineIOMessage)
    /// Client to server: the WebSocket takes over from polling.
    case upgrade
    /// Releases a poll that waits.
    case noop

    /// Separates the packets of a payload.
    static let separator = UInt8(0x1E)

    /// Reads a packet from a WebSocket text frame.
    public init(text: String) throws(SocketIOError) {
        guard let type = text.utf8.first else { throw SocketIOError("an empty packet") }
        let rest = { String(text.unicodeScalars.dropFirst()) }
        switch type {
        case UInt8(ascii: "0"): self = .open(rest())
        case UInt8(ascii: "1"): self = .close
        case UInt8(ascii: "2"): self = .ping(rest())
        case UInt8(ascii: "3"): self = .pong(rest())
        case UInt8(ascii: "4"): self = .message(.text(rest()))
        case UInt8(ascii: "5"): self = .upgrade
        case UInt8(ascii: "6"): self = .noop
        default: throw SocketIOError("a packet of a type that Engine.IO does not have")
        }
    }

    /// Reads a packet out of a payload, where bytes are written as `b` and Base64.
    public init(polled text: String) throws(SocketIOError) {
        guard text.utf8.first == UInt8(ascii: "b") else {
            self = try EngineIOPacket(text: text)
            return
        }
        guard let bytes = Base64.decode(text.dropFirst()) else { throw SocketIOError("bytes that are not Base64") }
        self = .message(.binary(bytes))
    }

    /// The packet as one WebSocket frame: bytes travel without a type.
    public var frame: EngineIOMessage {
        switch self {
        case .open(let handshake): .text("0" + handshake)
        case .close: .text("1")
        case .ping(let text): .text("2" + text)
        case .pong(let text): .text("3" + text)
        case .message(.text(let text)): .text("4" + text)
        case .message(.binary): message
        case .upgrade: .text("5")
        case .noop: .text("6")
        }
    }

    private var message: EngineIOMessage {
        guard case .message(let message) = self else { return .text("") }
        return message
    }

    /// The packet as a part of a payload.
    public var polled: String {
        switch frame {
        case .text(let text): text
        case .binary(let bytes): "b" + Base64.encode(bytes)
        }
    }

    /// Bytes that the packet holds while it waits.
    public var size: Int { frame.size }

    /// Packets as the body of one HTTP message.
    public static func payload(_ packets: [EngineIOPacket]) -> String {
        packets.map(\.polled).joined(separator: "\u{1E}")
    }

    /// Reads the body of an HTTP message.
    ///
    /// - Parameter limit: How many packets it may hold.
    public static func packets(inPayload body: String, limit: Int) throws(SocketIOError) -> [EngineIOPacket] {
        var packets: [EngineIOPacket] = []
        for part in body.utf8.split(separator: separator, omittingEmptySubsequences: false) {
            guard packets.count < limit else { throw SocketIOError("more than \(limit) packets in a payload") }
            packets.append(try EngineIOPacket(polled: String(decoding: part, as: UTF8.self)))
        }
        return packets
    }
}
