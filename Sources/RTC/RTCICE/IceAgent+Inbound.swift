public import RTCCore
internal import RTCWire

extension IceAgent {
    /// Takes any STUN datagram.
    ///
    /// - Parameter path: The socket it came to, as added by ``addHostCandidate(base:now:)``, and where it came from.
    public mutating func receive(_ datagram: RawSpan, on path: Path, now: Instant) {
        guard state != .closed, state != .failed, !isGone(path.local) else { return }
        if transportPolicy == .relay, relay(at: path.local) == nil {
            counters.refusedByPolicy += 1
            return
        }
        do throws(STUNMessage.ParsingError) {
            let message = try STUNMessage(parsing: datagram)
            guard message.method == .binding else {
                counters.malformed += 1
                return
            }
            switch message.messageClass {
            case .request: answer(message, on: path, now)
            case .success, .error: conclude(message, on: path, now)
            case .indication: return
            }
        } catch {
            counters.malformed += 1
            return
        }
        work(now)
    }

    // MARK: Requests

    /// RFC 8445 §7.3, with the short-term credentials of RFC 8489 §9.1.3.
    private mutating func answer(_ request: borrowing STUNMessage, on path: Path, _ now: Instant) {
        guard let username = request.username, request.hasIntegrity else {
            counters.malformed += 1
            return refuse(request, on: path, .badRequest)
        }
        guard let receiver = generation(addressedBy: username) else {
            counters.unknownUsername += 1
            return refuse(request, on: path, .unauthenticated)
        }
        guard receiver.localKey.authenticates(request) else {
            counters.badIntegrity += 1
            return refuse(request, on: path, .unauthenticated)
        }
        counters.checksReceived += 1
        guard request.unknownRequired.isEmpty else {
            counters.unknownAttribute += 1
            return refuse(request, on: path, .unknownAttribute, as: receiver.id)
        }
        let isCurrent = receiver.id == generation.id
        let sender = username.extracting((receiver.localUfrag.count + 1)..<username.byteCount)
        guard isCurrent || receiver.remote == nil || sender.isEqual(to: receiver.remoteUfrag) else {
            counters.mixedGenerations += 1
            return refuse(request, on: path, .unauthenticated, as: receiver.id)
        }
        if isCurrent, !settleRole(request, on: path, now) { return }
        countResponse()
        send(.response(Outbox.Response(id: request.transactionID, path: path, generation: receiver.id, error: nil)))
        if selected?.path == path, selected?.generation == receiver.id { consent?.noteLife(at: now) }
        guard isCurrent else {
            withSelectedPair(of: receiver.id, on: path) { pair in
                pair.statistics.requestsReceived += 1
                pair.statistics.responsesSent += 1
            }
            return
        }
        let priority = request.priority ?? IceCandidate.priority(of: .peerReflexive, localPreference: 0)
        if generation.remote != nil, sender.isEqual(to: generation.remoteUfrag) {
            follow(path, priority: priority, usesCandidate: request.usesCandidate, now)
        } else {
            keep(
                EarlyCheck(
                    path: path, priority: priority, generation: receiver.id, remoteUfrag: sender.array,
                    usesCandidate: request.usesCandidate))
        }
    }

    private mutating func countResponse() {
        counters.responsesSent += 1
    }

    private mutating func withSelectedPair(of generation: UInt32, on path: Path, _ change: (inout CandidatePair) -> Void) {
        guard let current = selected, current.path == path, current.generation == generation else { return }
        withPair(current.pair.id, of: generation, change)
    }

    /// The generation whose user fragment stands before the colon.
    private func generation(addressedBy username: RawSpan) -> Generation? {
        if Self.isAddressed(username, to: generation) { return generation }
        if let previous, Self.isAddressed(username, to: previous) { return previous }
        return nil
    }

    private static func isAddressed(_ username: RawSpan, to generation: Generation) -> Bool {
        let size = generation.localUfrag.count
        guard username.byteCount > size, username.unsafeLoad(fromByteOffset: size, as: UInt8.self) == 0x3A else { return false }
        return username.extracting(0..<size).isEqual(to: generation.localUfrag)
    }

