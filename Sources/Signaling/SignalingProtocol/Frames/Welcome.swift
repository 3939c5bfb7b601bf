/// The reply to `hello`.
public struct Welcome: Hashable, Sendable {
    public var session: String
    /// How often the client must send something.
    public var pingMilliseconds: Int64
    /// How long a lost connection may be resumed; 0 where it may not.
    public var resumeMilliseconds: Int64
    public var iceServers: [ICEServer]
    public var limits: FrameLimits

    public init(
        session: String, pingMilliseconds: Int64, resumeMilliseconds: Int64 = 0, iceServers: [ICEServer] = [],
        limits: FrameLimits = FrameLimits()
    ) {
        self.session = session
        self.pingMilliseconds = pingMilliseconds
        self.resumeMilliseconds = resumeMilliseconds
        self.iceServers = iceServers
        self.limits = limits
    }

    public var json: JSONObject {
        [
            "session": .string(session), "ping_ms": .integer(pingMilliseconds), "resume_ms": .integer(resumeMilliseconds),
            "epoch": .integer(1), "ice": .array(iceServers.map(\.json)),
            "limits": .object([
                "depth": .integer(Int64(limits.depth)), "message": .integer(Int64(limits.message)),
                "sdp": .integer(Int64(limits.sessionDescription)),
            ]),
        ]
    }

    public init?(_ json: JSONObject) {
        guard let session = json["session"]?.stringValue, let ping = json["ping_ms"]?.integerValue, ping > 0 else { return nil }
        self.session = session
        pingMilliseconds = ping
        resumeMilliseconds = json["resume_ms"]?.integerValue ?? 0
        iceServers = (json["ice"]?.arrayValue ?? []).compactMap { ICEServer($0) }
        limits = FrameLimits()
        let sizes = json["limits"]?.objectValue
        if let message = sizes?["message"]?.integerValue { limits.message = Int(message) }
        if let description = sizes?["sdp"]?.integerValue { limits.sessionDescription = Int(description) }
    }
}
