internal import RTCCore

/// Counts the calls that a machine wants at one instant.
struct HotLoopWatch {
    private var instant: Instant?
    private var total = 0
    private var idle = 0

    /// A call has been made.
    ///
    /// - Parameter didSomething: Whether the machine asked for something or sent something.
    /// - Returns: Whether the machine still keeps within the limits.
    mutating func allows(_ didSomething: Bool, at now: Instant, _ limits: Simulation.Limits) -> Bool {
        if instant != now {
            instant = now
            total = 0
            idle = 0
        }
        total += 1
        idle = didSomething ? 0 : idle + 1
        return idle < limits.idleAdvances && total < limits.advances
    }
}
