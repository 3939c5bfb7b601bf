internal import RTCCore
internal import RTCPeer

/// What a viewer without a jitter buffer would have seen of a video track: decodable frames in order, each as soon as it could be shown.
///
/// What stands still is found as Chromium finds it (``FreezeDetector``). A picture that stands still at the end is an open freeze, however
/// few came before and whether or not packets still do: Chromium does not count it, Starling does.
struct PlayedFrames {
    struct Freeze: Hashable {
        var range: TimeRange
        /// Whether no picture followed.
        var isOpen: Bool
    }

    private(set) var shownAt: [Instant] = []
    private(set) var freezes: [Freeze] = []
    /// Intervals in which no RTP came for five seconds.
    private(set) var pauses: [TimeRange] = []

    /// - Parameter end: Until when pictures were due.
    init(_ audit: FrameAudit, until end: Instant) {
        var last = Instant.origin
        for frame in audit.frames where frame.isDecodable {
            last = max(last, frame.completedAt)
            shownAt.append(last)
        }
        findFreezes(audit.arrivals, until: end)
    }

    private mutating func findFreezes(_ arrivals: [Instant], until end: Instant) {
        var detector = FreezeDetector()
        var next = 0
        for (index, shown) in shownAt.enumerated() {
            while next < arrivals.count, arrivals[next] <= shown {
                detector.receivePacket(at: arrivals[next])
                next += 1
            }
            switch detector.show(at: shown) {
            case .freeze: freezes.append(Freeze(range: TimeRange(start: shownAt[index - 1], end: shown), isOpen: false))
            case .pause: pauses.append(TimeRange(start: shownAt[index - 1], end: shown))
            case .smooth, nil: break
            }
        }
        guard let last = shownAt.last, detector.openFreeze(at: end) > .zero else { return }
        freezes.append(Freeze(range: TimeRange(start: last, end: end), isOpen: true))
    }
}
