public import RTCCore

/// A machine's time, which goes from one deadline to the next and may not stand still.
public final class FuzzClock {
    public private(set) var now: Instant

    public init(_ now: Instant) {
        self.now = now
    }

    /// Goes on by a while, and stops at each deadline on the way.
    ///
    /// - Parameter turn: Carries out what is due and takes what the machine has to say; returns how much that was.
    public func advance(by duration: Duration, deadline: () -> Instant?, turn: (Instant) -> Int) {
        let end = now + duration
        var idle = 0
        var turns = 0
        while let due = deadline(), due <= end {
            if due > now { idle = 0 }
            now = max(now, due)
            idle = turn(now) > 0 ? 0 : idle + 1
            turns += 1
            promise(idle <= 4, "a deadline stays in the past and nothing comes of it")
            promise(turns < 200_000, "timers without end")
        }
        now = end
    }
}
