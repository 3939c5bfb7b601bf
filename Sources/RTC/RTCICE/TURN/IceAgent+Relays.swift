public import RTCCore

extension IceAgent {
    /// Takes TURN servers into use, in this order: one at a time, the next where one refuses, does not answer, or dies.
    ///
    /// To be called before the first ``addHostCandidate(base:now:)``.
    ///
    /// - Parameters:
    ///   - policy: With ``IceTransportPolicy/relay`` host and reflexive candidates are neither signalled nor paired, and what comes past
    ///     a relay is refused.
    ///   - streams: The number of the first stream that is asked for; the next ones follow it.
    public mutating func relay(
        through servers: [TURNServer], policy: IceTransportPolicy, streams: UInt64 = 1, timing: TURNClient.Timing = .init(),
        now: Instant
    ) {
        turnServers = Array(servers.prefix(self.timing.turnServerLimit))
        transportPolicy = policy
        nextStream = max(nextStream, streams)
        turnTiming = timing
        work(now)
    }

    /// What is to be done with streams; `nil` when there is nothing more.
    public mutating func nextStreamRequest() -> IceStreamRequest? {
        streamRequests.isEmpty ? nil : streamRequests.removeFirst()
    }

    public mutating func streamOpened(_ token: UInt64, now: Instant) {
        if let index = relays.firstIndex(where: { $0.stream == token }) {
            relays[index].isLinked = true
            relays[index].client.start(now: now)
        } else if !pairStreamOpened(token) {
            return
        }
        work(now)
    }

    public mutating func streamClosed(_ token: UInt64, reason: String, now: Instant) {
        if let index = relays.firstIndex(where: { $0.stream == token }) {
            relays[index].isLinked = false
            relays[index].client.linkLost(reason)
        } else {
            pairStreamClosed(token, now)
        }
        work(now)
    }

    /// Gives all allocations back; drain, then take ``nextStreamRequest()`` once more.
    public mutating func releaseRelays(now: Instant) {
        turnServers.removeAll()
        for index in relays.indices { relays[index].client.release(now: now) }
    }

    /// Nothing more is to be sent: streams close.
    public mutating func dropRelays() {
        for relay in relays { closeStream(of: relay) }
        relays.removeAll()
        closeStreams()
    }

    private mutating func closeStream(of relay: Relay) {
        if let stream = relay.stream { streamRequests.append(.close(token: stream)) }
    }

    // MARK: Life of relays

    /// Lets relays do what is due, takes what came of it, and finds another where one is missing.
    mutating func tendRelays(_ now: Instant) {
        guard !turnServers.isEmpty || !relays.isEmpty else { return }
        for index in relays.indices { relays[index].client.advance(to: now) }
        if let due = relayProbeDeadline, now >= due, let index = selectedRelay { relays[index].client.probe(now: now) }
        settleRelays(now)
        askForPermissions(now)
        if needsRelay, relayRetryAt.map({ now >= $0 }) ?? true { startRelay(now) }
    }

    /// Whether no server works or may yet work.
    private var needsRelay: Bool {
        guard !turnServers.isEmpty, !hasGivenUpRelays, relays.allSatisfy({ $0.client.isSilent }) else { return false }
        // The only server is its own successor: it goes on being asked, and says itself when the allocation is gone.
        return relays.isEmpty || turnServers.count > 1
    }

    private mutating func settleRelays(_ now: Instant) {
        var index = 0
        while index < relays.count {
            switch relays[index].client.state {
            case .allocated where !relays[index].isOffered:
                if let relayed = relays[index].client.relayed, locals.contains(where: { !$0.isGone && $0.base == relayed }) {
                    relays[index].client.linkLost("the server gives an address that is in use here")
                    continue
                }
                if let other = relays.firstIndex(where: { $0.isOffered && !$0.client.isSilent }), other != index {
                    // The one before was only slow.
                    relays[index].client.release(now: now)
                    index += 1
                    continue
                }
                offer(at: index, now)
                // Whatever was offered before has been given up: only this one remains.
                while let old = relays.firstIndex(where: { $0.isOffered && $0.client.relayed != relays[index].client.relayed }) {
                    let dead = relays.remove(at: old)
                    counters.relaysFailed += 1
                    events.append(.relayFailed(TURNFailure(reason: "no answer any more", url: dead.client.server.url)))
                    retire(dead, now)
                    if old < index { index -= 1 }
                }
                index += 1
            case .released where !relays[index].client.hasMessage && !turnServers.isEmpty:
                closeStream(of: relays.remove(at: index))
            case .failed(let failure):
                let gone = relays.remove(at: index)
                if let alternate = gone.client.alternate, gone.redirections < turnTiming.repetitions {
                    closeStream(of: gone)
                    var server = gone.client.server
                    server.address = alternate
                    begin(server, at: gone.server, redirections: gone.redirections + 1, now)
                } else {
                    retire(gone, now)
                    note(failure, now)
                }
            default:
                index += 1
            }
        }
    }

    private mutating func note(_ failure: TURNFailure, _ now: Instant) {
        counters.relaysFailed += 1
        relayFailures.append(failure)
        events.append(.relayFailed(failure))
        guard relayFailures.count >= turnServers.count else { return }
        if hasOfferedRelay {
            relayFailures.removeAll()
            relayRetryAt = now + timing.relayRetry
        } else {
            hasGivenUpRelays = true
            if transportPolicy == .relay { events.append(.gatheringFailed(relayFailures)) }
        }
    }

