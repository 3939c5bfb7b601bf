internal import RTCCore

extension IceAgent {
    /// The checklist as statistics tell it, and the pair in use while a restart runs. For the control path: it allocates.
    public var candidatePairs: [IceCandidatePairReport] {
        var reports: [IceCandidatePairReport] = []
        if let selected, !isNominated {
            reports.append(report(selected.pair, local: selected.local, remote: selected.remote))
        }
        for pair in pairs {
            reports.append(report(pair, local: locals[pair.mapped ?? pair.local].candidate, remote: remotes[pair.remote]))
        }
        return reports
    }

    /// Candidates of the other side that are kept, signalled or learned from checks, those that wait for credentials included.
    package var remoteCandidateCount: Int { remotes.count + waitingRemotes.count }

    private func report(_ pair: CandidatePair, local: IceCandidate, remote: IceCandidate) -> IceCandidatePairReport {
        IceCandidatePairReport(
            id: pair.id, local: local, remote: remote, path: pair.path, state: pair.state, nominated: pair.isNominated,
            priority: pair.priority, statistics: pair.statistics)
    }

    func priority(local: Int, remote: Int) -> UInt64 {
        let ours = locals[local].candidate.priority
        let theirs = remotes[remote].priority
        return role == .controlling
            ? CandidatePair.priority(controlling: ours, controlled: theirs)
            : CandidatePair.priority(controlling: theirs, controlled: ours)
    }

    /// Pairs a base with a remote candidate; the index of the pair, also of one that was there, or `nil` where they do not
    /// fit together (RFC 8445 §6.1.2.2) or the checklist is full of better ones (§6.1.2.5).
    ///
    /// - Parameter isProven: Whether a check has come this way, so that the pair deserves a place before any that only might work.
    mutating func makePair(local: Int, remote: Int, isProven: Bool) -> Int? {
        let path = Path(local: locals[local].base, remote: remotes[remote].address)
        if let index = pairs.firstIndex(where: { $0.path == path }) { return index }
        // An active candidate pairs with passive ones alone (RFC 6544 §6.2).
        guard (locals[local].candidate.tcpType != nil) == (remotes[remote].tcpType != nil) else { return nil }
        guard path.local.family == path.remote.family,
            path.local.family == .ipv4 || path.local.isLinkLocal == path.remote.isLinkLocal
        else { return nil }
        let priority = priority(local: local, remote: remote)
        guard pairs.count < timing.pairLimit || makeRoom(for: isProven ? .max : priority) else { return nil }
        pairs.append(CandidatePair(id: nextPairID, path: path, local: local, remote: remote, priority: priority))
        pairs[pairs.count - 1].awaitsWay =
            (locals[local].candidate.kind == .relayed || locals[local].candidate.tcpType != nil) && !isProven
        nextPairID += 1
        return pairs.count - 1
    }

    /// Gives up the least promising pair, where it is less so than a new one.
    private mutating func makeRoom(for priority: UInt64) -> Bool {
        var worst: Int?
        for index in pairs.indices where pairs[index].state == .failed || pairs[index].state == .waiting {
            guard let known = worst else {
                worst = index
                continue
            }
            let isWorse =
                pairs[index].state == pairs[known].state
                ? pairs[index].priority < pairs[known].priority : pairs[index].state == .failed
            if isWorse { worst = index }
        }
        guard let worst, pairs[worst].state == .failed || pairs[worst].priority < priority else { return false }
        let id = pairs[worst].id
        triggered.removeAll { $0 == id }
        closeStream(on: pairs[worst].path)
        pairs.remove(at: worst)
        return true
    }
}
