/// A moderator's wish that someone goes.
public struct KickRequest: Hashable, Sendable {
    public var participant: String
    /// For people to read; up to 120 bytes.
    public var reason: String
    /// How many seconds it may not come back; 0 for a kick alone, at most a week.
    public var banSeconds: Int64

    public init(participant: String, reason: String = "", banSeconds: Int64 = 0) {
        self.participant = participant
        self.reason = reason
        self.banSeconds = banSeconds
    }

    init(_ detail: FieldReader) throws(FrameError) {
        participant = try detail.text("participant", bytes: 1...64)
        reason = try detail.optionalText("reason", bytes: 0...120) ?? ""
        banSeconds = try detail.optionalInteger("ban_s", in: 0...604_800) ?? 0
    }

    var json: JSON {
        .object(["participant": .string(participant), "reason": .string(reason), "ban_s": .integer(banSeconds)])
    }
}
