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

    static let firstAddress: UInt32 = 0xC612_0001
    static let firstPrivateAddress: UInt32 = 0x0A00_0001
    /// The first port outside; a private socket is given the next one when it first sends.
    static let firstMappedPort: UInt16 = 20_000
    /// Where the addresses lie that hosts change to: 100.64.0.0/10 (RFC 6598), a block of 2^17 for each change.
    static let firstLaterAddress: UInt32 = 0x6440_0000
    static let laterBlocks = 32
    static let blockSize = 131_072
    static let maximumCount = 131_070
    /// The dynamic ports (RFC 6335 §6).
    static let ports: ClosedRange<UInt16> = 49_152...65_535

    let index: Int
    let machine: any HostedMachine
    /// As others see it.
    private(set) var address: SocketAddress
    /// As its sockets have it, where a NAT lies between.
    private let privateAddress: SocketAddress?
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
    private var nextPort = Host.ports.lowerBound

    /// In the order of the ports that a NAT has given them, from ``firstMappedPort`` on.
    private var mappedPorts: [UInt16] = []

    init(index: Int, machine: any HostedMachine, seed: UInt64, isBehindNAT: Bool) {
        self.index = index
        self.machine = machine
        address = SocketAddress(ipv4: Self.firstAddress + UInt32(index), port: 0)
        privateAddress = isBehindNAT ? SocketAddress(ipv4: Self.firstPrivateAddress + UInt32(index), port: 0) : nil
        up = ImpairedPipe(direction: .up, seed: seed)
        down = ImpairedPipe(direction: .down, seed: seed)
    }

    /// Moves on to another address; sockets of the old one are closed.
    func changeAddress() {
        openPorts.removeAll()
        mappedPorts.removeAll()
        let block = UInt32(changes % Self.laterBlocks * Self.blockSize)
        address = SocketAddress(ipv4: Self.firstLaterAddress + block + UInt32(index), port: 0)
        changes += 1
    }

    /// Which host has, or had, an address.
    static func index(of address: SocketAddress) -> Int? {
        guard address.family == .ipv4 else { return nil }
        let later = UInt64(firstLaterAddress)
        if address.low >= later, address.low < later + UInt64(laterBlocks * blockSize) {
            return Int(address.low - later) % blockSize
        }
        return address.low >= UInt64(firstAddress) ? Int(address.low - UInt64(firstAddress)) : nil
    }

    /// What messages call it.
    var name: String { "machine \(index) (\(type(of: machine)))" }

    func openSocket() -> SocketAddress? {
        guard openPorts.count < Self.ports.count else { return nil }
        while openPorts.contains(nextPort) { stepPort() }
        openPorts.insert(nextPort)
        defer { stepPort() }
        return SocketAddress(ipv4: UInt32(ownAddress.low), port: nextPort)
    }

    private func stepPort() {
        nextPort = nextPort == Self.ports.upperBound ? Self.ports.lowerBound : nextPort + 1
    }

    func closeSocket(_ local: SocketAddress) {
        if isHere(local) { openPorts.remove(local.port) }
    }

    func closeAllSockets() {
        openPorts.removeAll()
    }

    func hasOpen(_ local: SocketAddress) -> Bool {
        isHere(local) && openPorts.contains(local.port)
    }

    private func isHere(_ local: SocketAddress) -> Bool {
        local.low == ownAddress.low && local.family == .ipv4
    }

    private var ownAddress: SocketAddress { privateAddress ?? address }

    /// How others see one of its sockets.
    func outside(of local: SocketAddress) -> SocketAddress {
        guard privateAddress != nil else { return local }
        let place =
            mappedPorts.firstIndex(of: local.port)
            ?? {
                mappedPorts.append(local.port)
                return mappedPorts.count - 1
            }()
        return SocketAddress(ipv4: UInt32(address.low), port: Self.firstMappedPort + UInt16(place))
    }

    /// The socket behind an address that others see; where there is none, the address itself.
    func inside(of outside: SocketAddress) -> SocketAddress {
        guard let privateAddress, outside.low == address.low, outside.port >= Self.firstMappedPort else { return outside }
        let place = Int(outside.port - Self.firstMappedPort)
        guard place < mappedPorts.count else { return outside }
        return SocketAddress(ipv4: UInt32(privateAddress.low), port: mappedPorts[place])
    }

    /// Empties the pipes' ledgers into the host's own, which have no limit.
    func collectLedgers() {
        up.drainLedger { upLedger.append($0) }
        down.drainLedger { downLedger.append($0) }
    }
}
