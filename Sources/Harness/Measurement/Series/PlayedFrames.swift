internal import RTCCore

/// What a viewer without a jitter buffer would have seen of a video track: decodable frames in order, each as soon as it could be shown.
///
/// Freezes are counted as Chromium counts them: an interval of at least three times the mean of the last thirty, and of at least
/// 150 ms more than that mean, with the interval itself in the mean, the mean in whole milliseconds, and never before five intervals. A
/// picture that stands still at the end is an open freeze, however few came before: Chromium does not count it, Starling does.
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
        guard let last = shownAt.last else { return }
        var recent: [Int64] = []
        for (before, after) in zip(shownAt, shownAt.dropFirst()) {
            let interval = before.nanoseconds(to: after)
            recent.append(interval)
            if recent.count > 30 { recent.removeFirst() }
            guard recent.count >= 5, interval >= Self.threshold(recent) else { continue }
            freezes.append(Freeze(range: TimeRange(start: before, end: after), isOpen: false))
        }
        if last.nanoseconds(to: end) >= Self.threshold(recent) {
            freezes.append(Freeze(range: TimeRange(start: last, end: end), isOpen: true))
        }
    }

    private static func threshold(_ recent: [Int64]) -> Int64 {
        let mean = recent.isEmpty ? 0 : recent.reduce(0, +) / Int64(recent.count) / 1_000_000 * 1_000_000
        return max(3 * mean, mean + 150_000_000)
    }
}
