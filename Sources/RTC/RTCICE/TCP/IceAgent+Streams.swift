internal import RTCCore

/// Pairs over TCP (RFC 6544): this side opens the connections, to passive candidates of the other side.
///
///                opened               answered
///   ┌─────────┐         ┌────────────┐         ┌───────────┐
///   │ no way  ├────────▶│ inProgress ├────────▶│ succeeded │
///   └────▲────┘         └─────┬──────┘         └─────┬─────┘
///        │ 1 s, three times   │ closed, silent       │ closed
///        └────────────────────┴──────────────────────┘
///
/// An active candidate is signalled with port 9, and is its own base: pairs have paths that begin there, and only ``route(of:)`` and
/// ``nextDatagram(onStream:now:)`` know of connections. A restart gives it another base, so that the way in use and the new one to the same
/// address are told apart.
extension IceAgent {
    /// The discard port, which stands for the one that a connection will have (RFC 6544 §4.5).
    private static let discardPort: UInt16 = 9
    /// The port of every other base; no socket of ours has either.
    private static let otherPort: UInt16 = 10

    /// Takes TCP into use, once the other side has a passive candidate.
    ///
    /// - Parameter streams: The number of the first stream that is asked for, the same as in
    ///   ``relay(through:policy:streams:timing:now:)``; the next ones follow it.
    public mutating func allowTCP(streams: UInt64 = 1) {
        allowsTCP = true
        nextStream = max(nextStream, streams)
    }

    /// Whether a path that begins here leads over a connection.
    static func isStreamBase(_ base: SocketAddress) -> Bool { base.port == discardPort || base.port == otherPort }

    /// Whether candidates of the other side are ones to which connections can be made.
    func mayConnect(to candidate: IceCandidate) -> Bool {
        allowsTCP && transportPolicy == .all && candidate.tcpType == .passive
            && remotes.count { $0.tcpType != nil } < timing.streamCandidateLimit
    }

    /// An active candidate beside each socket's address.
    mutating func addActiveCandidates() {
        for local in locals where local.isSocket && !local.isGone {
            let isKnown = locals.contains {
                $0.candidate.tcpType == .active && $0.candidate.kind == .host && !$0.isGone && $0.base.isSameHost(as: local.base)
            }
            guard !isKnown else { continue }
            var address = local.base
            address.port = Self.discardPort
            var base = address
            base.port = freeBasePort
            var candidate = IceCandidate(
                foundation: foundation(.host, base: base, isStream: true),
                priority: IceCandidate.priority(of: .host, tcpType: .active, otherPreference: local.preference), address: address,
                kind: .host)
            candidate.tcpType = .active
            locals.append(LocalCandidate(candidate: candidate, base: base, preference: local.preference))
            for remote in remotes.indices { _ = makePair(local: locals.count - 1, remote: remote, isProven: false) }
            events.append(.candidateGathered(signalled(candidate)))
        }
    }

    /// One that the way in use does not have.
    private var freeBasePort: UInt16 {
        selected?.path.local.port == Self.discardPort ? Self.otherPort : Self.discardPort
    }

    /// After a restart connections are made anew; the one in use stays until then.
    mutating func restartStreams() {
        closeStreams(except: selected?.path)
        let port = freeBasePort
        for index in locals.indices where locals[index].candidate.tcpType != nil {
            var base = locals[index].base
            base.port = port
            locals[index] = LocalCandidate(
                candidate: locals[index].candidate, base: base, preference: locals[index].preference)
        }
    }

    /// A socket is gone; connections from its address break with it.
    mutating func dropStreams(at base: SocketAddress) {
        guard allowsTCP, !locals.contains(where: { $0.isSocket && !$0.isGone && $0.base.isSameHost(as: base) }) else { return }
        for local in locals where local.candidate.tcpType != nil && !local.isGone && local.base.isSameHost(as: base) {
            forget(base: local.base)
        }
        if let path = selected?.path, Self.isStreamBase(path.local), path.local.isSameHost(as: base) { deselect() }
        while let index = streams.firstIndex(where: { $0.path.local.isSameHost(as: base) }) {
            streamRequests.append(.close(token: streams.remove(at: index).token))
        }
    }

    /// Nothing is sent any more on connections but one.
    mutating func closeStreams(except path: Path? = nil) {
        for stream in streams where stream.path != path {
            streamRequests.append(.close(token: stream.token))
            // Whoever needs the pair again opens another one.
            for index in pairs.indices where pairs[index].path == stream.path {
                pairs[index].awaitsWay = true
                if pairs[index].state != .failed { pairs[index].state = .waiting }
                triggered.removeAll { $0 == pairs[index].id }
            }
        }
        streams.removeAll { $0.path != path }
    }

