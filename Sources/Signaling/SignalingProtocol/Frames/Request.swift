/// What a client asks of the server. Every request gets exactly one reply.
public enum Request: Hashable, Sendable {
    /// Always the first: who is there, and what it can do.
    case hello(HelloRequest)
    case join(JoinRequest)
    /// The client has built what the join's snapshot tells of: the server lets room events and relay through.
    case ready(rev: Int64?)
    case signal(SignalRequest)
    case leave
    case ping
    /// A newer token of the same identity.
    case refreshToken(String)
    /// Name, status, attributes or media of the sender change.
    case update(ParticipantUpdate)
    case admit(participant: String)
    /// - Parameter reason: Up to 120 bytes.
    case deny(participant: String, reason: String)
    case mute(MuteRequest)
    /// Asks to switch a source on, and lifts what locks it.
    case askUnmute(participant: String, MediaSource)
    case kick(KickRequest)
    case setRole(participant: String, Role)
    case lock(Bool)
    /// Ends the room for all.
    case end(reason: String)
    /// `nil` for nobody.
    case spotlight(participant: String?)
    case chat(ChatRequest)
    case chatHistory(ChatHistoryRequest)
    case deleteChat(message: Int64)
    /// - Parameter emoji: 1 to 32 bytes.
    case react(emoji: String, target: String?)
    case raiseHand
    /// - Parameter participant: `nil` for one's own.
    case lowerHand(participant: String?)
    case enqueue(MatchWish)
    case acceptMatch
    case skipMatch
    case cancelMatch
    case subscribe(Subscription)
    case stats(StatsReport)
    case key(KeyMessage)
    /// A type that this version does not know; answered with `unknown_type`.
    case unknown(type: String)

    /// The name in the frame's `t`.
    public var type: String {
        switch self {
        case .hello: "hello"
        case .join: "join"
        case .ready: "ready"
        case .signal: "signal"
        case .leave: "leave"
        case .ping: "ping"
        case .refreshToken: "token.refresh"
        case .update: "attrs.set"
        case .admit: "lobby.admit"
        case .deny: "lobby.deny"
        case .mute: "mod.mute"
        case .askUnmute: "mod.ask_unmute"
        case .kick: "mod.kick"
        case .setRole: "mod.role"
        case .lock: "mod.lock"
        case .end: "mod.end"
        case .spotlight: "mod.spotlight"
        case .chat: "chat.send"
        case .chatHistory: "chat.history"
        case .deleteChat: "chat.delete"
        case .react: "react"
        case .raiseHand: "hand.raise"
        case .lowerHand: "hand.lower"
        case .enqueue: "match.enqueue"
        case .acceptMatch: "match.accept"
        case .skipMatch: "match.skip"
        case .cancelMatch: "match.cancel"
        case .subscribe: "subscribe"
        case .stats: "stats"
        case .key(let key): key.body == nil ? "e2ee.ratchet" : "e2ee.key"
        case .unknown(let type): type
        }
    }

    /// Every type that this version knows, as ``type`` says it; what is not here is not read.
    public static let knownTypes: Set<String> = [
        "hello", "join", "ready", "signal", "leave", "ping", "token.refresh", "attrs.set", "lobby.admit", "lobby.deny",
        "mod.mute",
        "mod.ask_unmute", "mod.kick", "mod.role", "mod.lock", "mod.end", "mod.spotlight", "chat.send", "chat.history",
        "chat.delete",
        "react", "hand.raise", "hand.lower", "match.enqueue", "match.accept", "match.skip", "match.cancel", "subscribe", "stats",
        "e2ee.key", "e2ee.ratchet",
    ]

