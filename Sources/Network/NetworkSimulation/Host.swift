internal import NetworkImpairment
internal import RTCCore

/// A machine with its address, its sockets and its pipes.
final class Host {
    enum State {
        case waiting
        case running
        /// It asked for its end; its last datagrams are still to be taken.
        case finishing
        case finished
    }

    /// The dynamic ports (RFC 6335 §6).
    static let ports: ClosedRange<UInt16> = 49_152...65_535

    let index: Int
    let machine: any HostedMachine
    /// Where its address lies: ``Simulation/outside``, or the number of the NAT behind which it stands.
    let realm: Int
    /// Whether a firewall lets UDP through, in either direction.
    let passesUDP: Bool
    /// As its sockets have it; its port is zero.
    private(set) var address: SocketAddress
    private var changes = 0
    var state = State.waiting
    var up: ImpairedPipe
    var down: ImpairedPipe
    /// What the machine's datagrams bear.
    var ecn = ECN.notECT
    var upLedger: [LedgerEntry] = []
    var downLedger: [LedgerEntry] = []
    var alarm = Alarm()
    var watch = HotLoopWatch()
    /// What the machine has yet to be told.
    var inputs: [HostInput] = []
    var unroutable: UInt64 = 0
    var blackoutEnd = Instant.origin
    /// Until when no signaling connection can be opened.
    var cutEnd = Instant.origin
    /// The connection that the machine knows of.
    var connection: Connection?
    /// Until when a blackout holds its streams up.
    var streamsHeldUntil = Instant.origin
    /// How many streams it has opened.
    var streamCount: UInt16 = 0
    /// All connections that are not over, that one included, oldest first.
    var connections: [Connection] = []

    private var openPorts: Set<UInt16> = []
    /// The multicast groups that it is a member of, each with its port.
    private var groups: [SocketAddress] = []
    private var nextPort = Host.ports.lowerBound

    init(index: Int, machine: any HostedMachine, seed: UInt64, realm: Int, passesUDP: Bool) {
        self.index = index
        self.machine = machine
        self.realm = realm
        self.passesUDP = passesUDP
        address = AddressPlan.address(of: index, changes: 0, isPublic: realm == Simulation.outside)
        up = ImpairedPipe(direction: .up, seed: seed)
        down = ImpairedPipe(direction: .down, seed: seed)
    }

    /// Moves on to another address; sockets of the old one are closed.
    func changeAddress() {
        closeAllSockets()
        changes += 1
        address = AddressPlan.address(of: index, changes: changes, isPublic: realm == Simulation.outside)
    }

    /// What messages call it.
    var name: String { "machine \(index) (\(type(of: machine)))" }

    func openSocket() -> SocketAddress? {
        guard openPorts.count < Self.ports.count else { return nil }
        while openPorts.contains(nextPort) { stepPort() }
        openPorts.insert(nextPort)
        defer { stepPort() }
        return SocketAddress(ipv4: UInt32(address.low), port: nextPort)
    }

    /// Joins a group; `nil` where something else has its port.
    func openMulticastSocket(_ group: SocketAddress) -> SocketAddress? {
        guard openPorts.insert(group.port).inserted else { return nil }
        groups.append(group)
        return SocketAddress(ipv4: UInt32(address.low), port: group.port)
    }

    func isMember(of group: SocketAddress) -> Bool {
        groups.contains(group)
    }

    private func stepPort() {
        nextPort = nextPort == Self.ports.upperBound ? Self.ports.lowerBound : nextPort + 1
    }

    func closeSocket(_ local: SocketAddress) {
        guard isHere(local) else { return }
        openPorts.remove(local.port)
        groups.removeAll { $0.port == local.port }
    }

    func closeAllSockets() {
        openPorts.removeAll()
        groups.removeAll()
    }

    func hasOpen(_ local: SocketAddress) -> Bool {
        isHere(local) && openPorts.contains(local.port)
    }

    private func isHere(_ local: SocketAddress) -> Bool {
        local.low == address.low && local.family == .ipv4
    }

    /// Empties the pipes' ledgers into the host's own, which have no limit.
    func collectLedgers() {
        up.drainLedger { upLedger.append($0) }
        down.drainLedger { downLedger.append($0) }
    }
}
