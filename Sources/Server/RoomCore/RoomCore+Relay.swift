import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func relay(
        _ signal: SignalRequest, from key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        let membership = try acting(session, .signal)
        guard let receiver = participants[signal.to], receiver != key, !isHidden(receiver),
            let other = sessions[receiver], let otherMembership = other.membership, otherMembership.room == membership.room
        else { throw RequestError(.noSuchPeer, "'\(signal.to)' is not another participant of this room") }
        let epochs = membership.epochs[signal.to] ?? [:]
        let newest = epochs[signal.connection]
        if let newest, signal.epoch < newest {
            throw RequestError(.staleEpoch, "epoch \(signal.epoch) of '\(signal.connection)' is over; \(newest) has begun")
        }
        guard newest != nil || epochs.count < limits.connectionsPerPair else {
            throw RequestError(.badRequest, "at most \(limits.connectionsPerPair) connections between two participants")
        }
        if otherMembership.isReady, other.isConnected {
            accept(signal, newest, from: key, id: id)
            statistics.signalsRelayed += 1
            send(.signal(from: membership.participant, signal), rev: nil, to: receiver)
            return
        }
        let expiresAt = now + (other.isConnected ? timing.signalExpiry : timing.signalExpiryInGrace)
        try hold(signal, from: membership.participant, for: receiver, until: expiresAt)
        accept(signal, newest, from: key, id: id)
    }

    private mutating func accept(_ signal: SignalRequest, _ newest: Int64?, from key: SessionKey, id: Int64) {
        if newest != signal.epoch {
            sessions[key]?.membership?.epochs[signal.to, default: [:]][signal.connection] = signal.epoch
        }
        reply(key, id, .done)
    }

    private mutating func hold(
        _ signal: SignalRequest, from sender: String, for receiver: SessionKey, until expiresAt: Instant
    ) throws(RequestError) {
        var held = sessions[receiver]?.membership?.held ?? []
        let isCoalesced: Bool
        switch signal.kind {
        case .candidates: isCoalesced = join(signal, from: sender, to: &held)
        case .offer: isCoalesced = supersede(with: signal, from: sender, in: &held, until: expiresAt)
        case .answer, .bye: isCoalesced = false
        }
        if !isCoalesced {
            let waiting = held.count { $0.signal(from: sender) != nil }
            guard waiting < limits.pendingSignalsPerPair else {
                throw RequestError(.notReady, "\(waiting) signals wait for '\(signal.to)' already", retryMilliseconds: 1000)
            }
            held.append(Held(event: .signal(from: sender, signal), expiresAt: expiresAt))
        }
        let bytes = held.reduce(0) { $0 + $1.signalBytes }
        guard bytes <= limits.pendingSignalBytes else {
            throw RequestError(.notReady, "\(bytes) bytes would wait for '\(signal.to)'", retryMilliseconds: 1000)
        }
        if isCoalesced { statistics.signalsCoalesced += 1 }
        sessions[receiver]?.membership?.held = held
        timers.push(.expiry(receiver), at: expiresAt)
    }

    /// Candidates that follow candidates of the same connection and epoch travel with them.
    private func join(_ signal: SignalRequest, from sender: String, to held: inout [Held]) -> Bool {
        guard let last = held.lastIndex(where: { $0.signal(from: sender) != nil }),
            var waiting = held[last].signal(from: sender), waiting.kind == .candidates,
            waiting.connection == signal.connection, waiting.epoch == signal.epoch,
            let body = Self.joined(waiting.body, signal.body), body.utf8.count <= limits.joinedCandidateBytes
        else { return false }
        waiting.body = body
        held[last].event = .signal(from: sender, waiting)
        return true
    }

    /// Two bodies of candidates as one; `nil` where either holds anything else.
    private static func joined(_ first: String, _ second: String) -> String? {
        guard let before = candidates(in: first), let after = candidates(in: second) else { return nil }
        return JSON.object(["candidates": .array(before + after)]).text
    }

    private static func candidates(in body: String) -> [JSON]? {
        guard let object = (try? JSONParser.parse(body))?.objectValue, object.members.count == 1 else { return nil }
        return object["candidates"]?.arrayValue
    }

    /// An offer takes the place of an older one of the same connection and epoch that nobody has read. Where more than candidates was
    /// said in between, the older one only vanishes.
    private func supersede(
        with signal: SignalRequest, from sender: String, in held: inout [Held], until expiresAt: Instant
    ) -> Bool {
        let isOfThis = { (item: Held) -> SignalKind? in
            guard let other = item.signal(from: sender), other.connection == signal.connection, other.epoch == signal.epoch
            else { return nil }
            return other.kind
        }
        guard let place = held.lastIndex(where: { isOfThis($0) == .offer }) else { return false }
        let since = held[(place + 1)...]
        guard since.allSatisfy({ isOfThis($0) ?? .candidates == .candidates }) else {
            held.remove(at: place)
            return false
        }
        held[place].event = .signal(from: sender, signal)
        held[place].expiresAt = expiresAt
        return true
    }
}
