/// The reply to `hello`.
public struct Welcome: Hashable, Sendable {
    public var session: String
    /// What a resume of this session must show; `nil` where it cannot be resumed.
    public var secret: String?
    /// Counts the connections of the session, from 1.
    public var epoch: Int64
    /// How often the client must send something.
    public var pingMilliseconds: Int64
    /// How long a lost connection may be resumed; 0 where it may not.
    public var resumeMilliseconds: Int64
    /// How many events follow that the client has missed; `nil` where the session is new.
    public var replay: Int64?
    public var iceServers: [ICEServer]
    public var limits: FrameLimits

    public init(
        session: String, secret: String? = nil, epoch: Int64 = 1, pingMilliseconds: Int64, resumeMilliseconds: Int64 = 0,
        replay: Int64? = nil, iceServers: [ICEServer] = [], limits: FrameLimits = FrameLimits()
    ) {
        self.session = session
        self.secret = secret
        self.epoch = epoch
        self.pingMilliseconds = pingMilliseconds
        self.resumeMilliseconds = resumeMilliseconds
        self.replay = replay
        self.iceServers = iceServers
        self.limits = limits
    }

    public var json: JSONObject {
        var object: JSONObject = [
            "session": .string(session), "ping_ms": .integer(pingMilliseconds), "resume_ms": .integer(resumeMilliseconds),
            "epoch": .integer(epoch), "ice": .array(iceServers.map(\.json)),
            "limits": .object([
                "depth": .integer(Int64(limits.depth)), "message": .integer(Int64(limits.message)),
                "sdp": .integer(Int64(limits.sessionDescription)),
            ]),
        ]
        object["secret"] = secret.map { .string($0) }
        if let replay {
            object["resumed"] = .bool(true)
            object["replay"] = .integer(replay)
        }
        return object
    }

    public init?(_ json: JSONObject) {
        guard let session = json["session"]?.stringValue, let ping = json["ping_ms"]?.integerValue, ping > 0 else { return nil }
        self.session = session
        secret = json["secret"]?.stringValue
        epoch = json["epoch"]?.integerValue ?? 1
        pingMilliseconds = ping
        resumeMilliseconds = json["resume_ms"]?.integerValue ?? 0
        replay = json["resumed"]?.boolValue == true ? json["replay"]?.integerValue ?? 0 : nil
        iceServers = (json["ice"]?.arrayValue ?? []).compactMap { ICEServer($0) }
        limits = FrameLimits()
        let sizes = json["limits"]?.objectValue
        if let message = sizes?["message"]?.integerValue { limits.message = Int(message) }
        if let description = sizes?["sdp"]?.integerValue { limits.sessionDescription = Int(description) }
    }
}
