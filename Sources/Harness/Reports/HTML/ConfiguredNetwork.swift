internal import Measurement
public import NetworkImpairment
internal import RTCCore

/// The networks that the plan gave one bot, to be held against what was measured.
public struct ConfiguredNetwork: Sendable {
    public struct Stage: Sendable {
        /// Seconds since the scenario began.
        public var start: Double
        public var profile: NetworkProfile

        public init(start: Double, profile: NetworkProfile) {
            self.start = start
            self.profile = profile
        }
    }

    public struct Blackout: Sendable {
        /// Seconds since the scenario began.
        public var start: Double
        public var end: Double

        public init(start: Double, end: Double) {
            self.start = start
            self.end = end
        }
    }

    public var bot: String
    /// By time; the first from the beginning.
    public var stages: [Stage]
    public var blackouts: [Blackout]

    public init(bot: String, stages: [Stage], blackouts: [Blackout]) {
        self.bot = bot
        self.stages = stages
        self.blackouts = blackouts
    }
}

extension ConfiguredNetwork {
    /// What was asked for, in words, by time.
    func words(up: Bool) -> [String] {
        var parts = stages.enumerated().map { index, stage in
            let words = Self.words(up ? stage.profile.up : stage.profile.down, name: stage.profile.name)
            return index == 0 && stage.start == 0 ? words : "from \(Figure.moment(stage.start)): \(words)"
        }
        parts += blackouts.map { "blackout \(Figure.moment($0.start)) to \(Figure.moment($0.end))" }
        return parts
    }

    /// The loss that the models tend to when each is weighted by its time, blackouts left out; `nil` where nothing was to be lost.
    func expectedLoss(up: Bool, until end: Double) -> Double? {
        var lost = 0.0
        var time = 0.0
        for (index, stage) in stages.enumerated() {
            let stop = min(end, index + 1 < stages.count ? stages[index + 1].start : end)
            let dark = blackouts.reduce(0) { $0 + max(0, min(stop, $1.end) - max(stage.start, $1.start)) }
            let length = max(0, stop - stage.start - dark)
            time += length
            let impairment = up ? stage.profile.up : stage.profile.down
            lost += length * (impairment.trace?.trace?.meanLoss ?? impairment.loss.stationaryLoss)
        }
        return time > 0 && lost > 0 ? lost / time : nil
    }

    /// What happens in one direction, in words: `5 % loss in bursts of 4, 30 ms delay`.
    public static func phrase(_ impairment: Impairment) -> String {
        let parts = loss(impairment) + delay(impairment) + link(impairment) + damage(impairment)
        return parts.isEmpty ? "unimpaired" : parts.joined(separator: ", ")
    }

    static func words(_ impairment: Impairment, name: String) -> String {
        guard name != "custom" else { return phrase(impairment) }
        return impairment == .none ? name : "\(name): \(phrase(impairment))"
    }

    private static func loss(_ impairment: Impairment) -> [String] {
        let loss = impairment.loss.stationaryLoss
        guard loss > 0 else { return [] }
        var text = "\(Figure.bound(loss, .ratio)) loss"
        switch impairment.loss {
        case .none, .bernoulli: break
        case .gilbertElliott:
            if let burst = impairment.loss.meanBurst { text += " in bursts of \(Figure.short((burst * 10).rounded() / 10))" }
        case .timedGilbertElliott(let good, let bad, _, _):
            text += " with \(time(bad)) bad after \(time(good)) good"
        }
        if impairment.lossPlace == .afterQueue { text += " behind the queue" }
        return [text]
    }

    private static func delay(_ impairment: Impairment) -> [String] {
        var parts: [String] = []
        if impairment.delay > .zero { parts.append("\(time(impairment.delay)) delay") }
        let jitter = impairment.jitter
        if jitter.amount > .zero {
            let shape = jitter.distribution == .uniform ? "" : "\(jitter.distribution.rawValue) "
            let kept = jitter.correlation > 0 ? ", \(Figure.bound(jitter.correlation, .ratio)) of it kept" : ""
            parts.append("±\u{00A0}\(time(jitter.amount)) \(shape)jitter" + kept + (jitter.reorders ? " that reorders" : ""))
        }
        switch impairment.reordering {
        case .none: break
        case .everyNth(let count): parts.append("1 of \(count) early")
        case .late(let share, let by): parts.append("\(Figure.bound(share, .ratio)) late by \(time(by))")
        }
        return parts
    }

    private static func link(_ impairment: Impairment) -> [String] {
        var parts: [String] = []
        if let rate = impairment.rate {
            parts.append("at most \(Figure.bound(rate.bitsPerSecond, .bitrate))")
            if rate.bucket > 0 { parts.append("\(Figure.bound(Double(rate.bucket), .size)) bucket") }
            if rate.queue != RateLimit.defaultQueue { parts.append(words(rate.queue)) }
        }
        if let replay = impairment.trace {
            let mean = replay.trace?.meanRate.map { " (\(Figure.bound($0, .bitrate)) on the average)" } ?? ""
            parts.append("trace \(replay.path)" + mean)
            if replay.queue != RateLimit.defaultQueue { parts.append(words(replay.queue)) }
        }
        return parts
    }

    private static func words(_ queue: RateLimit.Queue) -> String {
        switch queue {
        case .dropTail(let limit): "\(time(limit)) queue"
        case .bytes(let limit): "\(Figure.bound(Double(limit), .size)) queue"
        case .packets(let limit): "queue of \(Figure.count(limit))"
        case .codel(let parameters):
            "CoDel \(time(parameters.target))/\(time(parameters.interval))" + (parameters.marksECN ? " with ECN" : "")
        case .endless: "endless queue"
        }
    }

    private static func damage(_ impairment: Impairment) -> [String] {
        var parts: [String] = []
        if impairment.duplicate > 0 { parts.append("\(Figure.bound(impairment.duplicate, .ratio)) duplicated") }
        if impairment.corrupt > 0 { parts.append("\(Figure.bound(impairment.corrupt, .ratio)) corrupted") }
        if impairment.mark > 0 { parts.append("\(Figure.bound(impairment.mark, .ratio)) marked") }
        if let mtu = impairment.mtu { parts.append("MTU \(mtu)\u{00A0}B") }
        return parts
    }

    private static func time(_ duration: Duration) -> String {
        Figure.bound(duration.inSeconds, .time)
    }
}
