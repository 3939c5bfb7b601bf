public import RTCCore
internal import RTCWire

extension IceAgent {
    /// Learns server-reflexive candidates from these STUN servers, for each base that there is and that comes, and keeps their
    /// addresses alive until a pair is nominated (RFC 8445 §5.1.1). ``IceEvent/candidateGathered(_:)`` tells of each that is new.
    ///
    /// Servers beyond the limit are not asked, and neither is one whose address is not of the base's family.
    public mutating func gather(from servers: [SocketAddress], now: Instant) {
        guard state != .closed else { return }
        for server in servers where server.port != 0 && !stunServers.contains(server) {
            guard stunServers.count < timing.stunServerLimit else { break }
            stunServers.append(server)
        }
        for local in locals where local.isSocket && !local.isGone { query(from: local.base) }
        work(now)
    }

    /// Plans a query of each server from a base.
    mutating func query(from base: SocketAddress) {
        guard transportPolicy == .all else { return }
        for server in stunServers where server.family == base.family {
            let path = Path(local: base, remote: server)
            guard queries.count < timing.queryLimit, !queries.contains(where: { $0.path == path }) else { continue }
            queries.append(ReflexiveQuery(path: path))
        }
    }

    /// After a restart all servers are asked anew: the network may be another.
    mutating func restartGathering() {
        for index in queries.indices where queries[index].phase != .waiting {
            queries[index] = ReflexiveQuery(path: queries[index].path)
        }
    }

    /// Starts, repeats and gives up queries.
    mutating func runQueries(_ now: Instant) {
        for index in queries.indices {
            switch queries[index].phase {
            case .waiting:
                guard now >= pacer.nextSlot(burst: timing.burst) else { continue }
                pacer.take(at: now)
                ask(index, now)
            case .asking:
                guard let nextAt = queries[index].nextAt, now >= nextAt else { continue }
                if queries[index].transmissions < timing.transmissions {
                    askAgain(index, now)
                } else {
                    failQuery(index)
                }
            case .answered:
                guard !isNominated, let nextAt = queries[index].nextAt, now >= nextAt else { continue }
                queries[index] = ReflexiveQuery(path: queries[index].path)
                pacer.take(at: now)
                ask(index, now)
            case .failed:
                continue
            }
        }
    }

    /// When ``runQueries(_:)`` next has something to do.
    var queryDeadline: Instant? {
        var next: Instant?
        for query in queries {
            switch query.phase {
            case .waiting: next = earliest(next, pacer.nextSlot(burst: timing.burst))
            case .asking: next = earliest(next, query.nextAt)
            case .answered where !isNominated: next = earliest(next, query.nextAt)
            case .answered, .failed: continue
            }
        }
        return next
    }

    private mutating func ask(_ index: Int, _ now: Instant) {
        // RTO of RFC 8445 §14.3 for gathering.
        let interval = max(timing.retransmission, timing.pace * queries.count { $0.phase == .waiting || $0.phase == .asking })
        queries[index].phase = .asking
        queries[index].id = STUNTransactionID(using: &random)
        queries[index].transmissions = 1
        queries[index].interval = interval
        queries[index].nextAt = now + interval
        transmitQuery(index)
    }

    private mutating func askAgain(_ index: Int, _ now: Instant) {
        queries[index].transmissions += 1
        if queries[index].transmissions == timing.transmissions {
            queries[index].nextAt = now + timing.retransmission * timing.lastWait
        } else {
            queries[index].interval = queries[index].interval * 2
            queries[index].nextAt = now + queries[index].interval
        }
        transmitQuery(index)
    }

    private mutating func transmitQuery(_ index: Int) {
        guard let id = queries[index].id else { return }
        counters.queriesSent += 1
        send(.query(Outbox.Query(id: id, path: queries[index].path)))
    }

    private mutating func failQuery(_ index: Int) {
        queries[index].phase = .failed
        queries[index].nextAt = nil
        counters.queriesFailed += 1
    }

    /// Takes a response to a query; `false` where it belongs to none.
    mutating func concludeQuery(_ response: borrowing STUNMessage, on path: Path, _ now: Instant) -> Bool {
        let id = response.transactionID
        guard let index = queries.firstIndex(where: { $0.phase == .asking && $0.id == id && $0.path == path }) else {
            return false
        }
        guard response.messageClass == .success, response.unknownRequired.isEmpty, let mapped = response.xorMappedAddress,
            mapped.family == path.local.family, mapped.port != 0
        else {
            failQuery(index)
            return true
        }
        queries[index].phase = .answered
        queries[index].nextAt = now + timing.queryRefresh
        takeReflexive(mapped, base: path.local, server: path.remote, now)
        return true
    }

    /// A candidate whose address and base another has too is redundant (RFC 8445 §5.1.3).
    private mutating func takeReflexive(_ address: SocketAddress, base: SocketAddress, server: SocketAddress, _ now: Instant) {
        guard address != base, locals.count < timing.pairLimit,
            !locals.contains(where: {
                $0.candidate.address == address && $0.base == base && $0.candidate.kind != .peerReflexive && !$0.isGone
            })
        else { return }
        events.append(.candidateGathered(addReflexiveCandidate(address, base: base, server: server, now: now)))
    }
}
