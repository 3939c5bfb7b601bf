public import RTCCore

/// The jitter buffer of a receiver that does not decode, for audio: says how long a packet waits, or that it comes too late.
///
/// A packet's delay is measured against the fastest of the last five to ten seconds. It is played when it is as late as the *target*; what is
/// later still is discarded, and the target grows to the next step of 20 ms above it. From there it sinks by 2 ms a second.
///
///     waits = target − (transit − fastest transit)
///
/// Any client has a model of its own; this one is simple enough to be checked by hand, and is the same for live counters and for the audit.
public struct AudioPlayout: Hashable, Sendable {
    /// Our own choice: two packets of 20 ms to begin with, and no more than half a second.
    public struct Limits: Hashable, Sendable {
        /// Nanoseconds, as are the others.
        public var smallestTarget: Int64 = 40_000_000
        public var largestTarget: Int64 = 500_000_000
        public var step: Int64 = 20_000_000
        /// By how much the target sinks in a second.
        public var decay: Int64 = 2_000_000
        /// How long the fastest packet counts, at least; at most twice as long.
        public var window: Int64 = 5_000_000_000

        public init() {}
    }

    private let limits: Limits
    /// Nanoseconds.
    public private(set) var target: Int64
    private var fastest = Int64.max
    private var fastestBefore = Int64.max
    private var windowEnd: Instant?
    private var lastArrival: Instant?

    public init(limits: Limits = Limits()) {
        self.limits = limits
        target = limits.smallestTarget
    }

    /// - Parameters:
    ///   - mediaTime: When the packet was sampled, on any clock that runs as fast as the receiver's, in nanoseconds.
    /// - Returns: Nanoseconds that it waits; `nil` where it comes too late.
    public mutating func receive(mediaTime: Int64, arrivedAt: Instant) -> Int64? {
        let transit = Int64(bitPattern: arrivedAt.nanoseconds) &- mediaTime
        rollWindow(to: arrivedAt)
        fastest = min(fastest, transit)
        if let lastArrival {
            let elapsed = max(0, lastArrival.nanoseconds(to: arrivedAt))
            target = max(limits.smallestTarget, target - Int64(Double(elapsed) * Double(limits.decay) / 1e9))
        }
        lastArrival = arrivedAt
        let late = transit - min(fastest, fastestBefore)
        guard late > target else { return target - late }
        // Strictly above, or a path that is late by a whole step would be too late with every packet.
        target = min(limits.largestTarget, (late / limits.step + 1) * limits.step)
        return nil
    }

    private mutating func rollWindow(to now: Instant) {
        guard let end = windowEnd else {
            windowEnd = now.advanced(byNanoseconds: limits.window)
            return
        }
        guard now >= end else { return }
        fastestBefore = fastest
        fastest = .max
        windowEnd = now.advanced(byNanoseconds: limits.window)
    }
}
