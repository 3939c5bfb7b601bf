internal import CStarlingSocket
internal import NIOCore
public import NetworkImpairment
public import RTCCore
internal import Synchronization

/// One thread with one epoll instance that hosts machines on real sockets; nothing of theirs is shared with another worker.
///
/// A machine is made, called and kept on the worker's thread. After ``stop()`` the machines stay for their last visitors, until the
/// worker itself is let go.
public final class Worker: Sendable {
    public let index: Int
    public let clock: DriverClock
    private let shared: WorkerShared
    private let thread: WorkerThread

    /// Starts the thread.
    public convenience init(index: Int, configuration: WorkerConfiguration, clock: DriverClock) {
        self.init(index: index, configuration: configuration, clock: clock, finished: { _ in })
    }

    /// - Parameter finished: Called on the worker's thread for each machine whose life is over and whose sockets are closed.
    public init(
        index: Int, configuration: WorkerConfiguration, clock: DriverClock,
        finished: @escaping @Sendable (MachineHandle) -> Void
    ) {
        self.index = index
        self.clock = clock
        shared = WorkerShared { slot in finished(MachineHandle(worker: index, slot: slot)) }
        thread = WorkerThread(name: "worker-\(index)", shared: shared, configuration: configuration, clock: clock)
    }

    deinit {
        shared.mailbox.post(.stop)
    }

    /// Hosts a machine that is made on the worker's thread at `startAt`, or at once where that has passed.
    ///
    /// - Parameters:
    ///   - seed: Of the machine's impairment stage.
    ///   - make: Is told the time at which it is called.
    public func host(
        seed: UInt64, startAt: Instant, make: @escaping @Sendable (Instant) -> any HostedMachine
    ) -> MachineHandle {
        MachineHandle(worker: index, slot: shared.mailbox.postMachine(seed: seed, startAt: startAt, make: make))
    }

    /// Runs a closure on the worker's thread with a machine and what lay between it and its network so far, and afterwards takes what
    /// the machine then has to send. For a machine that has not begun, waits until it begins or the worker stops.
    public func withMachine<R: Sendable>(
        _ handle: MachineHandle, _ body: @escaping @Sendable (any HostedMachine, HostReport) -> R
    ) async -> R {
        precondition(handle.worker == index, "the machine lives on another worker")
        return await withCheckedContinuation { continuation in
            shared.visit(handle.slot) { machine, report in continuation.resume(returning: body(machine, report)) }
        }
    }

    /// How the worker fares, at most 10 ms old while it is busy.
    public var health: WorkerHealth { shared.health }

    /// Closes all sockets and connections and ends the thread; may be called again.
    public func stop() async {
        await withCheckedContinuation { shared.stop($0) }
        thread.join()
        for program in shared.takePrograms() { try? await program.whenGone.get() }
    }
}