    private mutating func startRelay(_ now: Instant) {
        guard let base = locals.first(where: { $0.isSocket && !$0.isGone })?.base else { return }
        relayRetryAt = nil
        for _ in turnServers {
            let index = nextServer % turnServers.count
            nextServer = index + 1
            guard !relays.contains(where: { $0.server == index }) else { continue }
            let server = turnServers[index]
            guard server.transport != .udp || server.address.family == base.family else {
                note(TURNFailure(reason: "no socket of its family", url: server.url), now)
                continue
            }
            return begin(server, at: index, redirections: 0, now)
        }
    }

    private mutating func begin(_ server: TURNServer, at index: Int, redirections: Int, _ now: Instant) {
        guard let base = locals.first(where: { $0.isSocket && !$0.isGone })?.base else { return }
        var client = TURNClient(server: server, seed: random.next(), timing: turnTiming)
        counters.relaysAsked += 1
        guard server.transport != .udp else {
            client.start(now: now)
            relays.append(
                Relay(
                    client: client, server: index, base: base, stream: nil, frames: nil, redirections: redirections,
                    isLinked: true))
            return
        }
        let stream = nextStream
        nextStream += 1
        streamRequests.append(
            .open(
                token: stream,
                StreamTarget(remote: server.address, tlsName: server.transport == .tls ? server.tlsName : nil)))
        relays.append(
            Relay(
                client: client, server: index, base: base, stream: stream, frames: TURNFrames(), redirections: redirections,
                isLinked: false))
    }

    private mutating func offer(at index: Int, _ now: Instant) {
        guard let relayed = relays[index].client.relayed else { return }
        relays[index].isOffered = true
        hasOfferedRelay = true
        relayFailures.removeAll()
        let server = relays[index].client.server
        // With relays alone nobody learns where we are (RFC 8839 §5.1).
        let mapped = relays[index].client.mapped
        let hidden =
            relayed.family == .ipv4 ? SocketAddress(ipv4: 0, port: 9) : SocketAddress(ipv6High: 0, low: 0, port: 9)
        var candidate = IceCandidate(
            foundation: foundation(.relayed, base: relayed, server: server.address),
            priority: IceCandidate.priority(of: .relayed, localPreference: server.transport.preference), address: relayed,
            kind: .relayed, relatedAddress: transportPolicy == .relay ? hidden : mapped ?? hidden)
        candidate.relayProtocol = server.transport
        candidate.url = server.url
        locals.append(LocalCandidate(candidate: candidate, base: relayed, preference: server.transport.preference))
        for remote in remotes.indices { _ = makePair(local: locals.count - 1, remote: remote, isProven: false) }
        events.append(.candidateGathered(signalled(candidate)))
        if hasNominated, selected == nil || selectedRelay != nil { events.append(.relayReplaced(server.url)) }
    }

    /// An allocation is gone, or given up: nothing goes that way any more.
    private mutating func retire(_ relay: Relay, _ now: Instant) {
        closeStream(of: relay)
        guard relay.isOffered, let base = relay.client.relayed else { return }
        forget(base: base)
        guard selected?.path.local == base else { return }
        deselect()
        failureAt = now + timing.failure
        isPatienceOver = false
    }

    /// The sockets beside which relays lay are gone.
    mutating func dropRelays(at base: SocketAddress, _ now: Instant) {
        while let index = relays.firstIndex(where: { $0.base == base }) { retire(relays.remove(at: index), now) }
        relayFailures.removeAll()
        relayRetryAt = nil
    }

    /// After a restart all servers may be asked anew.
    mutating func restartRelays() {
        relayFailures.removeAll()
        relayRetryAt = nil
        hasGivenUpRelays = false
    }

    /// Pairs wait until their peers are let through; the pair in use gets a channel.
    private mutating func askForPermissions(_ now: Instant) {
        guard relays.contains(where: { $0.isOffered }) else { return }
        for index in pairs.indices where pairs[index].awaitsWay {
            guard let relay = relay(at: pairs[index].path.local) else { continue }
            let peer = pairs[index].path.remote
            if relays[relay].client.permits(peer) {
                pairs[index].awaitsWay = false
            } else if relays[relay].client.refuses(peer) {
                pairs[index].awaitsWay = false
                pairs[index].state = .failed
            } else {
                relays[relay].client.permit(peer, now: now)
            }
        }
        if let selected, let relay = relay(at: selected.path.local) { relays[relay].client.bind(selected.path.remote, now: now) }
    }

    func relay(at relayed: SocketAddress) -> Int? {
        relays.firstIndex { $0.isOffered && $0.client.relayed == relayed }
    }

    private var selectedRelay: Int? {
        guard !relays.isEmpty, let selected else { return nil }
        return relay(at: selected.path.local)
    }

    /// When to ask the server of the path in use whether it lives: nothing has come from there for a while.
    var relayProbeDeadline: Instant? {
        guard let index = selectedRelay, let consent, !relays[index].client.isProbing else { return nil }
        let answered = relays[index].client.answeredAt ?? consent.lastLife
        return max(consent.lastLife, answered) + timing.relaySilence
    }

    var relayDeadline: Instant? {
        var next = relayProbeDeadline
        for relay in relays { next = earliest(next, relay.client.deadline) }
        if needsRelay, let relayRetryAt { next = earliest(next, relayRetryAt) }
        return next
    }
}

extension TURNTransport {
    /// Datagrams before streams, and plain ones before those with TLS.
    fileprivate var preference: UInt16 {
        switch self {
        case .udp: 65_535
        case .tcp: 32_767
        case .tls: 16_383
        }
    }
}
