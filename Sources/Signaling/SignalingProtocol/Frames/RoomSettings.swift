/// How a room is run.
public struct RoomSettings: Hashable, Sendable {
    /// Newcomers wait until a moderator admits them.
    public var lobby: Bool
    /// Nobody comes in any more.
    public var locked: Bool
    /// Names are not shown.
    public var anonymous: Bool
    /// People write and send no media.
    public var textOnly: Bool

    public init(lobby: Bool = false, locked: Bool = false, anonymous: Bool = false, textOnly: Bool = false) {
        self.lobby = lobby
        self.locked = locked
        self.anonymous = anonymous
        self.textOnly = textOnly
    }

    init(_ detail: FieldReader) throws(FrameError) {
        lobby = try detail.optionalBool("lobby") ?? false
        locked = try detail.optionalBool("locked") ?? false
        anonymous = try detail.optionalBool("anonymous") ?? false
        textOnly = try detail.optionalBool("text") ?? false
    }

    var json: JSON {
        .object(["lobby": .bool(lobby), "locked": .bool(locked), "anonymous": .bool(anonymous), "text": .bool(textOnly)])
    }

    init(_ json: JSON?) {
        let object = json?.objectValue
        self.init(
            lobby: object?["lobby"]?.boolValue ?? false, locked: object?["locked"]?.boolValue ?? false,
            anonymous: object?["anonymous"]?.boolValue ?? false, textOnly: object?["text"]?.boolValue ?? false)
    }
}
