package import RTCCore

/// Counts frames by the second of the driver's clock: W3C's `framesPerSecond` is of the last whole one.
package struct FrameRateMeter: Hashable, Sendable {
    private var second: UInt64 = 0
    private var count = 0
    private var before = 0

    package init() {}

    package mutating func add(at now: Instant) {
        roll(to: now)
        count += 1
    }

    package func rate(at now: Instant) -> Int {
        var copy = self
        copy.roll(to: now)
        return copy.before
    }

    private mutating func roll(to now: Instant) {
        let current = now.nanoseconds / 1_000_000_000
        guard current > second else { return }
        before = current == second + 1 ? count : 0
        count = 0
        second = current
    }
}
