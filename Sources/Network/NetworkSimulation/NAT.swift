public import NetworkImpairment
public import RTCCore

/// One NAT's table of mappings and what they let in (RFC 4787), for IPv4 and UDP.
///
///          first datagram out              datagram out: refreshed
///   none ───────────────────────▶ mapped ──────────┐
///     ▲                            │  ▲            │
///     └────────────────────────────┘  └────────────┘
///        lifetime without one
///
/// A mapping belongs to a socket inside and, where ``NATBehavior/mapping`` depends on it, to a remote endpoint. Tables are only looked
/// up, never iterated over, so their order cannot show.
public struct NAT: Sendable {
    /// How much one NAT remembers.
    public struct Limits: Sendable {
        /// The ports that it gives away: neither well-known nor less than what RFC 4787 §4.2.2 calls 1024–65535.
        public var ports: ClosedRange<UInt16> = 1024...65_535
        /// Remote endpoints that one mapping lets in at a time; the one that was sent to the longest ago makes room.
        public var permissions = 256
        public init() {}
    }

    private struct Key: Hashable {
        var inside: UInt64
        /// Zero where mappings do not depend on it.
        var remote: UInt64
    }

    private struct Permission {
        /// With a zero port where filters depend on addresses alone.
        var remote: UInt64
        var sentAt: Instant
    }

    private struct Mapping {
        var key: Key
        var inside: SocketAddress
        var port: UInt16
        var refreshedAt: Instant
        var permissions: [Permission]
    }

    public let behavior: NATBehavior
    private let limits: Limits
    private var random: SplitMix64
    private var mappings: [Mapping?] = []
    private var free: [Int] = []
    private var places: [Key: Int] = [:]
    private var placesByPort: [UInt16: Int] = [:]
    /// How many mappings there are when those that have expired are next looked for.
    private var nextSweep = 64

    /// - Parameter seed: This NAT's own share of the run's seed; random ports come from it.
    public init(_ behavior: NATBehavior, seed: UInt64, limits: Limits = Limits()) {
        self.behavior = behavior
        self.limits = limits
        random = SplitMix64(seed: SplitMix64.derive(seed, "nat"))
    }

    /// Mappings that it holds, expired ones that it has not looked at since included.
    public var mappingCount: Int { placesByPort.count }

    /// Something goes out: makes or refreshes its mapping, and lets its receiver answer.
    ///
    /// - Returns: The port outside from which it leaves; `nil` where none is free.
    public mutating func outbound(from inside: SocketAddress, to remote: SocketAddress, at now: Instant) -> UInt16? {
        let key = Key(inside: Self.word(inside), remote: Self.word(remote, behavior.mapping))
        guard let place = livePlace(of: key, at: now) ?? makeMapping(key, inside, at: now) else { return nil }
        mappings[place]?.refreshedAt = now
        permit(Self.word(remote, behavior.filtering), at: place, now)
        return mappings[place]?.port
    }

    /// Something comes in.
    ///
    /// - Returns: The socket inside; `nil` where the port is not mapped or the filter refuses the sender.
    public mutating func inbound(to port: UInt16, from remote: SocketAddress, at now: Instant) -> SocketAddress? {
        guard let place = placesByPort[port], let mapping = mappings[place] else { return nil }
        guard !isOver(mapping.refreshedAt, at: now) else {
            remove(place)
            return nil
        }
        guard behavior.filtering != .endpointIndependent else { return mapping.inside }
        let word = Self.word(remote, behavior.filtering)
        let isPermitted = mapping.permissions.contains { $0.remote == word && !isOver($0.sentAt, at: now) }
        return isPermitted ? mapping.inside : nil
    }

    /// Forgets all mappings, as by a restart or another address outside.
    public mutating func forget() {
        mappings.removeAll()
        free.removeAll()
        places.removeAll()
        placesByPort.removeAll()
    }

    private static func word(_ address: SocketAddress) -> UInt64 {
        address.low << 16 | UInt64(address.port)
    }

    private static func word(_ remote: SocketAddress, _ dependence: NATBehavior.Dependence) -> UInt64 {
        switch dependence {
        case .endpointIndependent: 0
        case .addressDependent: remote.low << 16
        case .addressAndPortDependent: word(remote)
        }
    }

    private func isOver(_ lastSent: Instant, at now: Instant) -> Bool {
        now - lastSent >= behavior.lifetime
    }

    private mutating func livePlace(of key: Key, at now: Instant) -> Int? {
        guard let place = places[key], let mapping = mappings[place] else { return nil }
        guard isOver(mapping.refreshedAt, at: now) else { return place }
        remove(place)
        return nil
    }

    private mutating func makeMapping(_ key: Key, _ inside: SocketAddress, at now: Instant) -> Int? {
        if placesByPort.count >= nextSweep { sweep(at: now) }
        guard let port = freePort(for: inside.port, at: now) else { return nil }
        let mapping = Mapping(key: key, inside: inside, port: port, refreshedAt: now, permissions: [])
        let place: Int
        if let last = free.popLast() {
            place = last
            mappings[place] = mapping
        } else {
            place = mappings.count
            mappings.append(mapping)
        }
        places[key] = place
        placesByPort[port] = place
        return place
    }

    private mutating func freePort(for own: UInt16, at now: Instant) -> UInt16? {
        let first: UInt16
        switch behavior.ports {
        case .preserving: first = limits.ports.contains(own) ? own : limits.ports.lowerBound
        case .random: first = UInt16.random(in: limits.ports, using: &random)
        }
        var port = first
        while isTaken(port, at: now) {
            port = port == limits.ports.upperBound ? limits.ports.lowerBound : port + 1
            if port == first { return nil }
        }
        return port
    }

    private mutating func isTaken(_ port: UInt16, at now: Instant) -> Bool {
        guard let place = placesByPort[port], let mapping = mappings[place] else { return false }
        guard isOver(mapping.refreshedAt, at: now) else { return true }
        remove(place)
        return false
    }

    private mutating func permit(_ remote: UInt64, at place: Int, _ now: Instant) {
        guard behavior.filtering != .endpointIndependent, var permissions = mappings[place]?.permissions else { return }
        // Taken out and put back, so that the array keeps a single owner.
        mappings[place]?.permissions = []
        defer { mappings[place]?.permissions = permissions }
        if let index = permissions.firstIndex(where: { $0.remote == remote }) {
            permissions[index].sentAt = now
        } else if permissions.count < limits.permissions {
            permissions.append(Permission(remote: remote, sentAt: now))
        } else if let oldest = permissions.indices.min(by: { permissions[$0].sentAt < permissions[$1].sentAt }) {
            permissions[oldest] = Permission(remote: remote, sentAt: now)
        }
    }

    private mutating func sweep(at now: Instant) {
        for place in mappings.indices {
            if let mapping = mappings[place], isOver(mapping.refreshedAt, at: now) { remove(place) }
        }
        nextSweep = max(64, 2 * placesByPort.count)
    }

    private mutating func remove(_ place: Int) {
        guard let mapping = mappings[place] else { return }
        places[mapping.key] = nil
        placesByPort[mapping.port] = nil
        mappings[place] = nil
        free.append(place)
    }
}
