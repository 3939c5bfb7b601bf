internal import RTCCore
internal import RTCWire

extension IceAgent {
    /// Repeats requests that are due, and gives up those that have been repeated enough (RFC 8489 §6.2.1).
    mutating func runTransactions(_ now: Instant) {
        var index = 0
        while index < transactions.count {
            guard let nextAt = transactions[index].nextAt else {
                if now >= transactions[index].expiresAt {
                    transactions.remove(at: index)
                } else {
                    index += 1
                }
                continue
            }
            guard now >= nextAt else {
                index += 1
                continue
            }
            if transactions[index].transmissions < transmissions(of: transactions[index]) {
                repeatTransaction(at: index, now)
                index += 1
            } else {
                let lost = transactions.remove(at: index)
                fail(lost)
            }
        }
    }

    private mutating func repeatTransaction(at index: Int, _ now: Instant) {
        transactions[index].transmissions += 1
        transactions[index].lastSentAt = now
        if transactions[index].transmissions == transmissions(of: transactions[index]) {
            transactions[index].nextAt = now + timing.retransmission * timing.lastWait
        } else {
            let doubled = transactions[index].interval * 2
            transactions[index].interval =
                transactions[index].purpose == .nomination ? min(doubled, timing.nominationInterval) : doubled
            transactions[index].nextAt = now + transactions[index].interval
        }
        transmit(transactions[index], now)
    }

    private func transmissions(of transaction: CheckTransaction) -> Int {
        transaction.purpose == .nomination ? timing.nominationTransmissions : timing.transmissions
    }

    /// Hands a request to the outbox and counts it.
    private mutating func transmit(_ transaction: CheckTransaction, _ now: Instant) {
        send(
            .request(
                Outbox.Request(
                    id: transaction.id, path: transaction.path, generation: transaction.generation, role: transaction.role,
                    tieBreaker: transaction.tieBreaker, priority: transaction.priority,
                    usesCandidate: transaction.purpose == .nomination)))
        let isConsent = transaction.purpose == .consent
        if isConsent { counters.consentRequestsSent += 1 } else { counters.checksSent += 1 }
        withPair(transaction.pair, of: transaction.generation) { pair in
            if isConsent {
                pair.statistics.consentRequestsSent += 1
            } else {
                pair.statistics.requestsSent += 1
            }
            pair.lastRequestAt = now
        }
    }

    /// Changes a pair of the checklist, or the one that outlived a restart.
    mutating func withPair(_ id: UInt32, of generation: UInt32, _ change: (inout CandidatePair) -> Void) {
        if generation == self.generation.id {
            if let index = index(ofPair: id) { change(&pairs[index]) }
        } else if selected?.generation == generation, selected?.pair.id == id {
            // The checklist of that generation is gone; this copy lives on.
            if var pair = selected?.pair {
                change(&pair)
                selected?.pair = pair
            }
        }
    }

    /// The request was refused or never answered.
    mutating func fail(_ transaction: CheckTransaction) {
        guard transaction.purpose == .check || transaction.purpose == .nomination,
            transaction.generation == generation.id
        else { return }
        counters.checksFailed += 1
        if nominating == transaction.pair { nominating = nil }
        if let index = index(ofPair: transaction.pair), selected?.pair.id != transaction.pair || !isNominated {
            pairs[index].state = .failed
            closeStream(on: transaction.path)
        }
    }

    /// Starts checks as fast as pacing allows: those that answer the other side's first, then the best that waits
    /// (RFC 8445 §6.1.4.2), which has its turn after a few of those at the latest.
    mutating func sendChecks(_ now: Instant) {
        guard generation.remote != nil else { return }
        var place = 0
        while place < triggered.count {
            let id = triggered[place]
            guard let index = index(ofPair: id), pairs[index].state == .waiting || nominating == id else {
                triggered.remove(at: place)
                continue
            }
            guard now >= earliestCheck(ofPairAt: index) else {
                place += 1
                continue
            }
            guard now >= pacer.nextSlot(burst: timing.triggeredBurst) else { return }
            if triggeredInARow >= timing.triggeredBurst, nominating != id, !isNominated, let ordinary = bestWaiting {
                // Who comes from another port each time, as two NATs can bring it about, must not keep the other pairs waiting.
                triggeredInARow = 0
                startCheck(at: ordinary, now)
                continue
            }
            triggered.remove(at: place)
            triggeredInARow += 1
            startCheck(at: index, now)
        }
        guard !isNominated else { return }
        while let index = bestWaiting, now >= pacer.nextSlot(burst: timing.burst) {
            triggeredInARow = 0
            startCheck(at: index, now)
        }
    }

    /// A check that answers one of the other side's waits for Ta behind the last request on its pair, which was most likely on its way
    /// meanwhile: where that is answered first, this one is not needed. A nomination does not wait.
    private func earliestCheck(ofPairAt index: Int) -> Instant {
        guard pairs[index].statistics.requestsSent > 0, nominating != pairs[index].id else { return .origin }
        return pairs[index].lastRequestAt + timing.pace
    }

    private var bestWaiting: Int? {
        var best: Int?
        for index in pairs.indices
        where pairs[index].state == .waiting && !pairs[index].awaitsWay && !triggered.contains(pairs[index].id) {
            if let known = best, pairs[known].priority >= pairs[index].priority { continue }
            best = index
        }
        return best
    }

    /// When the next check may leave.
    var checkDeadline: Instant? {
        guard generation.remote != nil else { return nil }
        var next: Instant?
        for id in triggered {
            guard let index = index(ofPair: id) else { continue }
            next = earliest(next, max(pacer.nextSlot(burst: timing.triggeredBurst), earliestCheck(ofPairAt: index)))
        }
        guard !isNominated, bestWaiting != nil else { return next }
        return earliest(next, pacer.nextSlot(burst: timing.burst))
    }

