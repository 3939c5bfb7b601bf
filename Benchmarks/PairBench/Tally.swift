import Synchronization

/// What one worker's pairs have done, for other threads to read; each worker has its own.
final class Tally: Sendable {
    let connected = Atomic<Int>(0)
    /// Packets that were due.
    let offered = Atomic<UInt64>(0)
    /// Packets given to a peer that took them.
    let sent = Atomic<UInt64>(0)
    /// Packets of frames that came as they were sent.
    let received = Atomic<UInt64>(0)
    /// Frames that came otherwise.
    let damaged = Atomic<UInt64>(0)
    private let failures = Mutex<[String]>([])

    func fail(_ reason: String) {
        failures.withLock { $0.append(reason) }
    }

    var failure: String? { failures.withLock(\.first) }
}
