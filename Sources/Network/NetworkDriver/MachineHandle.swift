/// Names a machine that a worker hosts.
public struct MachineHandle: Hashable, Sendable {
    /// Index of the worker.
    public let worker: Int
    /// The machine's place on that worker, counted from zero in the order of ``Worker/host(seed:startAt:make:)``.
    public let slot: Int
}
