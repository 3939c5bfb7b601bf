public import RTCCore

extension IceAgent {
    /// Takes the other side's credentials, from its description; checks begin.
    ///
    /// The same ones again change nothing. Others than before begin a new generation on their side: their candidates
    /// start over, and a selected pair stays in use until a new one is nominated.
    public mutating func setRemoteCredentials(_ credentials: IceCredentials, now: Instant) {
        guard state != .closed, credentials != generation.remote, credentials.ufrag.utf8.count <= 256 else { return }
        if generation.remote != nil { beginGeneration(local: generation.local) }
        generation.setRemote(credentials)
        failureAt = now + timing.failure
        takeWaitingCandidates()
        takeEarlyChecks(now)
        work(now)
    }

    /// Begins an ICE restart (RFC 8445 §9): new credentials, no remote candidates, the same sockets.
    ///
    /// Signal ``localCredentials`` and ``localCandidates`` anew. The selected pair goes on answering, keeps consent and stays
    /// ``selectedPath`` until the new generation nominates one. Brings a failed agent back.
    public mutating func restart(role: IceRole? = nil, now: Instant) {
        guard state != .closed else { return }
        beginGeneration(local: IceCredentials(using: &random))
        tieBreaker = random.next()
        restartGathering()
        restartRelays()
        if let role { self.role = isRemoteLite ? .controlling : role }
        work(now)
    }

    private mutating func beginGeneration(local: IceCredentials) {
        let current = generation.id
        if let selected, selected.generation == current {
            if let index = index(ofPair: selected.pair.id) { self.selected?.pair = pairs[index] }
            previous = generation
        } else if selected == nil {
            previous = generation
        }
        let keptEarly = local == generation.local ? earlyChecks : []
        transactions.removeAll { $0.generation == current && $0.purpose != .consent }
        triggered.removeAll()
        earlyChecks.removeAll()
        pairs.removeAll()
        remotes.removeAll()
        locals.removeAll { $0.candidate.kind == .peerReflexive || $0.isGone }
        restartStreams()
        nominating = nil
        firstSuccessAt = nil
        nextKeepaliveAt = nil
        failureAt = nil
        isPatienceOver = false
        generation = Generation(id: current + 1, local: local)
        for check in keptEarly { earlyChecks.append(check.moved(to: generation.id)) }
        if state == .failed { enter(.new) }
    }
}
