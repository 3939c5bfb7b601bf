internal import Measurement
internal import RTCCore

extension HTMLReport {
    struct Peer {
        var name: String
        var failure: RunResult.FailureRow?
        var unseen: [String] = []
        var due = 0
        var intact = 0
        /// The track with the longest stretch without a whole frame.
        var gap: TrackQuality?
        var freezeTime = 0.0
        var latency: Double?
        var firstFrame: Double?

        var share: Double { due == 0 ? 0 : Double(intact) / Double(due) }
        var longestGap: Double { gap?.longestGap ?? 0 }

        /// Those who got nothing, then those who were cut off the longest.
        func isWorse(than other: Peer) -> Bool {
            let left = (failure == nil ? 0 : 1, unseen.count)
            let right = (other.failure == nil ? 0 : 1, other.unseen.count)
            if left != right { return left > right }
            if longestGap != other.longestGap { return longestGap > other.longestGap }
            if share != other.share { return share < other.share }
            return name < other.name
        }
    }

    private static let mostPeers = 10

    /// The worst first.
    static func peers(_ model: ReportModel) -> [Peer] {
        var peers = model.bots.map { Peer(name: $0) }
        var places: [String: Int] = [:]
        for (place, name) in model.bots.enumerated() { places[name] = places[name] ?? place }
        for failure in model.result.failures {
            if let place = places[failure.bot] { peers[place].failure = failure }
        }
        for sighting in model.sightings {
            guard let place = places[sighting.receiver] else { continue }
            if !sighting.isComplete { peers[place].unseen.append(sighting.sender) }
            if let first = sighting.first { peers[place].firstFrame = max(peers[place].firstFrame ?? 0, first) }
        }
        for track in model.figures.tracks {
            guard let place = places[track.to] else { continue }
            peers[place].due += track.framesSent - track.framesWithheld
            peers[place].intact += track.framesIntact
            if track.longestGap > peers[place].longestGap { peers[place].gap = track }
            peers[place].freezeTime += track.freezeTime
            if let latency = track.latencyP95 { peers[place].latency = max(peers[place].latency ?? 0, latency) }
        }
        return peers.sorted { $0.isWorse(than: $1) }
    }

    static func worstPeers(_ model: ReportModel) -> Markup {
        let peers = peers(model)
        guard !peers.isEmpty else { return .empty }
        let latencies = peers.compactMap(\.latency)
        let usual = latencies.isEmpty ? nil : Aggregate.p50.value(of: latencies)
        let rows = peers.prefix(mostPeers).map { peer -> Markup in
            """
            <tr><th scope="row">\(peer.name)</th><td class="words">\(reason(peer, model, usualLatency: usual))</td>\
            \(number(Figure.text(peer.firstFrame, .time)))\
            \(number(Figure.count(peer.unseen.count), isBad: !peer.unseen.isEmpty))\(number(Figure.share(peer.intact, of: peer.due)))\
            \(number(Figure.text(peer.longestGap, .time)))\(number(Figure.text(peer.freezeTime, .time)))\
            \(number(Figure.text(peer.latency, .time)))</tr>
            """
        }
        let heads = [
            head("Receiver"), head("Because"), head("First frame", isNumber: true), head("Not seen", isNumber: true),
            head("Frames intact", isNumber: true), head("Longest gap", isNumber: true), head("Video stood still", isNumber: true),
            head("Latency p95", isNumber: true),
        ]
        return section(
            "worst",
            peers.count > mostPeers ? "The \(mostPeers) worst of \(Figure.count(peers.count)) peers" : "Peers, worst first",
            note: "What each bot received; of several tracks the worst first frame, gap and latency, and the sum of freezes.",
            table("rows", head: heads, rows: Array(rows)))
    }

    /// A gap is worth a word from here on, in seconds.
    private static let gapOfNote = 0.5

    /// What sets this peer apart, in a sentence.
    private static func reason(_ peer: Peer, _ model: ReportModel, usualLatency: Double?) -> String {
        if let failure = peer.failure { return "did not get in: \(failure.phase), \(failure.reason)" }
        if let first = peer.unseen.first {
            let more = peer.unseen.count > 1 ? " and \(peer.unseen.count - 1) more" : ""
            return "did not see or hear \(first)\(more)"
        }
        if let gap = peer.gap, gap.longestGap >= gapOfNote {
            let faults = model.shades(
                from: gap.longestGapStart, to: gap.longestGapStart + gap.longestGap, hitting: [gap.from, gap.to])
            let end = gap.longestGapStart + gap.longestGap
            func misfit(_ fault: RunResult.FaultRow) -> Double { abs(fault.start - gap.longestGapStart) + abs(fault.end - end) }
            let names = unique(faults.sorted { (misfit($0), $0.start) < (misfit($1), $1.start) }.map(\.name))
            let during = names.isEmpty ? ", without a fault" : " during " + names.prefix(2).joined(separator: " and ")
            return
                "no \(gap.kind.rawValue)\(gap.rid.map { " \($0)" } ?? "") of \(gap.from) from \(Figure.tenths(gap.longestGapStart)) for \(Figure.text(gap.longestGap, .time))\(during)"
        }
        if peer.due > 0, peer.share < 0.99 { return "lost \(Figure.share(peer.due - peer.intact, of: peer.due)) of its frames" }
        if let latency = peer.latency, let usualLatency, latency > 2 * usualLatency, latency > 0.05 {
            return "latency is \(Figure.digits(latency / usualLatency)) times the usual"
        }
        return peer.due == 0 ? "nothing was sent to it" : "nothing of note"
    }
}
