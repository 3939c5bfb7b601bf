internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore
internal import Synchronization

/// What other threads tell a worker.
enum Mail: Sendable {
    case host(slot: Int, seed: UInt64, startAt: Instant, make: @Sendable (Instant) -> any HostedMachine)
    case visit(slot: Int, Visit)
    /// Of a program that speaks for a server.
    case signaling(slot: Int, connection: UInt64, SignalingEvent)
    /// Where a signaling connection's host is; nowhere for a name that nobody has.
    case resolved(slot: Int, connection: UInt64, [SocketAddress])
    /// Nothing is left of a program that spoke for a server.
    case gone(connection: UInt64)
    case stop
}

/// What is to be done with a machine on its own thread.
typealias Visit = @Sendable (any HostedMachine, HostReport) -> Void

/// A worker's letter box: a locked queue and the eventfd that wakes the worker's loop.
final class Mailbox: Sendable {
    private struct State {
        var waiting: [Mail] = []
        var hosted = 0
        var isOpen = true
    }

    let descriptor: Int32
    private let state = Mutex(State())

    init() {
        descriptor = starling_eventfd_new()
        precondition(descriptor >= 0, "no descriptor left for a worker's mailbox: \(errorText(-descriptor))")
    }

    /// - Returns: False when the worker has stopped.
    @discardableResult
    func post(_ mail: Mail) -> Bool {
        state.withLock { enqueue(mail, &$0) }
    }

    /// Takes the next slot and posts its machine in the same step, so that machines arrive in the order of their slots.
    func postMachine(seed: UInt64, startAt: Instant, make: @escaping @Sendable (Instant) -> any HostedMachine) -> Int {
        state.withLock { state in
            let slot = state.hosted
            state.hosted += 1
            _ = enqueue(.host(slot: slot, seed: seed, startAt: startAt, make: make), &state)
            return slot
        }
    }

    private func enqueue(_ mail: Mail, _ state: inout State) -> Bool {
        guard state.isOpen else { return false }
        state.waiting.append(mail)
        if state.waiting.count == 1 { starling_eventfd_signal(descriptor) }
        return true
    }

    /// Exchanges what waits for an empty array that keeps its memory.
    func take(into letters: inout [Mail]) {
        starling_eventfd_clear(descriptor)
        state.withLock { swap(&$0.waiting, &letters) }
    }

    /// Refuses mail from now on; what came too late is handed out.
    func close() -> [Mail] {
        state.withLock { state in
            state.isOpen = false
            starling_close(descriptor)
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
