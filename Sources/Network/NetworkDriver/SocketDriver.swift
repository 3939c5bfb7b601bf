internal import CStarlingSocket
internal import NIOCore
public import NetworkImpairment
public import RTCCore
internal import Synchronization

/// Hosts machines on real sockets and in real time, spread over workers in turn.
public final class SocketDriver: Sendable {
    public let clock: DriverClock
    public let workers: [Worker]
    private let tally: FinishTally
    private let next = Atomic<Int>(0)

    /// Starts the workers, and raises the process's limit of open descriptors as far as it may.
    ///
    /// - Parameter workers: How many; at least one. More than there are processors gain nothing.
    public init(
        workers: Int, configuration: WorkerConfiguration = WorkerConfiguration(), clock: DriverClock = DriverClock()
    ) {
        precondition(workers > 0, "a driver has a worker")
        _ = starling_raise_descriptor_limit()
        starling_use_huge_pages()
        self.clock = clock
        let tally = FinishTally()
        self.tally = tally
        self.workers = (0..<workers).map { index in
            Worker(index: index, configuration: configuration, clock: clock) { _ in tally.finished() }
        }
    }

    /// Hosts a machine on the next worker in turn; see ``Worker/host(seed:startAt:make:)``.
    @discardableResult
    public func host(
        seed: UInt64, startAt: Instant, make: @escaping @Sendable (Instant) -> any HostedMachine
    ) -> MachineHandle {
        let worker = next.wrappingAdd(1, ordering: .relaxed).oldValue % workers.count
        tally.hosted()
        return workers[worker].host(seed: seed, startAt: startAt, make: make)
    }

    /// See ``Worker/withMachine(_:_:)``.
    public func withMachine<R: Sendable>(
        _ handle: MachineHandle, _ body: @escaping @Sendable (any HostedMachine, HostReport) -> R
    ) async -> R {
        await workers[handle.worker].withMachine(handle, body)
    }

    /// Returns when every machine hosted so far has finished, or when the calling task is cancelled.
    public func finishedAll() async {
        await tally.wait()
    }

    /// How many machines have not finished.
    public var unfinished: Int { tally.unfinished }

    /// All workers' health taken together.
    public var health: WorkerHealth {
        var sum = WorkerHealth()
        for worker in workers { sum.merge(worker.health) }
        return sum
    }

    /// How busy this host is.
    public var hostHealth: HostHealth { .read(at: clock.now) }

    /// Stops all workers; see ``Worker/stop()``.
    public func stop() async {
        for worker in workers { await worker.stop() }
    }
}
