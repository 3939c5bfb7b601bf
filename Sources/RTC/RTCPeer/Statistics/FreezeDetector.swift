public import RTCCore

/// Tells from the moments at which pictures were shown when video stood still, as Chromium counts it.
///
///        shown         interval < threshold        shown        interval ≥ threshold         shown
///  ─────── ● ──────────────── smooth ──────────────── ● ──────────────── freeze ─────────────── ● ──▶
///                                   no RTP for 5 s within the interval: pause
///
/// The threshold is three times the mean of the last thirty intervals, and at least 150 ms more than that mean. The interval itself is in
/// the mean before it is judged, the mean is cut to whole milliseconds, and below five intervals nothing is a freeze. The whole interval
/// counts, not its excess. A pause is neither a freeze nor a sample of the mean. What stands still when one looks is counted by no
/// counter of the standard, since they move when the next picture is shown: ``openFreeze(at:)`` tells it.
public struct FreezeDetector: Hashable, Sendable {
    /// From libwebrtc's observer of video quality, but for the silence, which is that of its receive stream.
    public struct Limits: Hashable, Sendable {
        /// Intervals that the mean is made of.
        public var window = 30
        /// Intervals before any of them can be a freeze.
        public var warmUp = 5
        public var factor: Int64 = 3
        /// Nanoseconds above the mean.
        public var increase: Int64 = 150_000_000
        /// Time without RTP from which on a stream is inactive, in nanoseconds.
        public var silence: Int64 = 5_000_000_000

        public init() {}
    }

    public enum Interval: Hashable, Sendable {
        case smooth
        case freeze
        case pause
    }

    private let limits: Limits
    private var recent: ContiguousArray<Int64> = []
    private var oldest = 0
    private var sum: Int64 = 0
    private var lastPacket: Instant?
    private var wasSilent = false
    /// When the newest picture was shown.
    public private(set) var lastShown: Instant?
    public private(set) var shownCount: UInt64 = 0
    public private(set) var freezeCount: UInt64 = 0
    /// Nanoseconds, like the other sums.
    public private(set) var totalFreezes: UInt64 = 0
    public private(set) var pauseCount: UInt64 = 0
    public private(set) var totalPauses: UInt64 = 0
    public private(set) var totalInterFrameDelay: UInt64 = 0
    /// Seconds squared.
    public private(set) var totalSquaredInterFrameDelay: Double = 0

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// An RTP packet of the stream came.
    public mutating func receivePacket(at now: Instant) {
        if let lastPacket, lastPacket.nanoseconds(to: now) >= limits.silence { wasSilent = true }
        lastPacket = max(lastPacket ?? now, now)
    }

    /// A picture was shown; what the interval since the one before it was, `nil` for the first picture.
    @discardableResult
    public mutating func show(at now: Instant) -> Interval? {
        defer {
            lastShown = now
            shownCount += 1
            wasSilent = false
        }
        guard let lastShown else { return nil }
        let interval = max(0, lastShown.nanoseconds(to: now))
        totalInterFrameDelay += UInt64(interval)
        totalSquaredInterFrameDelay += Double(interval) / 1e9 * (Double(interval) / 1e9)
        guard !wasSilent else {
            pauseCount += 1
            totalPauses += UInt64(interval)
            return .pause
        }
        add(interval)
        guard recent.count >= limits.warmUp, interval >= threshold else { return .smooth }
        freezeCount += 1
        totalFreezes += UInt64(interval)
        return .freeze
    }

    /// How long the newest picture has stood still; zero below the threshold, however few came before.
    public func openFreeze(at now: Instant) -> Duration {
        guard let lastShown, lastShown.nanoseconds(to: now) >= threshold else { return .zero }
        return now - lastShown
    }

    private mutating func add(_ interval: Int64) {
        if recent.isEmpty { recent.reserveCapacity(limits.window) }
        sum += interval
        if recent.count < limits.window {
            recent.append(interval)
        } else {
            sum -= recent[oldest]
            recent[oldest] = interval
            oldest = (oldest + 1) % limits.window
        }
    }

    private var threshold: Int64 {
        let mean = recent.isEmpty ? 0 : sum / Int64(recent.count) / 1_000_000 * 1_000_000
        return max(limits.factor * mean, mean + limits.increase)
    }
}
