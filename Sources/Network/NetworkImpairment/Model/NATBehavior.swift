/// How a NAT treats UDP, in the terms of RFC 4787.
public struct NATBehavior: Hashable, Sendable {
    /// On how much of the remote endpoint something depends (RFC 4787 §4.1 for mappings, §5 for filters).
    public enum Dependence: String, Hashable, Sendable, CaseIterable {
        case endpointIndependent = "endpoint-independent"
        case addressDependent = "address-dependent"
        case addressAndPortDependent = "address-and-port-dependent"
    }

    /// Which port a new mapping gets (RFC 4787 §4.2.1). No port is ever given to two at a time: there is no overloading (REQ-3).
    public enum PortAssignment: String, Hashable, Sendable, CaseIterable {
        /// The socket's own where it is free, else the next one that is.
        case preserving
        /// Any that is free.
        case random
    }

    /// For which remote endpoints a socket has the same address outside.
    public var mapping: Dependence
    /// From which remote endpoints something may come in: from all, or from what the socket has sent to from that mapping.
    public var filtering: Dependence
    /// Whether hosts inside reach each other by their addresses outside (RFC 4787 §6).
    public var hairpins: Bool
    public var ports: PortAssignment
    /// How long a mapping or a filter's permission lives after the last datagram that went out through it; what comes in does not
    /// refresh it (RFC 4787 §4.3, REQ-6). At least two minutes, and five are recommended (REQ-5).
    public var lifetime: Duration

    public init(
        mapping: Dependence, filtering: Dependence, hairpins: Bool = true, ports: PortAssignment = .preserving,
        lifetime: Duration = .seconds(300)
    ) {
        self.mapping = mapping
        self.filtering = filtering
        self.hairpins = hairpins
        self.ports = ports
        self.lifetime = lifetime
    }
}

/// The four kinds by which STUN once told NATs apart (RFC 3489 §5); RFC 4787 says why they are too coarse.
extension NATBehavior {
    public static let fullCone = NATBehavior(mapping: .endpointIndependent, filtering: .endpointIndependent)
    public static let restricted = NATBehavior(mapping: .endpointIndependent, filtering: .addressDependent)
    public static let portRestricted = NATBehavior(mapping: .endpointIndependent, filtering: .addressAndPortDependent)
    public static let symmetric = NATBehavior(
        mapping: .addressAndPortDependent, filtering: .addressAndPortDependent, ports: .random)
}
