public import AccessCore
public import MediaTracks
public import RTCCore
public import RTCCrypto
public import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// What a bot is given by the runner, besides its plan.
public struct BotContext {
    public var plan: BotPlan
    /// The scenario's own zero: every instant in the plan counts from here.
    public var epoch: Instant
    /// When everybody stops sending.
    public var stopAt: Instant
    public var signalingURL: String
    /// The server under test: which dialect it speaks, and what it asks for.
    public var target: Scenario.Target
    /// How many bots of the run publish in this bot's room.
    public var publishers: Int
    /// All bots of this bot's room, by the time of their joins: whom it calls where the server knows no rooms.
    public var roommates: [String]
    /// The media files of the plan, loaded once for all bots.
    public var media: [String: MediaTrack]
    public var wallClock: WallClock
    /// Of the bot's worker.
    public var dtls: DTLSContext
    public var entropy: Entropy
    /// `nil` where those count that the server under test hands out.
    public var iceServers: IceServerSet?
    /// With which this bot's own tokens are made; `nil` where it has none.
    public var tokenKeys: (any TokenKeys)?

    public init(
        plan: BotPlan, epoch: Instant, stopAt: Instant, signalingURL: String, target: Scenario.Target, publishers: Int,
        roommates: [String] = [],
        media: [String: MediaTrack], wallClock: WallClock, dtls: DTLSContext, entropy: Entropy,
        iceServers: IceServerSet? = nil
    ) {
        self.plan = plan
        self.epoch = epoch
        self.stopAt = stopAt
        self.signalingURL = signalingURL
        self.target = target
        self.publishers = publishers
        self.roommates = roommates
        self.media = media
        self.wallClock = wallClock
        self.dtls = dtls
        self.entropy = entropy
        self.iceServers = iceServers
    }

    private var mapping: RoomMapping {
        guard let rooms = target.mapping?.rooms else {
            preconditionFailure("A target with a mapping is used before its file was read.")
        }
        return rooms
    }

    private func makeToken(isFlawed: Bool) -> (@Sendable (Instant) -> String?)? {
        guard let tokenKeys else { return nil }
        var plan = plan
        if !isFlawed { plan.token?.flaw = nil }
        return { [plan, wallClock] now in
            TokenWish.token(of: plan, keys: tokenKeys, at: wallClock.unixSeconds(at: now))
        }
    }

    /// The bot's side of the target's signaling, for one way into the room.
    ///
    /// - Parameters:
    ///   - match: With whom it is to be matched there, instead of joining the plan's room.
    ///   - isFirst: Whether it is the first; what is wrong with a bot's token is right from its `rejoin` on.
    func makeClient(seed: UInt64, match: MatchWish?, isFirst: Bool) -> any SignalingClient {
        switch target.signalingProtocol {
        case .starling:
            RoomClient(
                name: plan.name, room: plan.room, seed: seed, token: target.token, makeToken: makeToken(isFlawed: isFirst),
                create: plan.create,
                match: match)
        case .exec, .socketio, .websocket:
            MappedClient(name: plan.name, room: plan.room, mapping: mapping, token: target.token, seed: seed)
        case .peerjs:
            PeerJSClient(name: plan.name, room: PeerJSRoom(plan.room, bots: roommates, key: target.key ?? "peerjs"), seed: seed)
        case .janus:
            JanusClient(
                name: plan.name, room: JanusRoom(plan.room), access: JanusAccess(target.janus),
                publishes: !plan.publication.isEmpty,
                subscribes: plan.subscription == .all, publishers: publishers, seed: seed)
        }
    }
}

extension JanusAccess {
    fileprivate init(_ access: Scenario.Target.Janus) {
        self.init(
            apiSecret: access.secret, token: access.token, adminKey: access.adminKey, roomSecret: access.roomSecret,
            pin: access.pin)
    }
}
