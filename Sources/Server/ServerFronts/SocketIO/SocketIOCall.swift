import SignalingProtocol

/// An event of a client, and what is found in its arguments.
struct SocketIOCall {
    let name: String
    let arguments: [JSON]
    let attachments: [[UInt8]]
    let acknowledge: Int64?

    /// The first argument, where it is an object.
    var object: JSONObject { arguments.first?.objectValue ?? JSONObject() }

    private func text(_ keys: [String], at position: Int) -> String? {
        for key in keys {
            if let text = object[key]?.stringValue { return text }
        }
        guard arguments.first?.objectValue == nil, position < arguments.count else { return nil }
        return arguments[position].stringValue
    }

    var room: String? { text(["room", "roomId", "room_id", "roomID"], at: 0) }
    var id: String? { text(["id", "userId", "user", "peerId"], at: 1) }
    var displayName: String? { text(["name", "userName", "username", "displayName"], at: 2) }

    static let receivers = ["to", "target", "dest", "userId", "targetId"]

    /// Whom it is for: named in the object, or by the second argument.
    var receiver: String? {
        for key in Self.receivers {
            if let text = object[key]?.stringValue { return text }
        }
        return arguments.count > 1 ? arguments[1].stringValue : nil
    }
}
