internal import RTCCore

/// The one event by which a part of the simulation is to be woken; an event that was planned before it no longer counts.
///
/// It only ever moves forward to an earlier time: where the wish moves to a later one, the part wakes once for nothing and sets it anew,
/// which keeps the events few.
struct Alarm {
    private(set) var time: Instant?
    private var order: UInt64 = 0

    /// Whether an event must be planned for a wish.
    func needs(_ wish: Instant) -> Bool {
        guard let time else { return true }
        return wish < time
    }

    mutating func set(at time: Instant, order: UInt64) {
        self.time = time
        self.order = order
    }

    /// Whether the event that happens is this one; it is then spent.
    mutating func rings(_ event: UInt64) -> Bool {
        guard time != nil, event == order else { return false }
        time = nil
        return true
    }
}
