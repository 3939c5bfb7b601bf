/// How a request ended.
public enum Reply: Hashable, Sendable {
    /// What the result holds depends on the request: see ``Welcome`` and ``RoomSnapshot``.
    case ok(JSONObject)
    case refused(RequestError)

    public static let done = Reply.ok(JSONObject())
}
