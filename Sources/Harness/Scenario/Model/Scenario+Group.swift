public import NetworkImpairment

extension Scenario {
    /// Bots that live alike.
    public struct Group: Sendable, Hashable {
        public var name: String
        /// At least 1.
        public var count: Int
        public var arrival: Arrival
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
    }

    /// Whose media a bot asks for.
    public enum Subscription: String, Sendable, Hashable, CaseIterable {
        /// Everyone's in the room.
        case all
        /// Nobody's.
        case none
    }
}
