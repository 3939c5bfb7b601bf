internal import RTCCore

/// The verdict on a run with its reasons.
public struct Judgement: Sendable {
    /// Bounds within which a run is fit to judge.
    public struct Limits: Sendable {
        /// The largest share of frames that may leave more than 100 ms after they were due.
        public var lateFrames = 0.01
        /// The longest that any frame may be late.
        public var worstSlip = Duration.seconds(1)
        /// The smallest share of the frames due that must have been offered.
        public var offeredShare = 0.99

        public init() {}
    }

    public var verdict: Verdict
    public var status: ExitStatus
    /// Sentences for people: the worst first.
    public var reasons: [String]
    public var assertions: [AssertionResult]

    public init(_ measurement: RunMeasurement, assertions: [Assertion], limits: Limits = Limits()) {
        let stated = Set(assertions.map(\.text))
        let results =
            Self.implied(measurement).filter { !stated.contains($0.text) } + assertions.map { $0.evaluate(measurement) }
        let invalid = Self.invalidReasons(measurement, limits)
        let failed = results.filter { $0.status != .pass }
        self.assertions = results
        let isInterrupted = measurement.record.generator.isInterrupted
        verdict = isInterrupted || !invalid.isEmpty ? .invalid : failed.isEmpty ? .pass : .fail
        reasons = invalid + failed.map { "\($0.text): \($0.explanation)" }
        var statuses: [ExitStatus] = [invalid.isEmpty ? .pass : .invalid, failed.isEmpty ? .pass : .failed]
        if !measurement.record.bots.isEmpty, measurement.joined == 0 {
            statuses.append(.unreachable)
            let failure = measurement.record.bots.lazy.compactMap(\.failure).first
            reasons.insert("nobody got in" + (failure.map { ": \($0.phase.rawValue): \($0.reason)" } ?? ""), at: 0)
        }
        if isInterrupted {
            statuses.append(.interrupted)
            reasons.insert("interrupted before its end", at: 0)
        }
        status = .worst(statuses)
    }

    /// No media at all is never a pass.
    private static func implied(_ measurement: RunMeasurement) -> [AssertionResult] {
        let joined = measurement.record.bots.count { $0.joinedAt != nil }
        let pairs = measurement.expectedPairs
        let seen = pairs.count { measurement.hasSeen(receiver: $0.receiver, sender: $0.sender) }
        return [
            AssertionResult(
                text: "joined == 100%", value: measurement.joined, status: measurement.joined == 1 ? .pass : .fail,
                explanation: "\(joined) of \(measurement.record.bots.count) bots got in"),
            AssertionResult(
                text: "seen == 100%", value: measurement.seen, status: measurement.seen == 1 ? .pass : .fail,
                explanation: pairs.isEmpty
                    ? "no media was ever due between two bots" : "\(seen) of \(pairs.count) pairs got media"),
        ]
    }

    private static func invalidReasons(_ measurement: RunMeasurement, _ limits: Limits) -> [String] {
        var reasons: [String] = []
        let slip = measurement.slip
        if slip.worst > limits.worstSlip {
            reasons.append(
                "the generator stood still: a frame left \(Self.milliseconds(slip.worst)) after it was due "
                    + "(at most \(Self.milliseconds(limits.worstSlip))); run on a quieter machine or with fewer peers")
        } else if slip.frames > 0, Double(slip.lateFrames) > limits.lateFrames * Double(slip.frames) {
            reasons.append(
                "the generator was late: \(slip.lateFrames) of \(slip.frames) frames left more than "
                    + "\(Self.milliseconds(ScheduleSlip.tolerance)) after they were due; run on a quieter machine or with fewer peers"
            )
        }
        let offered = measurement.offered
        if offered.framesDue > 0, Double(offered.framesSent) < limits.offeredShare * Double(offered.framesDue) {
            reasons.append("only \(offered.framesSent) of the \(offered.framesDue) frames that were due were sent")
        }
        let generator = measurement.record.generator
        if generator.socketDrops > 0 {
            reasons.append("the host's socket buffers dropped \(generator.socketDrops) datagrams before they could be read")
        }
        if generator.sendFailures > 0 { reasons.append("the host refused to send \(generator.sendFailures) datagrams") }
        let audits = measurement.audits
        let unexplained = audits.reduce(0) { $0 + $1.unexplained }
        if unexplained > 0 {
            reasons.append("\(unexplained) frames did not arrive whole, and the impairment stage dropped none of their packets")
        }
        let foreign = audits.reduce(0) { $0 + $1.foreign }
        if foreign > 0 { reasons.append("\(foreign) frames arrived that nobody sent") }
        return reasons
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\(duration.inNanoseconds / 1_000_000) ms"
    }
}

extension RunMeasurement {
    /// What was asked of the generator, and what it did.
    public struct Offer: Sendable, Hashable {
        public var peersDue = 0
        public var peersJoined = 0
        public var tracksDue = 0
        public var tracksSent = 0
        public var framesDue = 0
        public var framesSent = 0
        public var packetsSent = 0
    }

    public var offered: Offer {
        var offer = Offer()
        offer.peersDue = record.bots.count
        offer.peersJoined = record.bots.count { $0.joinedAt != nil }
        offer.tracksDue = expectedPairs.reduce(0) { $0 + record.bots[$1.sender].publishes.count }
        // The layers of a simulcast are one track.
        let sent = tracks.filter { !$0.audit.frames.isEmpty }
        offer.tracksSent = Set(sent.map { [$0.sender, $0.receiver, $0.audit.kind == .video ? 0 : 1] }).count
        for bot in record.bots {
            for sent in bot.connections.flatMap(\.sent) {
                offer.framesDue += sent.frames.count + sent.framesNotOffered
                offer.framesSent += sent.frames.count
                offer.packetsSent += sent.frames.reduce(0) { $0 + Int($1.packetCount) }
            }
        }
        return offer
    }
}
