internal import NetworkImpairment
internal import RTCCore

/// A machine with everything that its worker keeps for it.
final class Host {
    struct OpenSocket {
        let local: SocketAddress
        let descriptor: Int32
        /// Its place in the worker's table of sockets.
        let index: Int
    }

    let slot: Int
    let startAt: Instant
    /// Makes the machine; gone once it has.
    var make: (@Sendable (Instant) -> any HostedMachine)?
    var machine: (any HostedMachine)?
    var isFinished = false
    /// Whether the last of the machine's datagrams has left after it has finished.
    var isRetired = false

    var sockets: [OpenSocket] = []
    /// Sockets that the machine has closed: they stay open to name what still comes to them, until the machine's life is over.
    var closedSockets: [OpenSocket] = []
    var streams: [MachineStream] = []
    /// Until when a blackout holds streams up, those included that are yet to be opened.
    var streamsHeldUntil: Instant?
    /// How often the machine has changed its address.
    var addressChanges: UInt32 = 0
    var up: ImpairedPipe
    var down: ImpairedPipe
    /// What the machine's datagrams bear.
    var ecn = ECN.notECT
    var ledger: [LedgerEntry] = []
    var unroutable: UInt64 = 0

    var line: SignalingLine
    /// ``SignalingLine/deadline`` as of the last touch.
    var lineDeadline: Instant?
    var connection: SignalingRoute?
    /// Those included that are closing.
    var webSockets: [WebSocketConnection] = []
    /// Numbers the signaling connections, so that late news of an old one is told apart.
    var connectionNumber: UInt64 = 0

    /// When the worker next has something to do for this machine.
    var wakeAt: Instant?
    /// Visitors that came before the machine was made.
    var waitingVisits: [Visit] = []

    init(
        slot: Int, seed: UInt64, startAt: Instant, signalingTimeout: Duration,
        make: @escaping @Sendable (Instant) -> any HostedMachine
    ) {
        self.slot = slot
        self.startAt = startAt
        self.make = make
        up = ImpairedPipe(direction: .up, seed: seed)
        down = ImpairedPipe(direction: .down, seed: seed)
        line = SignalingLine(timeout: signalingTimeout)
        wakeAt = startAt
    }

    /// The machine, made now if it was not before.
    func machine(at now: Instant) -> any HostedMachine {
        if let machine { return machine }
        guard let make else { preconditionFailure("a machine is made once") }
        let made = make(now)
        machine = made
        self.make = nil
        return made
    }

    func descriptor(of local: SocketAddress) -> Int32? {
        for socket in sockets where socket.local == local { return socket.descriptor }
        return nil
    }

    func nextWake() -> Instant? {
        guard let machine else { return startAt }
        var wake = isFinished ? nil : machine.deadline
        for connection in webSockets { wake = earliest(wake, connection.deadline) }
        if !up.isTransparent, !isRetired { wake = earliest(wake, up.deadline) }
        if isFinished { return wake }
        if !down.isTransparent { wake = earliest(wake, down.deadline) }
        if let lineDeadline { wake = earliest(wake, lineDeadline) }
        for stream in streams { wake = earliest(wake, stream.deadline) }
        return wake
    }

    func report() -> HostReport {
        up.drainLedger { ledger.append($0) }
        down.drainLedger { ledger.append($0) }
        return HostReport(index: slot, up: up.counters, down: down.counters, ledger: ledger, unroutable: unroutable)
    }
}
