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
        /// How its bots' tokens are made, with the target's secret; `nil` for good ones.
        public var token: Token?

        /// When a bot joins, from the start of the run.
        public func joins(_ place: Int) -> Duration { delay + arrival.offset(of: place, in: count) }
    }

    /// Whose media a bot asks for.
    public enum Subscription: String, Sendable, Hashable, CaseIterable {
        /// Everyone's in the room.
        case all
        /// Nobody's.
        case none
    }
}
