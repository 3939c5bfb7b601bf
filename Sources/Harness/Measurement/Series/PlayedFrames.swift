internal import RTCCore

/// What a viewer without a jitter buffer would have seen of a video track: decodable frames in order, each as soon as it could be shown.
///
/// Freezes are counted as Chromium counts them: an interval of at least three times the mean of the last thirty, or 150 ms more
/// than that mean, with the interval itself in the mean, and never before five intervals. A picture that stands still at the end is an
/// open freeze, which Chromium does not count and Starling does.
struct PlayedFrames {
    struct Freeze: Hashable {
        var range: TimeRange
        /// Whether no picture followed.
        var isOpen: Bool
    }

    private(set) var shownAt: [Instant] = []
    private(set) var freezes: [Freeze] = []

    /// - Parameter end: Until when pictures were due.
    init(_ frames: [FrameAudit.Frame], until end: Instant) {
        var last = Instant.origin
        for frame in frames where frame.isDecodable {
            last = max(last, frame.completedAt)
            shownAt.append(last)
        }
        findFreezes(until: end)
    }

    private mutating func findFreezes(until end: Instant) {
        guard shownAt.count > 1 else { return }
        var recent: [Int64] = []
        for (before, after) in zip(shownAt, shownAt.dropFirst()) {
            let interval = before.nanoseconds(to: after)
            recent.append(interval)
            if recent.count > 30 { recent.removeFirst() }
            guard recent.count >= 5, interval >= Self.threshold(recent) else { continue }
            freezes.append(Freeze(range: TimeRange(start: before, end: after), isOpen: false))
        }
        if let last = shownAt.last, recent.count >= 5, last.nanoseconds(to: end) >= Self.threshold(recent) {
            freezes.append(Freeze(range: TimeRange(start: last, end: end), isOpen: true))
        }
    }

    private static func threshold(_ recent: [Int64]) -> Int64 {
        let mean = recent.reduce(0, +) / Int64(recent.count)
        return max(3 * mean, mean + 150_000_000)
    }
}
