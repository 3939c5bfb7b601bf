public import NetworkImpairment
public import RTCCore
public import SignalingProtocol

/// What one bot will do.
public struct BotPlan: Sendable, Hashable {
    /// Its place among all bots of the run, from 0.
    public var index: Int
    /// Its group and its place in it: `callers[0]`.
    public var name: String
    public var group: String
    /// With every placeholder replaced.
    public var room: String
    /// When its join is due.
    public var joinAt: Instant
    public var publication: Publication
    public var subscription: Scenario.Subscription
    /// The network that it begins with.
    public var network: NetworkProfile
    /// The NAT behind which it stands.
    public var nat: Scenario.NAT
    /// The congestion codepoint of what it sends.
    public var ecn: ECN
    public var iceServers: ICEServers
    public var transportPolicy: TransportPolicy
    /// Whether it connects to TCP candidates of the other side.
    public var usesTCP: Bool
    public var reconnect: ReconnectPolicy?
    /// How the room is to be run, if this bot makes it.
    public var create: RoomSettings?
    /// With whom to be matched, instead of joining ``room``.
    public var match: MatchWish?
    public var matchAnswer: Scenario.MatchAnswer
    /// How often it tells the server how loud it is and how its calls go; `nil` for never.
    public var statsInterval: Duration?
    /// Its own share of the run's seed: the same however many others there are.
    public var seed: UInt64
    /// In the order in which they are done.
    public var actions: [PlannedAction]
    /// When it leaves: its `leave`, or the end of the run.
    public var leaveAt: Instant
    /// How its tokens are made; `nil` for good ones.
    public var token: Scenario.Token?
}