    init(type: String, detail: inout FieldReader) throws(FrameError) {
        try detail.checkIsObject()
        guard Self.knownTypes.contains(type) else {
            self = .unknown(type: type)
            return
        }
        switch type {
        case "hello": self = .hello(try HelloRequest(detail))
        case "join": self = .join(try JoinRequest(detail))
        case "ready": self = .ready(rev: try detail.optionalInteger("rev", in: 0...JSON.largestInteger))
        case "signal": self = .signal(try SignalRequest(detail))
        case "leave": self = .leave
        case "ping": self = .ping
        case "token.refresh": self = .refreshToken(try detail.text("token", bytes: 1...4096))
        case "attrs.set": self = .update(try ParticipantUpdate(detail))
        case "lobby.admit": self = .admit(participant: try detail.text("participant", bytes: 1...64))
        case "lobby.deny":
            self = .deny(
                participant: try detail.text("participant", bytes: 1...64),
                reason: try detail.optionalText("reason", bytes: 0...120) ?? "")
        case "mod.mute": self = .mute(try MuteRequest(detail))
        case "mod.ask_unmute":
            self = .askUnmute(
                participant: try detail.text("participant", bytes: 1...64),
                try detail.choice("source", MediaSource.self) ?? .microphone)
        case "mod.kick": self = .kick(try KickRequest(detail))
        case "mod.role":
            guard let role = try detail.choice("role", Role.self) else { throw detail.failure("'role' is missing") }
            self = .setRole(participant: try detail.text("participant", bytes: 1...64), role)
        case "mod.lock": self = .lock(try detail.optionalBool("locked") ?? true)
        case "mod.end": self = .end(reason: try detail.optionalText("reason", bytes: 0...120) ?? "")
        case "mod.spotlight": self = .spotlight(participant: try detail.optionalText("participant", bytes: 1...64))
        case "chat.send": self = .chat(try ChatRequest(detail))
        case "chat.history": self = .chatHistory(try ChatHistoryRequest(detail))
        case "chat.delete":
            guard let message = try detail.optionalInteger("mid", in: 1...JSON.largestInteger) else {
                throw detail.failure("'mid' is missing")
            }
            self = .deleteChat(message: message)
        case "react":
            self = .react(
                emoji: try detail.text("emoji", bytes: 1...32), target: try detail.optionalText("target", bytes: 1...64))
        case "hand.raise": self = .raiseHand
        case "hand.lower": self = .lowerHand(participant: try detail.optionalText("participant", bytes: 1...64))
        case "match.enqueue": self = .enqueue(try MatchWish(detail))
        case "match.accept": self = .acceptMatch
        case "match.skip": self = .skipMatch
        case "match.cancel": self = .cancelMatch
        case "subscribe": self = .subscribe(try Subscription(detail))
        case "stats": self = .stats(try StatsReport(detail))
        case "e2ee.key": self = .key(try KeyMessage(detail, hasBody: true))
        case "e2ee.ratchet": self = .key(try KeyMessage(detail, hasBody: false))
        default: self = .unknown(type: type)
        }
    }

    func writeDetail(to writer: inout JSONWriter) {
        if case .signal(let signal) = self {
            signal.write(to: &writer)
        } else {
            writer.write(detail)
        }
    }

    private var detail: JSON {
        switch self {
        case .hello(let hello): return hello.json
        case .join(let join): return join.json
        case .ready(let rev?): return .object(["rev": .integer(rev)])
        case .refreshToken(let token): return .object(["token": .string(token)])
        case .update(let update): return update.json
        case .admit(let participant): return .object(["participant": .string(participant)])
        case .deny(let participant, let reason):
            return .object(["participant": .string(participant), "reason": .string(reason)])
        case .mute(let mute): return mute.json
        case .askUnmute(let participant, let source):
            return .object(["participant": .string(participant), "source": .string(source.rawValue)])
        case .kick(let kick): return kick.json
        case .setRole(let participant, let role):
            return .object(["participant": .string(participant), "role": .string(role.rawValue)])
        case .lock(let isLocked): return .object(["locked": .bool(isLocked)])
        case .end(let reason): return .object(["reason": .string(reason)])
        case .spotlight(let participant?), .lowerHand(let participant?): return .object(["participant": .string(participant)])
        case .chat(let chat): return chat.json
        case .chatHistory(let history): return history.json
        case .deleteChat(let message): return .object(["mid": .integer(message)])
        case .react(let emoji, let target):
            var object: JSONObject = ["emoji": .string(emoji)]
            object["target"] = target.map { .string($0) }
            return .object(object)
        case .enqueue(let wish): return wish.json
        case .subscribe(let subscription): return subscription.json
        case .stats(let report): return report.json
        case .key(let key): return key.json
        case .signal, .ready(nil), .leave, .ping, .spotlight(nil), .raiseHand, .lowerHand(nil), .acceptMatch, .skipMatch,
            .cancelMatch, .unknown:
            return .object(JSONObject())
        }
    }
}
