internal import Measurement
internal import RTCCore

/// Puts moments that do not meet a bound together: those of one track that follow each other, and those of several tracks at one time.
struct Stretches {
    struct Stretch {
        var start: Double
        var end: Double
        /// How many tracks, pairs or bots had it.
        var tracks: Int
        var worst: Moment
        /// Everybody at either end.
        var bots: [String]

        /// What is counted by ``tracks``.
        var noun: String { worst.from == nil ? "bot" : worst.kind == nil ? "pair" : "track" }
    }

    private let stretches: [Stretch]

    /// Moments that lie no further apart belong together, in seconds.
    private static let gap = 1.5

    init(_ moments: [Moment], _ claim: Assertion) {
        let isAboutMost = Self.isAboutMost(claim)
        func isWorse(_ left: Moment, _ right: Moment) -> Bool {
            left.value == right.value
                ? (left.start, left.from ?? "", left.to) < (right.start, right.from ?? "", right.to)
                : (left.value > right.value) == isAboutMost
        }
        var bad = moments.filter { Self.isBad($0, claim) }
        // A mean or a sum can miss its bound though no moment does by itself.
        if bad.isEmpty { bad = Array(moments.sorted(by: isWorse).prefix(3)) }
        var stretches: [Stretch] = []
        var members: [Set<String>] = []
        for moment in bad.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            let member = "\(moment.from ?? "") \(moment.to) \(moment.label ?? "")"
            let bots = [moment.from, moment.to].compactMap { $0 }
            if let last = stretches.indices.last, moment.start <= stretches[last].end + Self.gap {
                stretches[last].end = max(stretches[last].end, moment.end)
                if isWorse(moment, stretches[last].worst) { stretches[last].worst = moment }
                stretches[last].bots += bots.filter { !stretches[last].bots.contains($0) }
                members[last].insert(member)
                stretches[last].tracks = members[last].count
            } else {
                stretches.append(Stretch(start: moment.start, end: moment.end, tracks: 1, worst: moment, bots: bots))
                members.append([member])
            }
        }
        self.stretches = stretches.sorted { isWorse($0.worst, $1.worst) }
    }

    /// The worst first.
    func worst(_ count: Int) -> [Stretch] {
        Array(stretches.prefix(count))
    }

    private static func isAboutMost(_ claim: Assertion) -> Bool {
        switch claim.metric {
        case MetricCatalog.joined, MetricCatalog.seen: false
        case MetricCatalog.videoInFreezeRatio, MetricCatalog.videoInFreezeCount: true
        default: claim.op == .less || claim.op == .lessOrEqual || claim.op == .equal && claim.value == 0
        }
    }

    private static func isBad(_ moment: Moment, _ claim: Assertion) -> Bool {
        switch claim.metric {
        // Any freeze is one too many for a ratio; the longest come first.
        case MetricCatalog.videoInFreezeRatio, MetricCatalog.videoInFreezeCount: true
        case MetricCatalog.joined, MetricCatalog.seen: moment.value < 1
        default: !moment.value.isFinite || claim.dimension == claim.metric.dimension && !claim.op.holds(moment.value, claim.value)
        }
    }
}
