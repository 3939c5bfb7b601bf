public import RTCCore

extension IceAgent {
    /// Our own candidates of the current generation, to be signalled.
    public var localCandidates: [IceCandidate] {
        locals.filter {
            $0.candidate.kind != .peerReflexive && !$0.isGone && (transportPolicy == .all || $0.candidate.kind == .relayed)
        }.map { signalled($0.candidate) }
    }

    /// Whether pairs begin at it: reflexive candidates leave from their base, which has its own.
    func isPairable(_ local: LocalCandidate) -> Bool {
        guard !local.isGone else { return false }
        return local.candidate.kind == .relayed || (local.candidate.kind == .host && transportPolicy == .all)
    }

    func signalled(_ candidate: IceCandidate) -> IceCandidate {
        var candidate = candidate
        candidate.ufrag = generation.local.ufrag
        return candidate
    }

    /// Takes a socket into use and returns what to signal for it. Earlier bases are preferred to later ones of their family, and the
    /// families take turns, IPv6 first, so that neither waits for all of the other (RFC 8421 §4).
    ///
    /// A base that is known already is returned again, as is needed after a restart.
    public mutating func addHostCandidate(base: SocketAddress, now: Instant) -> IceCandidate {
        if let known = locals.first(where: { $0.isSocket && $0.base == base && !$0.isGone }) {
            return signalled(known.candidate)
        }
        let rank = locals.count { $0.isSocket && $0.base.family == base.family }
        let preference = UInt16(max(0, 65_535 - 2 * rank - (base.family == .ipv6 ? 0 : 1)))
        let candidate = IceCandidate(
            foundation: foundation(.host, base: base), priority: IceCandidate.priority(of: .host, localPreference: preference),
            address: base, kind: .host)
        locals.append(LocalCandidate(candidate: candidate, base: base, preference: preference))
        if transportPolicy == .all {
            for remote in remotes.indices { _ = makePair(local: locals.count - 1, remote: remote, isProven: false) }
        }
        if remotes.contains(where: { $0.tcpType != nil }) { addActiveCandidates() }
        query(from: base)
        work(now)
        return signalled(candidate)
    }

    /// A socket is closed, such as after a change of address: nothing is sent from it any more.
    ///
    /// Where the selected pair loses its base and there is no other socket, the agent fails, and ``restart(role:now:)`` with
    /// a new host candidate brings it back.
    public mutating func removeHostCandidate(base: SocketAddress, now: Instant) {
        guard state != .closed, locals.contains(where: { $0.base == base && !$0.isGone }) else { return }
        let hadPath = selected != nil
        forget(base: base)
        queries.removeAll { $0.path.local == base }
        dropRelays(at: base, now)
        dropStreams(at: base)
        if selected?.path.local == base { deselect() }
        guard hadPath, selected == nil else { return work(now) }
        if locals.contains(where: { $0.isSocket && !$0.isGone }) { work(now) } else { giveUp() }
        reschedule(now)
    }

    /// Nothing leaves from a base any more, a socket's or a relayed address.
    mutating func forget(base: SocketAddress) {
        for index in locals.indices where locals[index].base == base { locals[index].isGone = true }
        transactions.removeAll { $0.path.local == base }
        outbox.removeAll(from: base)
        for index in pairs.indices where pairs[index].path.local == base {
            pairs[index].state = .failed
            pairs[index].awaitsWay = false
            triggered.removeAll { $0 == pairs[index].id }
            if nominating == pairs[index].id { nominating = nil }
        }
    }

    /// What still came to a socket when it was closed is too late.
    func isGone(_ base: SocketAddress) -> Bool {
        locals.contains { $0.isGone && $0.base == base } && !locals.contains { !$0.isGone && $0.base == base }
    }

    /// Records an address under which a STUN server saw a base, and returns what to signal for it.
    ///
    /// - Parameter server: Which one it was; candidates of different servers have different foundations (RFC 8445 §5.1.1.3).
    ///
    /// It makes no pairs: checks leave from the base, which has its own (RFC 8445 §6.1.2.4).
    public mutating func addReflexiveCandidate(
        _ address: SocketAddress, base: SocketAddress, server: SocketAddress? = nil, now: Instant
    ) -> IceCandidate {
        if let known = locals.first(where: {
            $0.candidate.address == address && $0.base == base && $0.candidate.kind != .peerReflexive && !$0.isGone
        }) {
            return signalled(known.candidate)
        }
        let preference = locals.last { $0.candidate.kind == .host && $0.base == base }?.preference ?? 0
        var candidate = IceCandidate(
            foundation: foundation(.serverReflexive, base: base, server: server),
            priority: IceCandidate.priority(of: .serverReflexive, localPreference: preference), address: address,
            kind: .serverReflexive, relatedAddress: base)
        candidate.url = server.map { "stun:\($0)" }
        locals.append(LocalCandidate(candidate: candidate, base: base, preference: preference))
        return signalled(candidate)
    }