    private mutating func refuse(
        _ request: borrowing STUNMessage, on path: Path, _ error: STUNErrorCode, as generation: UInt32? = nil
    ) {
        countResponse()
        let unknown = error == .unknownAttribute ? request.unknownRequired : STUNUnknownAttributes()
        send(
            .response(
                Outbox.Response(
                    id: request.transactionID, path: path, generation: generation, error: error, unknown: unknown)))
    }

    /// Settles who controls (RFC 8445 §7.3.1.1); `false` where the request was refused with 487.
    ///
    /// Chromium claims the role of its latest offer again after each renegotiation, and does not always give way when it is refused. Its
    /// connection would go without answers until it calls it broken, so whoever insists is given the role: after the nomination it decides little.
    private mutating func settleRole(_ request: borrowing STUNMessage, on path: Path, _ now: Instant) -> Bool {
        let theirs = role == .controlling ? request.iceControlling : request.iceControlled
        guard let theirs else {
            roleRefusedAt = nil
            return true
        }
        counters.roleConflicts += 1
        let weControl = tieBreaker >= theirs
        let insists = roleRefusedAt.map { now - $0 >= timing.roleConflictPatience } ?? false
        if isRemoteLite || (weControl == (role == .controlling) && !insists) {
            roleRefusedAt = roleRefusedAt ?? now
            refuse(request, on: path, .roleConflict, as: generation.id)
            return false
        }
        roleRefusedAt = nil
        switchRole(to: role.opposite)
        return true
    }

    /// Keeps a check that cannot be followed yet.
    private mutating func keep(_ check: EarlyCheck) {
        if let index = earlyChecks.firstIndex(where: { $0.path == check.path && $0.remoteUfrag == check.remoteUfrag }) {
            earlyChecks[index].usesCandidate = earlyChecks[index].usesCandidate || check.usesCandidate
        } else if earlyChecks.count < timing.earlyCheckLimit {
            earlyChecks.append(check)
        } else {
            ignoreCandidate()
        }
    }

    /// Follows the checks that came before the credentials, where they came from whom these belong to.
    mutating func takeEarlyChecks(_ now: Instant) {
        let early = earlyChecks
        earlyChecks.removeAll()
        guard generation.remote != nil else { return }
        for check in early where check.generation == generation.id && check.remoteUfrag == generation.remoteUfrag {
            follow(check.path, priority: check.priority, usesCandidate: check.usesCandidate, now)
        }
    }

    /// What an answered check leads to: a peer-reflexive candidate, a check of our own, a nomination (RFC 8445 §7.3.1.3–5).
    private mutating func follow(_ path: Path, priority: UInt32, usesCandidate: Bool, _ now: Instant) {
        guard let local = locals.firstIndex(where: { isPairable($0) && $0.base == path.local }),
            let remote = remoteCandidate(at: path, priority: priority),
            let index = makePair(local: local, remote: remote, isProven: true)
        else { return }
        pairs[index].statistics.requestsReceived += 1
        pairs[index].statistics.responsesSent += 1
        if usesCandidate, role == .controlled {
            if pairs[index].state == .succeeded {
                select(at: index, now)
            } else {
                pairs[index].nominateOnSuccess = true
            }
        }
        trigger(at: index, now)
    }

    // MARK: Responses

