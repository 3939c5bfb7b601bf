internal import RTCCore

extension IceAgent {
    /// As controlling, asks for the best pair that works: at once where no better one is still being checked, else
    /// after a little patience (regular nomination, RFC 8445 §8.1.1).
    mutating func nominate(_ now: Instant) {
        guard role == .controlling, !isNominated, nominating == nil, let best = bestValid else { return }
        if let due = nominationDeadline, now < due { return }
        nominating = pairs[best].id
        triggered.removeAll { $0 == pairs[best].id }
        triggered.insert(pairs[best].id, at: 0)
    }

    private var bestValid: Int? {
        var best: Int?
        for index in pairs.indices where pairs[index].state == .succeeded {
            if let known = best, pairs[known].priority >= pairs[index].priority { continue }
            best = index
        }
        return best
    }

    /// When waiting for a better pair ends; `nil` where nothing is waited for.
    var nominationDeadline: Instant? {
        guard role == .controlling, !isNominated, nominating == nil, let best = bestValid, let firstSuccessAt else { return nil }
        let priority = pairs[best].priority
        guard pairs.contains(where: { $0.isActive && $0.priority > priority }) else { return firstSuccessAt }
        return firstSuccessAt + timing.nominationPatience
    }

    /// A pair of the current generation is nominated: by us and confirmed, or by the other side and checked.
    mutating func select(at index: Int, _ now: Instant) {
        pairs[index].nominateOnSuccess = false
        let path = pairs[index].path
        if isNominated, selected?.path == path { return }
        pairs[index].isNominated = true
        nominating = nil
        nominatedGeneration = generation.id
        failureAt = nil
        nextKeepaliveAt = nil
        selected = SelectedPair(
            path: path, generation: generation.id, pair: pairs[index],
            local: locals[pairs[index].mapped ?? pairs[index].local].candidate, remote: remotes[pairs[index].remote])
        selectedPath = path
        consent = ConsentFreshness(timing: timing, seed: random.next(), at: now)
        abandonOthers()
        closeStreams(except: path)
        events.append(.selectedPathChanged(path))
    }

    /// Ordinary checks end with the nomination (RFC 8445 §8.1.2); what the other side triggers later is still done.
    private mutating func abandonOthers() {
        let current = generation.id
        triggered.removeAll()
        transactions.removeAll { $0.generation == current || $0.purpose == .consent }
        for index in pairs.indices where pairs[index].state == .inProgress { pairs[index].state = .waiting }
    }
}
