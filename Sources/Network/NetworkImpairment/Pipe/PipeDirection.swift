/// Which way a pipe carries, seen from the machine.
public enum PipeDirection: String, Hashable, Sendable, CaseIterable {
    /// From the machine to the network.
    case up
    /// From the network to the machine.
    case down
}
