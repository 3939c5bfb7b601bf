internal import Measurement

extension HTMLReport {
    private struct Peer {
        var name: String
        var failure: RunResult.FailureRow?
        var unseen = 0
        var due = 0
        var intact = 0
        var longestGap = 0.0
        var freezeTime = 0.0
        var latency: Double?
        var firstFrame: Double?

        var share: Double { due == 0 ? 0 : Double(intact) / Double(due) }

        /// Those who got nothing, then those who were cut off the longest.
        func isWorse(than other: Peer) -> Bool {
            let left = (failure == nil ? 0 : 1, unseen)
            let right = (other.failure == nil ? 0 : 1, other.unseen)
            if left != right { return left > right }
            if longestGap != other.longestGap { return longestGap > other.longestGap }
            if share != other.share { return share < other.share }
            return name < other.name
        }
    }

    private static let mostPeers = 10

    static func worstPeers(_ model: ReportModel) -> Markup {
        var peers = model.bots.map { Peer(name: $0) }
        var places: [String: Int] = [:]
        for (place, name) in model.bots.enumerated() { places[name] = places[name] ?? place }
        for failure in model.result.failures {
            if let place = places[failure.bot] { peers[place].failure = failure }
        }
        for sighting in model.sightings {
            guard let place = places[sighting.receiver] else { continue }
            if !sighting.isComplete { peers[place].unseen += 1 }
            if let first = sighting.first { peers[place].firstFrame = max(peers[place].firstFrame ?? 0, first) }
        }
        for track in model.qualities {
            guard let place = places[track.to] else { continue }
            peers[place].due += track.framesSent - track.framesWithheld
            peers[place].intact += track.framesIntact
            peers[place].longestGap = max(peers[place].longestGap, track.longestGap)
            peers[place].freezeTime += track.freezeTime
            if let latency = track.latencyP95 { peers[place].latency = max(peers[place].latency ?? 0, latency) }
        }
        guard !peers.isEmpty else { return .empty }
        let worst = peers.sorted { $0.isWorse(than: $1) }.prefix(mostPeers)
        let rows = worst.map { peer -> Markup in
            let failure: Markup = peer.failure.map { "<small class=\"why\">\($0.phase): \($0.reason)</small>" } ?? .empty
            return """
                <tr><th scope="row">\(peer.name)\(failure)</th>\(number(Figure.text(peer.firstFrame, .time)))\
                \(number(Figure.count(peer.unseen), isBad: peer.unseen > 0))\(number(Figure.share(peer.intact, of: peer.due)))\
                \(number(Figure.text(peer.longestGap, .time)))\(number(Figure.text(peer.freezeTime, .time)))\
                \(number(Figure.text(peer.latency, .time)))</tr>
                """
        }
        let heads = [
            head("Receiver"), head("First frame", isNumber: true), head("Not seen", isNumber: true),
            head("Frames intact", isNumber: true), head("Longest gap", isNumber: true), head("Video stood still", isNumber: true),
            head("Latency p95", isNumber: true),
        ]
        return section(
            "worst",
            peers.count > mostPeers ? "The \(mostPeers) worst of \(Figure.count(peers.count)) peers" : "Peers, worst first",
            note: "What each bot received; of several tracks the worst first frame, gap and latency, and the sum of freezes.",
            table("rows", head: heads, rows: Array(rows)))
    }

    // MARK: - Funnel

    static func funnel(_ model: ReportModel) -> Markup {
        guard !model.stages.isEmpty else { return .empty }
        let longest = model.stages.flatMap(\.seconds).max() ?? 0
        let rows = model.stages.map { stage -> Markup in
            let p50 = stage.seconds.isEmpty ? nil : Aggregate.p50.value(of: stage.seconds)
            let p95 = stage.seconds.isEmpty ? nil : Aggregate.p95.value(of: stage.seconds)
            let failures = stage.failures.count
            let example: Markup =
                stage.failures.first.map {
                    "<small class=\"why\">\(failures) failed here, such as \($0.bot): \($0.reason)</small>"
                }
                ?? .empty
            return """
                <tr><th scope="row">\(phrase(stage.name))\(example)</th>\
                \(number("\(Figure.count(stage.reached)) of \(Figure.count(stage.total))", isBad: stage.reached < stage.total))\
                \(number(Figure.text(p50, .time)))\(number(Figure.text(p95, .time)))\(number(Figure.text(stage.seconds.max(), .time)))\
                <td class="meter">\(bars(p50, p95, longest))</td></tr>
                """
        }
        let heads = [
            head("Phase"), head("Passed", isNumber: true), head("p50", isNumber: true), head("p95", isNumber: true),
            head("Longest", isNumber: true), head(""),
        ]
        return section(
            "join", "The way in, phase by phase",
            note:
                "Bots until they are let in, then each of their connections. The dark bar is the median, the light one the 95th percentile.",
            table("rows", head: heads, rows: rows))
    }

    private static func phrase(_ phase: String) -> String {
        switch phase {
        case "resolve": "Resolve the name"
        case "connect": "Connect to the server"
        case "signaling": "Join by signaling"
        case "authorise": "Be authorised"
        case "gather": "Gather candidates"
        case "check": "Check the path (ICE)"
        case "dtls": "Agree on keys (DTLS)"
        case "first_rtp": "First packet"
        case "first_frame": "First whole frame"
        default: phase
        }
    }

    private static func bars(_ p50: Double?, _ p95: Double?, _ longest: Double) -> Markup {
        guard let p50, let p95, longest > 0 else { return .empty }
        let dark = Figure.decimals(p50 / longest * 100, 1)
        let light = Figure.decimals(p95 / longest * 100, 1)
        return
            "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"rail\" width=\"100\" height=\"10\"/><rect class=\"bar light\" width=\"\(light)\" height=\"10\"/><rect class=\"bar\" width=\"\(dark)\" height=\"10\"/></svg>"
    }
}
