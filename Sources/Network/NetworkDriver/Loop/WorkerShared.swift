internal import NetworkImpairment
internal import Synchronization

/// What a worker's thread shares with the others.
final class WorkerShared: Sendable {
    /// The hosts of a thread that has ended.
    ///
    /// Unchecked because machines are not Sendable: the thread gives them away as its last act, and from then on they are only
    /// touched under the lock of `state`.
    private struct Retired: @unchecked Sendable {
        let hosts: [Host]
    }

    private struct State {
        var retired: Retired?
        var waiters: [CheckedContinuation<Void, Never>] = []
        var programs: [ProgramConnection] = []
    }

    let mailbox = Mailbox()
    let finished: @Sendable (Int) -> Void
    private let state = Mutex(State())
    private let published = Mutex(WorkerHealth())

    init(finished: @escaping @Sendable (Int) -> Void) {
        self.finished = finished
    }

    var health: WorkerHealth {
        published.withLock { $0 }
    }

    func publish(_ health: WorkerHealth) {
        published.withLock { $0 = health }
    }

    /// Has a machine visited on its thread, or here once that has ended.
    func visit(_ slot: Int, _ visit: @escaping Visit) {
        if mailbox.post(.visit(slot: slot, visit)) { return }
        state.withLock { state in
            guard let host = state.retired?.hosts[slot], let machine = host.machine else {
                preconditionFailure("the machine came after its worker had stopped")
            }
            visit(machine, host.report())
        }
    }

    func stop(_ waiter: CheckedContinuation<Void, Never>) {
        let isOver = state.withLock { state in
            if state.retired == nil { state.waiters.append(waiter) }
            return state.retired != nil
        }
        if isOver { waiter.resume() } else { mailbox.post(.stop) }
    }

    func takePrograms() -> [ProgramConnection] {
        state.withLock { $0.programs }
    }

    /// The thread's last act.
    func retire(_ loop: WorkerLoop) {
        let retired = Retired(hosts: loop.hosts)
        let programs = Array(loop.programs.values)
        let waiters = state.withLock { state in
            // Closed under this lock, so that a visitor who finds the mailbox closed finds the machines here.
            loop.receiveLast(mailbox.close())
            state.retired = retired
            state.programs = programs
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
