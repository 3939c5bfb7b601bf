import RTCCore

/// When the bots of a group join: an open schedule that waits for nobody.
public enum Arrival: Sendable, Hashable {
    /// All when the run starts.
    case atOnce
    /// Evenly over this time: the first when the run starts, the last one step before its end.
    case over(Duration)
    /// So many per second, evenly.
    case rate(Double)
    /// So many at once, then a pause.
    case stairs(step: Int, every: Duration)

    /// When a bot joins, from the start of the run.
    ///
    /// - Parameters:
    ///   - index: The bot's place in its group, from 0.
    ///   - count: The size of the group, at least 1.
    public func offset(of index: Int, in count: Int) -> Duration {
        switch self {
        case .atOnce: return .zero
        case .over(let duration):
            return .nanoseconds(Int64(duration.inSeconds * Double(index) / Double(count) * 1e9))
        case .rate(let perSecond): return .nanoseconds(Int64(Double(index) / perSecond * 1e9))
        case .stairs(let step, let every):
            let (nanoseconds, overflow) = every.inNanoseconds.multipliedReportingOverflow(by: Int64(index / step))
            return .nanoseconds(overflow ? .max : nanoseconds)
        }
    }
}
