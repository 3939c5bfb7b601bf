extension TURNClient {
    /// Intervals and limits, each with its source.
    public struct Timing: Hashable, Sendable {
        /// The first RTO over UDP, doubling with each repetition (RFC 8489 §6.2.1).
        public var retransmission: Duration = .milliseconds(500)
        /// How long an answer is waited for. RFC 8489 §6.2.1 waits 39.5 s; a caller with another server to ask is better off asking.
        public var patience: Duration = .seconds(3)
        /// The same when a server that has answered before is asked whether it lives; our own choice.
        public var probePatience: Duration = .milliseconds(1500)
        /// A permission lasts 300 s (RFC 8656 §9); it is asked for again a minute before.
        public var permissionRefresh: Duration = .seconds(240)
        /// A channel lasts 600 s (RFC 8656 §12), and its refresh renews the permission, which lasts half as long.
        public var channelRefresh: Duration = .seconds(240)
        /// Stale nonces and redirections in a row, each.
        public var repetitions = 3
        /// Peers with a permission.
        public var permissionLimit = 64
        /// Peers with a channel; the numbers are 0x4000 to 0x4FFF (RFC 8656 §12).
        public var channelLimit = 32

        public init() {}
    }
}