    /// RFC 8445 §7.2.5.
    private mutating func conclude(_ response: borrowing STUNMessage, on path: Path, _ now: Instant) {
        let id = response.transactionID
        guard let index = transactions.firstIndex(where: { $0.id == id }) else {
            if concludeQuery(response, on: path, now) { return }
            counters.unknownTransaction += 1
            return
        }
        let transaction = transactions[index]
        guard let key = remoteKey(of: transaction.generation), key.authenticates(response) else {
            counters.badIntegrity += 1
            return
        }
        let isSuccess = response.messageClass == .success
        let mapped = response.xorMappedAddress
        let error = response.errorCode
        guard response.unknownRequired.isEmpty, isSuccess ? mapped != nil : error != nil else {
            counters.malformed += 1
            return
        }
        transactions.remove(at: index)
        counters.responsesReceived += 1
        guard path == transaction.path else {
            counters.asymmetricResponses += 1
            return fail(transaction)
        }
        if let mapped, isSuccess {
            succeed(transaction, mapped: mapped, now)
        } else if let error {
            refused(transaction, error, now)
        }
    }

    private func remoteKey(of id: UInt32) -> IntegrityKey? {
        if id == generation.id { return generation.remoteKey }
        return previous?.id == id ? previous?.remoteKey : nil
    }

    private mutating func succeed(_ transaction: CheckTransaction, mapped: SocketAddress, _ now: Instant) {
        let roundTripTime =
            transaction.transmissions == 1 || Self.isStreamBase(transaction.path.local) ? now - transaction.lastSentAt : nil
        withPair(transaction.pair, of: transaction.generation) { pair in
            pair.statistics.responsesReceived += 1
            pair.lastResponseAt = now
            if let roundTripTime { pair.measure(roundTripTime) }
        }
        if selected?.generation == transaction.generation, selected?.path == transaction.path {
            consent?.receivedResponse(at: now, roundTripTime: roundTripTime)
        }
        guard transaction.generation == generation.id, let index = index(ofPair: transaction.pair) else { return }
        pairs[index].mapped = localCandidate(at: mapped, base: transaction.path.local, priority: transaction.priority)
        if pairs[index].state != .succeeded {
            pairs[index].state = .succeeded
            triggered.removeAll { $0 == transaction.pair }
            stopRepeating(onPair: transaction.pair, now)
        }
        firstSuccessAt = firstSuccessAt ?? now
        if role == .controlled, pairs[index].nominateOnSuccess {
            select(at: index, now)
        } else if role == .controlling, transaction.purpose == .nomination, !isNominated {
            select(at: index, now)
        }
    }

    /// The local candidate under which the other side saw a request, peer-reflexive where it is new (RFC 8445 §7.2.5.3.1).
    private mutating func localCandidate(at address: SocketAddress, base: SocketAddress, priority: UInt32) -> Int? {
        let isStream = Self.isStreamBase(base)
        if let index = locals.firstIndex(where: {
            // Each connection has a port of its own, which tells nothing.
            $0.base == base && ($0.candidate.address == address || (isStream && $0.candidate.address.isSameHost(as: address)))
        }) {
            return index
        }
        guard locals.count < timing.pairLimit else { return nil }
        let candidate = IceCandidate(
            foundation: foundation(.peerReflexive, base: base, isStream: isStream), priority: priority, address: address,
            kind: .peerReflexive, relatedAddress: base, tcpType: isStream ? .active : nil)
        locals.append(LocalCandidate(candidate: candidate, base: base, preference: 0))
        return locals.count - 1
    }

    private mutating func refused(_ transaction: CheckTransaction, _ error: STUNErrorCode, _ now: Instant) {
        withPair(transaction.pair, of: transaction.generation) { $0.statistics.responsesReceived += 1 }
        if transaction.purpose == .consent, error == .forbidden { consent?.revoke(at: now) }
        guard error == .roleConflict, transaction.generation == generation.id, !isRemoteLite else {
            return fail(transaction)
        }
        counters.roleConflicts += 1
        if transaction.role == role {
            switchRole(to: role.opposite)
            tieBreaker = random.next()
        }
        guard let index = index(ofPair: transaction.pair), pairs[index].state != .succeeded else { return }
        pairs[index].state = .failed
        trigger(at: index, now)
    }
}

extension RawSpan {
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        guard byteCount == bytes.count else { return false }
        for index in bytes.indices where unsafeLoad(fromByteOffset: index, as: UInt8.self) != bytes[index] { return false }
        return true
    }
}
