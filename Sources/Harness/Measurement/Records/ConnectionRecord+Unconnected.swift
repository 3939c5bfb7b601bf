internal import RTCICE
internal import RTCPeer

extension ConnectionRecord {
    /// Why the two never connected, in one line; `nil` where they did.
    public var whyUnconnected: String? {
        guard connectedAt == nil else { return nil }
        let pairs = statistics.candidatePairs
        guard !pairs.isEmpty else { return "no address of the other side is known that fits one here, \(relay)" }
        guard statistics.nominatedPair == nil else {
            return "there was a way, and DTLS over it came to '\(statistics.transport.dtlsState)'"
        }
        let here = kinds(statistics.localCandidates + pairs.map(\.local))
        let ways = "\(here) here, \(kinds(pairs.map(\.remote))) there, \(relay)"
        let working = pairs.count { $0.state == .succeeded }
        if working > 0 { return "\(working) of \(pairs.count) pairs worked and none was nominated: \(ways)" }
        if statistics.ice.responsesReceived > 0 { return "every answer was a refusal: \(ways)" }
        if statistics.ice.checksReceived > 0 { return "their checks came, and none of ours was answered: \(ways)" }
        return "no pair got an answer: \(ways)"
    }

    /// The kinds of candidates, each once, as SDP spells them.
    private func kinds(_ candidates: [IceCandidate]) -> String {
        let order: [IceCandidate.Kind] = [.host, .serverReflexive, .peerReflexive, .relayed]
        let found = order.filter { kind in candidates.contains { $0.kind == kind } }
        return found.isEmpty ? "nothing" : found.map(\.rawValue).joined(separator: " and ")
    }

    private var relay: String {
        if statistics.localCandidates.contains(where: { $0.kind == .relayed }) { return "with a relay" }
        let failed = statistics.ice.relaysFailed
        return failed == 0 ? "no relay" : "no relay after \(failed) \(failed == 1 ? "failure" : "failures")"
    }
}
