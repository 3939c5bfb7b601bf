internal import RTCCore

/// Half-open stretches of a run, for the windows of assertions.
struct TimeRange: Hashable {
    var start: Instant
    var end: Instant

    var length: Duration { end > start ? end - start : .zero }

    func contains(_ instant: Instant) -> Bool {
        instant >= start && instant < end
    }

    /// How much of another range lies in this one.
    func overlap(_ other: TimeRange) -> Duration {
        TimeRange(start: max(start, other.start), end: min(end, other.end)).length
    }
}