    /// Opens the connections that pairs wait for, as fast as pacing allows.
    mutating func openStreams(_ now: Instant) {
        guard generation.remote != nil, !isNominated else { return }
        while let index = nextUnopened(now), now >= pacer.nextSlot(burst: timing.burst) {
            pacer.take(at: now)
            pairs[index].state = .inProgress
            pairs[index].streamAttempts += 1
            counters.streamsAsked += 1
            streamRequests.append(.open(token: nextStream, StreamTarget(remote: pairs[index].path.remote, tlsName: nil)))
            streams.append(PairStream(token: nextStream, path: pairs[index].path))
            nextStream += 1
        }
    }

    private func nextUnopened(_ now: Instant) -> Int? {
        guard streams.count < timing.streamLimit else { return nil }
        return pairs.indices.filter { wantsStream(pairs[$0]) && pairs[$0].streamRetryAt <= now }
            .max { pairs[$0].priority < pairs[$1].priority }
    }

    private func wantsStream(_ pair: CandidatePair) -> Bool {
        pair.awaitsWay && pair.state == .waiting && Self.isStreamBase(pair.path.local)
    }

    /// When ``openStreams(_:)`` next has something to do.
    var streamDeadline: Instant? {
        guard allowsTCP, generation.remote != nil, !isNominated, streams.count < timing.streamLimit else { return nil }
        var next: Instant?
        for pair in pairs where wantsStream(pair) {
            next = earliest(next, max(pair.streamRetryAt, pacer.nextSlot(burst: timing.burst)))
        }
        return next
    }

    /// - Returns: Whether it was a pair's.
    mutating func pairStreamOpened(_ token: UInt64) -> Bool {
        guard let index = streams.firstIndex(where: { $0.token == token }) else { return false }
        streams[index].isOpen = true
        if let pair = pairs.firstIndex(where: { $0.path == streams[index].path }) {
            pairs[pair].awaitsWay = false
            pairs[pair].state = .waiting
            if !triggered.contains(pairs[pair].id) { triggered.append(pairs[pair].id) }
        }
        return true
    }

    mutating func pairStreamClosed(_ token: UInt64, _ now: Instant) {
        guard let index = streams.firstIndex(where: { $0.token == token }) else { return }
        let path = streams.remove(at: index).path
        counters.streamsLost += 1
        transactions.removeAll { $0.path == path }
        outbox.removeAll(on: path)
        let wasSelected = selected?.path == path
        if let pair = pairs.firstIndex(where: { $0.path == path }) {
            triggered.removeAll { $0 == pairs[pair].id }
            if nominating == pairs[pair].id { nominating = nil }
            pairs[pair].awaitsWay = true
            pairs[pair].streamRetryAt = now + timing.streamRetry
            pairs[pair].state = pairs[pair].streamAttempts < timing.streamAttempts ? .waiting : .failed
            // What was nominated once is so again as soon as it works.
            if wasSelected, role == .controlled { pairs[pair].nominateOnSuccess = true }
        }
        guard wasSelected else { return }
        let wasCurrent = isNominated
        deselect()
        guard wasCurrent else { return }
        failureAt = now + timing.failure
        isPatienceOver = false
    }

    /// A check over a connection was not answered: the connection is of no use.
    mutating func closeStream(on path: Path) {
        guard let index = streams.firstIndex(where: { $0.path == path }) else { return }
        streamRequests.append(.close(token: streams.remove(at: index).token))
    }

    /// The way of a path that begins at an active candidate.
    func streamRoute(of path: Path) -> IceRoute {
        guard let stream = streams.first(where: { $0.path == path && $0.isOpen }) else {
            return IceRoute(path: path, wrapping: .nowhere)
        }
        return IceRoute(path: path, stream: stream.token, wrapping: .frame)
    }

    /// The next datagram that a pair's connection brought.
    mutating func nextFramed(onStream token: UInt64, now: Instant) -> (UnsafeMutableRawBufferPointer, Path)? {
        guard let stream = streams.first(where: { $0.token == token }) else { return nil }
        if let frame = stream.frames.next() { return (frame, stream.path) }
        guard stream.frames.isBroken else { return nil }
        counters.malformed += 1
        streamRequests.append(.close(token: token))
        streamClosed(token, reason: "what came over the stream is not framed", now: now)
        return nil
    }
}

extension SocketAddress {
    /// Whether only the ports differ.
    func isSameHost(as other: SocketAddress) -> Bool {
        low == other.low && high == other.high && family == other.family
    }
}
