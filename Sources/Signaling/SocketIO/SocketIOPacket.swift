public import SignalingProtocol

/// One packet of Socket.IO, protocol 5: `type[attachments-][/namespace,][id][JSON]`.
///
/// A packet with attachments is written as the binary form of its type; in its JSON `{"_placeholder":true,"num":0}` stands for the first.
public struct SocketIOPacket: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case connect
        case disconnect
        case event
        case acknowledgement
        case connectError
    }

    public var kind: Kind
    /// `/` is the main one.
    public var namespace: String
    /// Which acknowledgement is asked for, or given.
    public var id: Int64?
    public var data: JSON?
    public var attachments: [[UInt8]]

    public init(
        _ kind: Kind, namespace: String = "/", id: Int64? = nil, data: JSON? = nil, attachments: [[UInt8]] = []
    ) {
        self.kind = kind
        self.namespace = namespace
        self.id = id
        self.data = data
        self.attachments = attachments
    }

    public static func event(
        _ name: String, _ arguments: [JSON], namespace: String = "/", id: Int64? = nil, attachments: [[UInt8]] = []
    ) -> SocketIOPacket {
        SocketIOPacket(
            .event, namespace: namespace, id: id, data: .array([.string(name)] + arguments), attachments: attachments)
    }

    /// What stands in the JSON for an attachment.
    public static func placeholder(_ number: Int) -> JSON {
        .object(["_placeholder": .bool(true), "num": .integer(Int64(number))])
    }

    /// The packet as Engine.IO carries it: its text, then its attachments.
    public var messages: [EngineIOMessage] {
        var text: String
        switch kind {
        case .event where !attachments.isEmpty: text = "5\(attachments.count)-"
        case .acknowledgement where !attachments.isEmpty: text = "6\(attachments.count)-"
        default: text = "\(kind.rawValue)"
        }
        if namespace != "/" { text += namespace + "," }
        if let id { text += String(id) }
        if let data { text += data.text }
        return [.text(text)] + attachments.map { .binary($0) }
    }

    /// Names of events that belong to the library itself.
    static let reserved = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]

    /// Why the data has not the form that its kind asks for; `nil` where it has.
    public var problem: String? {
        switch (kind, data) {
        case (.connect, nil), (.connect, .object), (.disconnect, nil), (.acknowledgement, .array), (.connectError, .object),
            (.connectError, .string):
            nil
        case (.event, .array(let items)):
            switch items.first {
            case .string(let name): Self.reserved.contains(name) ? "'\(name)' is not for applications" : nil
            case .integer, .number: nil
            default: "an event begins with its name"
            }
        default: "data that a packet of this kind does not have"
        }
    }
}
