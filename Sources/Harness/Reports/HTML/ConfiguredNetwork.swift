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
            lost += length * (up ? stage.profile.up : stage.profile.down).loss.stationaryLoss
        }
        return time > 0 && lost > 0 ? lost / time : nil
    }

    static func words(_ impairment: Impairment, name: String) -> String {
        var parts: [String] = []
        let loss = impairment.loss.stationaryLoss
        if loss > 0 {
            var text = "\(Figure.bound(loss, .ratio)) loss"
            if case .gilbertElliott(_, let toGood, _, _) = impairment.loss, toGood > 0, toGood < 1 {
                text += " in bursts of \(Figure.short((1 / toGood * 10).rounded() / 10))"
            }
            parts.append(text)
        }
        if impairment.delay > .zero { parts.append("\(Figure.bound(impairment.delay.inSeconds, .time)) delay") }
        if impairment.jitter.amount > .zero {
            parts.append("±\u{00A0}\(Figure.bound(impairment.jitter.amount.inSeconds, .time)) jitter")
        }
        if let rate = impairment.rate { parts.append("at most \(Figure.bound(rate.bitsPerSecond, .bitrate))") }
        if impairment.duplicate > 0 { parts.append("\(Figure.bound(impairment.duplicate, .ratio)) duplicated") }
        if impairment.corrupt > 0 { parts.append("\(Figure.bound(impairment.corrupt, .ratio)) corrupted") }
        if let mtu = impairment.mtu { parts.append("MTU \(mtu)\u{00A0}B") }
        let label = name == "custom" ? "" : name
        guard !parts.isEmpty else { return label.isEmpty ? "unimpaired" : label }
        return (label.isEmpty ? "" : "\(label): ") + parts.joined(separator: ", ")
    }
}
