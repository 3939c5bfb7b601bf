/// What lay between one machine and its network, as its driver saw it.
public struct HostReport: Sendable {
    /// The machine's place in its driver.
    public let index: Int
    /// From the machine to the network.
    public var up: PipeCounters
    /// From the network to the machine.
    public var down: PipeCounters
    /// What both pipes dropped or damaged, each pipe's in the order of time, first up, then down.
    public var ledger: [LedgerEntry]
    /// Datagrams that the machine sent to nobody, or from a socket that it had not open.
    public var unroutable: UInt64

    public init(index: Int, up: PipeCounters, down: PipeCounters, ledger: [LedgerEntry], unroutable: UInt64 = 0) {
        self.index = index
        self.up = up
        self.down = down
        self.ledger = ledger
        self.unroutable = unroutable
    }
}
