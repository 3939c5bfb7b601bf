public import NetworkImpairment
public import SignalingProtocol

extension Scenario {
    /// Bots that live alike.
    public struct Group: Sendable, Hashable {
        public var name: String
        /// At least 1.
        public var count: Int
        public var arrival: Arrival
        /// How long after the start of the run the first of them joins.
        public var delay: Duration = .zero
        /// The room's name with its placeholders: `{run}`, `{group}`, `{place}` and `{place/2}`.
        public var room: String
        public var publication: Publication
        public var subscription: Subscription
        public var network: NetworkProfile
        public var nat: NAT
        /// The congestion codepoint of what its bots send.
        public var ecn: ECN
        public var iceServers: ICEServers = .handedOut
        public var transportPolicy = TransportPolicy.all
        /// Whether bots connect to TCP candidates of the other side, where it has some.
        public var usesTCP = true
        /// `nil` where a bot that lost its connection stays away.
        public var reconnect: ReconnectPolicy?
        /// How its rooms are to be run, where its bots make them; `nil` for bots that only join.
        public var create: RoomSettings?
        /// With whom its bots are to be matched, instead of joining a room that they know.
        public var match: MatchWish?
        public var matchAnswer = MatchAnswer.accept

        /// How often its bots tell the server how loud they are and how their calls go; `nil` for never.
        public var statsInterval: Duration?
        /// How its bots' tokens are made, with the target's secret; `nil` for good ones.
        public var token: Token?

        /// When a bot joins, from the start of the run.
        public func joins(_ place: Int) -> Duration { delay + arrival.offset(of: place, in: count) }
    }

    /// What a bot says to who was found for it.
    public enum MatchAnswer: String, Sendable, Hashable, CaseIterable {
        /// It accepts at once.
        case accept
        /// It waits for the timeline to accept or skip.
        case wait
    }

    /// Whose media a bot asks for.
    public enum Subscription: String, Sendable, Hashable, CaseIterable {
        /// Everyone's in the room.
        case all
        /// Nobody's.
        case none
    }
}