    mutating func foundation(
        _ kind: IceCandidate.Kind, base: SocketAddress, server: SocketAddress? = nil, isStream: Bool = false
    ) -> String {
        let key = FoundationKey(
            kind: kind, family: base.family, high: base.high, low: base.low, serverHigh: server?.high ?? 0,
            serverLow: server?.low ?? 0, isStream: isStream)
        if let index = foundations.firstIndex(of: key) { return String(index + 1) }
        foundations.append(key)
        return String(foundations.count)
    }

    /// Takes a candidate that was signalled, at any time, in any order.
    ///
    /// One that a check has revealed before takes its signalled data and keeps its pairs, nomination included. What is known
    /// already, belongs to another generation or exceeds the limit is counted and ignored.
    public mutating func addRemoteCandidate(_ candidate: IceCandidate, now: Instant) {
        guard state != .closed else { return }
        guard candidate.component == 1, candidate.address.port != 0 else { return ignoreCandidate() }
        if let ufrag = candidate.ufrag, ufrag != generation.remote?.ufrag {
            guard ufrag != previous?.remote?.ufrag else { return ignoreCandidate() }
            return keepForLater(candidate)
        }
        guard generation.remote != nil else { return keepForLater(candidate) }
        take(candidate)
        work(now)
    }

    /// The other side has no more candidates (RFC 8838 §8.2). Pairs may still be revealed by checks, so that failure
    /// waits all the same (RFC 8863 §4).
    public mutating func endOfRemoteCandidates(now: Instant) {
        guard state != .closed else { return }
        work(now)
    }

    mutating func ignoreCandidate() {
        counters.candidatesIgnored += 1
    }

    private mutating func keepForLater(_ candidate: IceCandidate) {
        guard waitingRemotes.count < timing.remoteCandidateLimit else { return ignoreCandidate() }
        waitingRemotes.append(candidate)
    }

    /// Sorts out what came before the credentials of the generation that has just become complete.
    mutating func takeWaitingCandidates() {
        let waiting = waitingRemotes
        waitingRemotes.removeAll()
        for candidate in waiting {
            if let ufrag = candidate.ufrag, ufrag != generation.remote?.ufrag {
                ignoreCandidate()
            } else {
                take(candidate)
            }
        }
    }

    private mutating func take(_ candidate: IceCandidate) {
        let isStream = candidate.tcpType != nil
        if let index = remotes.firstIndex(where: { $0.address == candidate.address && ($0.tcpType != nil) == isStream }) {
            guard remotes[index].kind == .peerReflexive, candidate.kind != .peerReflexive else { return ignoreCandidate() }
            remotes[index] = candidate
            for pair in pairs.indices where pairs[pair].remote == index {
                pairs[pair].priority = priority(local: pairs[pair].local, remote: index)
            }
            return
        }
        guard remotes.count < timing.remoteCandidateLimit, !isStream || mayConnect(to: candidate) else {
            return ignoreCandidate()
        }
        remotes.append(candidate)
        if isStream { addActiveCandidates() }
        for local in locals.indices where isPairable(locals[local]) {
            _ = makePair(local: local, remote: remotes.count - 1, isProven: false)
        }
    }

    /// The remote candidate at the end of a path, made peer-reflexive where nobody signalled it (RFC 8445 §7.3.1.3).
    mutating func remoteCandidate(at path: Path, priority: UInt32) -> Int? {
        let isStream = Self.isStreamBase(path.local)
        let address = path.remote
        if let index = remotes.firstIndex(where: { $0.address == address && ($0.tcpType != nil) == isStream }) { return index }
        guard remotes.count < 2 * timing.remoteCandidateLimit else {
            ignoreCandidate()
            return nil
        }
        remotes.append(
            IceCandidate(
                foundation: "prflx\(remotes.count)", priority: priority, address: address, kind: .peerReflexive,
                tcpType: isStream ? .passive : nil, ufrag: generation.remote?.ufrag))
        return remotes.count - 1
    }
}
