import NetworkDriver
import RTCCore
import Synchronization

/// What all callers of a run have done and seen together, for the main thread to read.
final class RoomTally: Sendable {
    let joined = Atomic<Int>(0)
    let left = Atomic<Int>(0)
    /// Callers that were refused, or whose connection ended before they left.
    let lost = Atomic<Int>(0)
    let sent = Atomic<UInt64>(0)
    let relayed = Atomic<UInt64>(0)
    private let breaches = Mutex<(count: Int, first: String?)>((0, nil))
    private let histograms = Mutex<(joins: LagHistogram, relays: LagHistogram)>((LagHistogram(), LagHistogram()))

    /// Something that must not happen: a gap, a stranger's message, one twice, a leave of somebody who is not there.
    func breach(_ what: String) {
        breaches.withLock {
            $0.count += 1
            $0.first = $0.first ?? what
        }
    }

    func join(after duration: Duration) {
        joined.wrappingAdd(1, ordering: .relaxed)
        histograms.withLock { $0.joins.record(nanoseconds: duration.inNanoseconds) }
    }

    func relay(after duration: Duration) {
        relayed.wrappingAdd(1, ordering: .relaxed)
        histograms.withLock { $0.relays.record(nanoseconds: duration.inNanoseconds) }
    }

    func forgetRelays() {
        histograms.withLock { $0.relays = LagHistogram() }
    }

    var joins: LagHistogram { histograms.withLock(\.joins) }
    var relays: LagHistogram { histograms.withLock(\.relays) }
    var breachCount: Int { breaches.withLock(\.count) }
    var firstBreach: String? { breaches.withLock(\.first) }
}
