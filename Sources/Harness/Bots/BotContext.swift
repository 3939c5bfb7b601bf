public import MediaTracks
public import RTCCore
public import RTCCrypto
public import Scenario

/// What a bot is given by the runner, besides its plan.
public struct BotContext {
    public var plan: BotPlan
    /// The scenario's own zero: every instant in the plan counts from here.
    public var epoch: Instant
    /// When everybody stops sending.
    public var stopAt: Instant
    public var signalingURL: String
    /// The media files of the plan, loaded once for all bots.
    public var media: [String: MediaTrack]
    public var wallClock: WallClock
    /// Of the bot's worker.
    public var dtls: DTLSContext
    public var entropy: Entropy
    /// `nil` where those count that the server under test hands out.
    public var iceServers: IceServerSet?

    public init(
        plan: BotPlan, epoch: Instant, stopAt: Instant, signalingURL: String, media: [String: MediaTrack], wallClock: WallClock,
        dtls: DTLSContext, entropy: Entropy, iceServers: IceServerSet? = nil
    ) {
        self.plan = plan
        self.epoch = epoch
        self.stopAt = stopAt
        self.signalingURL = signalingURL
        self.media = media
        self.wallClock = wallClock
        self.dtls = dtls
        self.entropy = entropy
        self.iceServers = iceServers
    }
}
