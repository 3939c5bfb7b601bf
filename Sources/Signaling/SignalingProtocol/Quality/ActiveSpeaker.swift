public import RTCCore

/// Tells who speaks, from the levels of all microphones: the same rule for servers and clients.
///
/// Each level is a mean of what was heard lately, so that a pause between words keeps the floor and a cough does not take it. Another takes
/// it who is clearly louder for a while, and not before the last change has stood for a while; nobody has it after a silence.
public struct ActiveSpeaker: Sendable {
    public struct Timing: Hashable, Sendable {
        /// A level counts half after this time.
        public var halfLife: Duration = .milliseconds(400)
        /// What a first report counts for, and any at least.
        public var first: Duration = .milliseconds(100)
        public var shortest: Duration = .milliseconds(20)
        /// How long a louder one must be louder.
        public var persistence: Duration = .milliseconds(300)
        /// How long a speaker keeps the floor at least, unless it leaves.
        public var hold: Duration = .seconds(1)
        /// Silence of all after which nobody speaks.
        public var silence: Duration = .seconds(2)
        /// What speech is above, 0 to 1: about -40 dB of full scale.
        public var threshold = 0.01
        /// How much louder than the speaker another must be.
        public var factor = 1.5

        public init() {}
    }

    private struct Voice {
        let participant: String
        var level: Double
        var updatedAt: Instant
        /// Since when it is louder than the speaker.
        var louderSince: Instant?
        var spokeAt: Instant?
    }

    private let timing: Timing
    private var voices: [Voice] = []
    private var since = Instant.origin
    /// Who speaks; `nil` in silence.
    public private(set) var current: String?

    public init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// When ``advance(to:)`` next has something to do.
    public var deadline: Instant? {
        guard let current, let voice = voices.first(where: { $0.participant == current }), let spokeAt = voice.spokeAt else {
            return nil
        }
        return spokeAt + timing.silence
    }

    /// Who spoke last, the newest first.
    public var recent: [String] {
        voices.filter { $0.spokeAt != nil }.sorted { ($0.spokeAt ?? .origin) > ($1.spokeAt ?? .origin) }.map(\.participant)
    }

    /// - Parameter level: 0 to 1, linear, as `audioLevel` of W3C webrtc-stats.
    /// - Returns: Whether another speaks now.
    public mutating func heard(_ participant: String, level: Double, at now: Instant) -> Bool {
        let known = voices.firstIndex { $0.participant == participant }
        let isNew = known == nil
        let index = known ?? voices.count
        if isNew {
            voices.append(Voice(participant: participant, level: 0, updatedAt: now))
        }
        let kept = share(of: isNew ? timing.first : max(now - voices[index].updatedAt, timing.shortest))
        voices[index].level = voices[index].level * kept + level * (1 - kept)
        voices[index].updatedAt = now
        if level >= timing.threshold { voices[index].spokeAt = now }
        return choose(at: now)
    }

    /// - Returns: Whether another speaks now, or nobody.
    public mutating func left(_ participant: String, at now: Instant) -> Bool {
        voices.removeAll { $0.participant == participant }
        guard current == participant else { return false }
        current = nil
        since = now
        _ = choose(at: now)
        return true
    }

    /// - Returns: Whether another speaks now, or nobody.
    public mutating func advance(to now: Instant) -> Bool {
        guard let deadline, deadline <= now else { return false }
        current = nil
        since = now
        _ = choose(at: now)
        return true
    }

    private func decayed(_ voice: Voice, _ now: Instant) -> Double {
        voice.level * share(of: now - voice.updatedAt)
    }

    /// What is left of a level after a while: 2 to the power of minus the half-lives, to three digits.
    private func share(of duration: Duration) -> Double {
        let halves = max(0, duration.inSeconds / timing.halfLife.inSeconds)
        guard halves < 40 else { return 0 }
        let rest = halves - Double(Int(halves))
        let fraction = 1 - rest * (0.6931 - rest * (0.2402 - rest * (0.0555 - rest * 0.0085)))
        return fraction / Double(1 << Int(halves))
    }

    private mutating func choose(at now: Instant) -> Bool {
        let floor = current.flatMap { name in voices.first { $0.participant == name } }.map { decayed($0, now) } ?? 0
        var best: (name: String, level: Double)?
        for index in voices.indices where voices[index].participant != current {
            let level = decayed(voices[index], now)
            guard let spokeAt = voices[index].spokeAt, now - spokeAt < timing.silence, level >= timing.threshold,
                level > floor * timing.factor
            else {
                voices[index].louderSince = nil
                continue
            }
            let since = voices[index].louderSince ?? now
            voices[index].louderSince = since
            let isPatient = current == nil || now - since >= timing.persistence
            if isPatient, level > best?.level ?? 0 { best = (voices[index].participant, level) }
        }
        guard let best, current == nil || now - since >= timing.hold else { return false }
        current = best.name
        since = now
        for index in voices.indices { voices[index].louderSince = nil }
        return true
    }
}
