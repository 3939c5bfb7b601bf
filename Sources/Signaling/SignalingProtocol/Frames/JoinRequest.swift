/// Enters a room, which is made if it does not exist.
public struct JoinRequest: Hashable, Sendable {
    /// 1 to 128 bytes.
    public var room: String
    /// The name that others see, 1 to 64 bytes.
    public var name: String
    public var mode: RoomMode
    public var duplicate: DuplicatePolicy
    /// How the room is to be run, if this join makes it; its maker is the host then.
    public var create: RoomSettings?

    public init(
        room: String, name: String, mode: RoomMode = .auto, duplicate: DuplicatePolicy = .replace, create: RoomSettings? = nil
    ) {
        self.create = create
        self.room = room
        self.name = name
        self.mode = mode
        self.duplicate = duplicate
    }

    init(_ detail: FieldReader) throws(FrameError) {
        room = try detail.text("room", bytes: 1...128)
        name = try detail.text("name", bytes: 1...64)
        mode = try detail.choice("mode", RoomMode.self) ?? .auto
        duplicate = try detail.choice("dup", DuplicatePolicy.self) ?? .replace
        if let fields = detail.nested("create") { create = try RoomSettings(fields) }
    }

    var json: JSON {
        var object: JSONObject = [
            "room": .string(room), "name": .string(name), "mode": .string(mode.rawValue), "dup": .string(duplicate.rawValue),
        ]
        object["create"] = create?.json
        return .object(object)
    }
}
