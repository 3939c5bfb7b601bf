internal import Measurement
internal import RTCCore

/// Looks for what stands behind an assertion that does not hold.
struct Witness {
    let result: RunResult
    let measurement: RunMeasurement
    let conditions: Conditions

    private static let mostShown = 3
    /// Looking at each bot costs as much as measuring it; in larger runs the moments say who.
    private static let mostBots = 60

    init(result: RunResult, measurement: RunMeasurement, networks: [ConfiguredNetwork]) {
        self.result = result
        self.measurement = measurement
        let record = measurement.record
        conditions = Conditions(
            faults: result.faults, networks: networks, end: max(0, (record.stopAt - record.epoch).inSeconds))
    }

    func evidence(on row: RunResult.AssertionRow) -> [Evidence] {
        guard let claim = try? Assertion(parsing: row.text, events: result.faults.map(\.name)) else { return [] }
        var evidence: [Evidence] = []
        if row.status == "error" {
            evidence.append(Evidence(.look, Advice.nothingMeasured(claim)))
            return evidence
        }
        evidence += outsiders(claim).map { Evidence(.who, $0) }
        if let worst = worstReceivers(claim) { evidence.append(Evidence(.who, worst)) }
        evidence += Stretches(measurement.moments(of: claim), claim).worst(Self.mostShown).map {
            Evidence(.when, phrase($0, claim))
        }
        if let cause = cause(claim) { evidence.append(Evidence(.cause, cause)) }
        evidence.append(Evidence(.look, Advice.whereToLook(claim.metric)))
        return evidence
    }

    // MARK: - When

    private func phrase(_ stretch: Stretches.Stretch, _ claim: Assertion) -> String {
        let worst = stretch.worst
        let tracks = stretch.tracks == 1 ? "" : ", on \(stretch.tracks) \(stretch.noun)s"
        let who = worst.from.map { "\($0) → \(worst.to)\(worst.label.map { " \($0)" } ?? "")" } ?? worst.to
        let span = "\(Figure.tenths(stretch.start)) to \(Figure.tenths(stretch.end))"
        let active = conditions.active(from: stretch.start, to: stretch.end, bots: stretch.bots)
        let fault =
            active.isEmpty
            ? "no fault was on" : "during " + active.prefix(2).map(\.phrase).joined(separator: " and ")
        let lead = stretch.tracks == 1 ? "" : "worst "
        return "\(span)\(tracks): \(lead)\(who) \(value(worst, claim)); \(fault)"
    }

    private func value(_ moment: Moment, _ claim: Assertion) -> String {
        guard moment.value.isFinite else { return "never" }
        switch claim.metric {
        case MetricCatalog.videoInFreezeRatio, MetricCatalog.videoInFreezeCount:
            return "stood still for \(Figure.text(moment.value, .time))"
        case MetricCatalog.seen: return "never saw or heard"
        case MetricCatalog.joined: return "did not get in"
        default: return Figure.text(moment.value, claim.metric.dimension)
        }
    }

    // MARK: - Who

    /// Those who never got in or never saw, with the phase in which their way ended.
    private func outsiders(_ claim: Assertion) -> [String] {
        guard [MetricCatalog.joined, MetricCatalog.seen, MetricCatalog.firstFrame, MetricCatalog.joinTime].contains(claim.metric)
        else { return [] }
        var sentences = result.failures.prefix(Self.mostShown).map { failure in
            "\(failure.bot) did not get in: it ended in phase \(failure.phase), \(failure.reason)"
        }
        if result.failures.count > Self.mostShown {
            sentences.append("and \(result.failures.count - Self.mostShown) more did not get in")
        }
        guard claim.metric == MetricCatalog.seen || claim.metric == MetricCatalog.firstFrame else { return sentences }
        let outside = Set(result.failures.map(\.bot))
        let blind = measurement.sightings.filter { !$0.isComplete }
        for sighting in blind.filter({ !outside.contains($0.receiver) && !outside.contains($0.sender) }).prefix(Self.mostShown) {
            let missing = sighting.kinds.filter { ($0 == .video ? sighting.firstVideo : sighting.firstAudio) == nil }
            sentences.append(
                "\(sighting.receiver) got no \(missing.map(\.rawValue).joined(separator: " and no ")) of \(sighting.sender); "
                    + state(of: sighting.receiver, with: sighting.sender))
        }
        if !outside.isEmpty {
            let because = blind.count { outside.contains($0.receiver) || outside.contains($0.sender) }
            if because > 0 { sentences.append("\(Figure.count(because, "pair")) could not see each other because of that") }
        }
        return sentences
    }

    /// How far the connection of two bots came.
    private func state(of bot: String, with other: String) -> String {
        let peer = result.peers.last { $0.bot == bot && $0.remote == other }
        guard let peer else { return "the two never began to connect" }
        if let reason = peer.unconnected { return "the two never connected: \(reason)" }
        return "their connection ended with ICE \(peer.ice.state), DTLS \(peer.dtls.state), "
            + "\(Figure.count(peer.srtp.packetsReceived)) packets received"
    }

    private func worstReceivers(_ claim: Assertion) -> String? {
        let bots = measurement.record.bots
        guard bots.count > 1, bots.count <= Self.mostBots, claim.metric.takesAggregate,
            claim.dimension == claim.metric.dimension
        else { return nil }
        let isAboutMost = claim.op.rawValue.hasPrefix("<")
        guard isAboutMost || claim.op.rawValue.hasPrefix(">") else { return nil }
        let values = bots.enumerated().compactMap { place, bot -> (place: Int, value: Double)? in
            let tags = claim.tags + [("bot", bot.name)]
            guard let samples = measurement.samples(of: claim.metric, tags: tags, window: claim.window), !samples.isEmpty else {
                return nil
            }
            return (place, (claim.aggregate ?? .mean).value(of: samples))
        }
        guard values.count > 1 else { return nil }
        let held = values.count { claim.op.holds($0.value, claim.value) }
        let share = held == 0 ? "no bot meets the bound" : "\(held) of \(values.count) bots meet the bound by themselves"
        guard Set(values.map(\.value)).count > 1 else { return "all \(values.count) receivers alike; \(share)" }
        let ordered = values.sorted { left, right in
            left.value == right.value ? left.place < right.place : (left.value > right.value) == isAboutMost
        }
        let failing = ordered.filter { !claim.op.holds($0.value, claim.value) }
        let shown = (failing.isEmpty ? ordered : failing).prefix(Self.mostShown).map { entry in
            let value = entry.value.isFinite ? Figure.text(entry.value, claim.dimension) : "never"
            return "\(bots[entry.place].name) \(value)"
        }
        return "worst receivers \(shown.joined(separator: ", ")); \(share)"
    }

    // MARK: - Cause

    private func cause(_ claim: Assertion) -> String? {
        let name = claim.metric.name
        guard ["frames.intact", "in.loss", "freeze", "outage", "in.fps", "in.bitrate"].contains(where: name.contains) else {
            return nil
        }
        let rows = result.audit.filter { name.hasPrefix($0.kind) || name == "outage" }
        var causes: [String: Int] = [:]
        for row in rows { causes.merge(row.causes, uniquingKeysWith: +) }
        guard !causes.isEmpty else { return nil }
        let parts = causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\(Figure.count($0.value)) to \($0.key)" }
        let sent = rows.reduce(0) { $0 + $1.sent }
        return "of \(Figure.count(sent)) frames sent in the whole run, these were lost: \(parts.joined(separator: ", "))"
    }
}
