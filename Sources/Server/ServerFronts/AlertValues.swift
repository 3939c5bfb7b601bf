import Operations
public import RTCCore
import RoomCore
import SignalingProtocol

/// What alerts look at: the server's metrics now, and those of events over the last minute.
public struct AlertValues {
    /// What a rule may name, and what it means.
    public static let names: [(name: String, help: String)] = [
        ("rooms", "rooms now"), ("participants", "participants now"), ("sessions", "sessions now"),
        ("match_queue", "sessions that wait for a match"), ("store_queue", "entries that wait to be written"),
        ("store_failing", "1 while the store cannot be written, otherwise 0"),
        ("store_dropped", "entries lost to a full journal in the last minute"),
        ("errors", "requests refused in the last minute"), ("rate_limited", "native messages over their rate in the last minute"),
        ("joins_refused", "joins refused in the last minute"),
        ("calls_failed_ratio", "of the calls told of in the last minute, those that never connected, 0 to 1"),
        ("call_health", "mean health of the calls told of in the last minute, 0 to 100"),
        ("call_loss", "mean loss told of in the last minute, 0 to 1"),
        ("call_round_trip", "mean round trip told of in the last minute, in seconds"),
        ("call_jitter", "mean jitter told of in the last minute, in seconds"),
    ]

    private static let window = Duration.seconds(60)
    private var past: [(at: Instant, metrics: ServerMetrics)] = []
    private var now = ServerMetrics()

    public init() {}

    public mutating func add(_ metrics: ServerMetrics, at instant: Instant) {
        now = metrics
        past.append((instant, metrics))
        // The newest of those that are a minute old or older is what the last minute is counted from.
        while past.count > 1, instant - past[1].at >= Self.window { past.removeFirst() }
    }

    /// - Returns: `nil` where there is nothing to say, such as the mean of nothing.
    public func value(_ name: String) -> Double? {
        let before = past.first?.metrics ?? ServerMetrics()
        let grown = { (count: (ServerMetrics) -> Int) in Double(count(now) - count(before)) }
        let mean = { (histogram: (ServerMetrics) -> MetricHistogram) -> Double? in
            let count = histogram(now).count - histogram(before).count
            return count > 0 ? (histogram(now).sum - histogram(before).sum) / Double(count) : nil
        }
        switch name {
        case "rooms": return Double(now.rooms)
        case "participants": return Double(now.participants)
        case "sessions": return Double(now.sessions)
        case "match_queue": return Double(now.queued)
        case "store_queue": return now.store.map { Double($0.waiting) }
        case "store_failing": return now.store.map { $0.error == nil ? 0 : 1 }
        case "store_dropped": return grown { $0.store?.dropped ?? 0 }
        // order: only adds up
        case "errors": return grown { $0.errors.values.reduce(0, +) }
        case "rate_limited": return grown { $0.errors[.rateLimited] ?? 0 }
        case "joins_refused": return grown { $0.room.joinsRefused }
        case "calls_failed_ratio":
            let failed = grown { $0.call.failed }
            let all = failed + grown { $0.call.connected }
            return all > 0 ? failed / all : nil
        case "call_health": return mean { $0.call.health }
        case "call_loss": return mean { $0.call.loss }
        case "call_round_trip": return mean { $0.call.roundTrip }
        case "call_jitter": return mean { $0.call.jitter }
        default: return nil
        }
    }
}
