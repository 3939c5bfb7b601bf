extension IceCandidatePairReport {
    /// By which way a pair leads, from the kinds of its two candidates.
    public enum Route: String, Hashable, Sendable, CaseIterable {
        /// Between two addresses that both hosts have themselves.
        case host
        /// Through at least one NAT, by an address that a STUN server or a check has told of.
        case reflexive = "srflx"
        /// Through a TURN server.
        case relayed = "relay"
    }

    public var route: Route {
        if local.kind == .relayed || remote.kind == .relayed { return .relayed }
        return local.kind == .host && remote.kind == .host ? .host : .reflexive
    }
}