    private mutating func startCheck(at index: Int, _ now: Instant) {
        let isNomination = nominating == pairs[index].id
        if pairs[index].state != .succeeded { pairs[index].state = .inProgress }
        pacer.take(at: now)
        begin(isNomination ? .nomination : .check, at: index, now)
    }

    /// Sends a new request on a pair of the checklist.
    mutating func begin(_ purpose: CheckTransaction.Purpose, at index: Int, _ now: Instant) {
        let isRepeated = purpose == .check || purpose == .nomination
        let active = pairs.count { $0.isActive }
        let interval = max(timing.retransmission, timing.pace * active)
        begin(
            purpose, pair: pairs[index].id, path: pairs[index].path, preference: locals[pairs[index].local].preference,
            generation: generation.id, interval: interval, isRepeated: isRepeated, now)
    }

    mutating func begin(
        _ purpose: CheckTransaction.Purpose, pair: UInt32, path: Path, preference: UInt16, generation: UInt32,
        interval: Duration, isRepeated: Bool, _ now: Instant
    ) {
        let isStream = Self.isStreamBase(path.local)
        let priority =
            isStream
            ? IceCandidate.priority(of: .peerReflexive, tcpType: .active, otherPreference: preference)
            : IceCandidate.priority(of: .peerReflexive, localPreference: preference)
        var transaction = CheckTransaction(
            id: STUNTransactionID(using: &random), purpose: purpose, pair: pair, path: path, generation: generation,
            role: role, tieBreaker: tieBreaker, priority: priority, lastSentAt: now,
            interval: interval, nextAt: isRepeated ? now + interval : nil, expiresAt: now + timing.consentExpiry)
        if isStream, isRepeated {
            // What goes over a connection arrives, and is not sent again (RFC 8489 §6.2.2).
            transaction.transmissions = transmissions(of: transaction)
            transaction.nextAt = now + timing.retransmission * timing.lastWait
        }
        transactions.append(transaction)
        transmit(transaction, now)
    }

    /// Stops repeating the requests on a pair; a late response to one still counts (RFC 8445 §7.3.1.4).
    mutating func stopRepeating(onPair id: UInt32, _ now: Instant) {
        for index in transactions.indices
        where transactions[index].pair == id && transactions[index].generation == generation.id
            && transactions[index].nextAt != nil
        {
            transactions[index].nextAt = nil
            transactions[index].expiresAt = now + timing.retransmission * timing.lastWait
        }
    }

    /// The other side checked this pair: check it too, soon (RFC 8445 §7.3.1.4).
    mutating func trigger(at index: Int, _ now: Instant) {
        let id = pairs[index].id
        switch pairs[index].state {
        case .succeeded:
            // Where our nomination seems lost, the other side's sign of life is a good moment to repeat it.
            let patience = timing.retransmission / 2
            let isRecent = { (transaction: CheckTransaction) in
                transaction.pair == id && transaction.purpose == .nomination
                    && now - transaction.lastSentAt < patience
            }
            guard nominating == id, !transactions.contains(where: isRecent) else { return }
            stopRepeating(onPair: id, now)
        case .inProgress:
            stopRepeating(onPair: id, now)
            pairs[index].state = .waiting
        case .failed, .waiting:
            pairs[index].state = .waiting
        }
        if !triggered.contains(id) { triggered.append(id) }
    }

    /// While nothing is nominated, a controlled agent goes on showing that its pairs work: the controlling side's own checks may
    /// have been lost, and nothing but a check from here makes it try again. It ends with patience, so that two sides which can
    /// never agree do not keep one another waiting.
    mutating func showValidPair(_ now: Instant) {
        guard role == .controlled, !isNominated, let failureAt, now < failureAt, pairs.contains(where: { $0.state == .succeeded })
        else {
            nextKeepaliveAt = nil
            return
        }
        guard let due = nextKeepaliveAt else {
            nextKeepaliveAt = now + timing.validPairInterval
            return
        }
        guard now >= due else { return }
        nextKeepaliveAt = now + timing.validPairInterval
        var next: Int?
        for index in pairs.indices where pairs[index].state == .succeeded {
            if let known = next, pairs[known].lastRequestAt <= pairs[index].lastRequestAt { continue }
            next = index
        }
        if let next { begin(.keepalive, at: next, now) }
    }

    /// Fails once patience is over and nothing works or may yet work (RFC 8863 §4).
    mutating func judgeFailure(_ now: Instant) {
        guard selected == nil, let failureAt else { return }
        if now >= failureAt { isPatienceOver = true }
        guard isPatienceOver, !pairs.contains(where: { $0.isActive }) else { return }
        if let hopeEnds = failureDeadline, now < hopeEnds { return }
        giveUp()
    }

    /// The end of patience; after that, the end of the hope that the newest valid pair gives.
    var failureDeadline: Instant? {
        guard selected == nil, let failureAt else { return nil }
        guard isPatienceOver else { return failureAt }
        guard !pairs.contains(where: { $0.isActive }) else { return nil }
        var end: Instant?
        for pair in pairs where pair.state == .succeeded {
            let expiry = pair.lastResponseAt + timing.consentExpiry
            end = end.map { max($0, expiry) } ?? expiry
        }
        return end
    }

    /// Sends nothing more until a restart.
    mutating func giveUp() {
        forgetChecks()
        closeStreams()
        outbox.removeAll()
        for index in pairs.indices { pairs[index].state = .failed }
        enter(.failed)
    }

    mutating func forgetChecks() {
        transactions.removeAll()
        triggered.removeAll()
        earlyChecks.removeAll()
        nominating = nil
        nextKeepaliveAt = nil
        failureAt = nil
    }
}
