internal import Measurement
internal import RTCCore
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// What a bot tells the server about its calls, and what it makes of the same figures itself: who speaks, and how good its connection is.
///
/// Both sides follow one rule (``ActiveSpeaker``, ``SteadyQuality``) and hear of everybody in another way: the server by what each says of
/// itself, a bot by the levels in the packets that come in (RFC 6464). Of somebody whose packets say none it hears nothing.
extension Bot {
    var reportDeadline: Instant? { state == .inRoom ? nextReport : nil }

    func reportIfDue(now: Instant) {
        guard state == .inRoom, let interval = context.plan.statsInterval, let due = nextReport, due <= now else { return }
        nextReport = due + interval
        if let next = nextReport, next <= now { nextReport = now + interval }
        let figures = gauge.read(connections)
        hear(figures, now: now)
        // What nobody is told is not judged either: else the two would count other reports.
        guard hearsTheRoom else { return }
        let report = StatsReport(
            audioLevel: publishedKinds.contains(.audio) ? figures.ownLevel : nil, roundTrip: figures.roundTrip,
            jitterMilliseconds: figures.jitter, loss: figures.loss)
        guard !report.saysNothing, client.ask(.stats(report), now: now) else { return }
        let score = report.meanOpinionScore
        reports.append(CallStatement(at: now, audioLevel: figures.ownLevel, meanOpinionScore: score))
        guard let score, let quality = ownQuality.judge(meanOpinionScore: score) else { return }
        log(.qualityMeasured, detail: Self.phrase(quality, score), now: now)
    }

    private func hear(_ figures: CallGauge.Figures, now: Instant) {
        var isNew = speaker.advance(to: now)
        for (participant, level) in figures.levels { isNew = speaker.heard(participant, level: level, at: now) || isNew }
        if let participantID, publishedKinds.contains(.audio) {
            isNew = speaker.heard(participantID, level: figures.ownLevel, at: now) || isNew
        }
        if isNew { tellWhoSpeaks(now: now) }
    }

    /// Somebody has gone, or may not speak any more.
    func stopHearing(_ participant: String, now: Instant) {
        guard context.plan.statsInterval != nil else { return }
        if speaker.left(participant, at: now) { tellWhoSpeaks(now: now) }
    }

    private func tellWhoSpeaks(now: Instant) {
        log(.speakerHeard, peer: speaker.current.map(name), now: now)
    }

    /// Another participant than before, of whom nothing has been told.
    func beginReporting(now: Instant) {
        guard let interval = context.plan.statsInterval else { return }
        speaker = ActiveSpeaker()
        ownQuality = SteadyQuality()
        gauge = CallGauge()
        nextReport = now + interval
    }

    static func phrase(_ quality: ConnectionQuality, _ score: Double) -> String {
        let hundredths = Int((score * 100).rounded())
        let rest = hundredths % 100
        return "\(quality.rawValue), \(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
