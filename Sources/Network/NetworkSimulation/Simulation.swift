public import NetworkImpairment
public import RTCCore

/// Hosts machines in virtual time: the same machines, impairments and contract as on real sockets, and the same bytes for the same seeds.
///
///     machine A ─▶ A's up pipe ─▶ wire ─▶ B's down pipe ─▶ machine B
///         └── text ─▶ reliable pipe (wire's delay) ─▶ signaling service
///
/// Events happen in the order of (time, the order in which they were planned); nothing else decides. After every call into a machine
/// its requests are taken, then its datagrams, then it is told what came of the requests. Every machine is a host of its own, in
/// 198.18.0.0/15 or behind NATs in 10.0.0.0/8. What leaves is translated when it leaves, what comes in when it has arrived. Datagrams to
/// an address or socket that nobody has open are counted and lost; what a NAT stops stands in its sender's ledger (``DropCause/nat``).
public final class Simulation {
    /// How long a broken machine may go on before the simulation says so.
    public struct Limits: Sendable {
        /// Calls to `advance(to:)` at one instant that ask for nothing and send nothing.
        public var idleAdvances = 1000
        /// Calls to `advance(to:)` at one instant, whatever they do.
        public var advances = 100_000
        /// Datagrams on the wires at a time.
        public var datagramsOnWires = 1 << 20
        /// How long a signaling connection or a stream may take to open; sockets have the same limit.
        public var signalingTimeout = Duration.seconds(5)
        public init() {}
    }

    enum Event {
        case arrival(slot: Int)
        case host(Int)
        case connection(Int)
        case stream(Int)
        case service
        case outage(Int)
    }

    /// The run's seed, for messages; pipes take their machine's.
    public let seed: UInt64
    public let wireDelay: Duration
    public let limits: Limits
    /// The present moment.
    public internal(set) var now = Instant.origin

    var service: (any SignalingService)?
    var outages: [Outage] = []
    var hosts: [Host] = []
    var nats: [NATBox] = []
    var finishedCount = 0
    var serverCount = 0
    var events = DueQueue<Event>()
    var batch = DatagramBatch()
    var wires: Wires
    /// Signaling connections by number, from 1; `nil` once both sides are done with one.
    var connections: [Connection?] = [nil]
    /// Byte streams by number; `nil` once both sides are done with one.
    var streams: [ByteStream?] = []
    var serviceAlarm = Alarm()
    var serviceWatch = HotLoopWatch()

    /// - Parameters:
    ///   - wireDelay: One way, between any two hosts and between a host and the service, on top of impairments.
    ///   - service: The signaling server; without one no signaling connection succeeds.
    public init(
        seed: UInt64, wireDelay: Duration = .microseconds(50), service: (any SignalingService)? = nil,
        limits: Limits = Limits()
    ) {
        precondition(wireDelay >= .zero, "nothing arrives before it is sent")
        self.seed = seed
        self.wireDelay = wireDelay
        self.service = service
        self.limits = limits
        wires = Wires(limit: limits.datagramsOnWires)
    }

    /// Gives a machine a host of its own.
    ///
    /// - Parameters:
    ///   - seed: The machine's own share of the run's seed; its pipes draw from it.
    ///   - startAt: When its first requests are taken; the past means now.
    ///   - nat: The NAT behind which it stands, by the number that ``addNAT(_:seed:behind:)`` gave; `nil` for none.
    ///   - passesUDP: Whether any datagram gets through to it and from it; signaling does in any case.
    /// - Returns: The machine's index, for ``report(of:)``: 0 for the first.
    @discardableResult
    public func add(
        _ machine: any HostedMachine, seed: UInt64, startAt: Instant, behind nat: Int? = nil, passesUDP: Bool = true
    ) -> Int {
        if let nat { nats[nat].members += 1 }
        let host = Host(
            index: hosts.count, machine: machine, seed: seed, realm: nat ?? Self.outside, passesUDP: passesUDP)
        return add(host, startAt: startAt)
    }

    /// Puts up a NAT, behind which hosts and further NATs may stand: two in a row make the network of a carrier (RFC 6888).
    ///
    /// - Parameters:
    ///   - seed: The NAT's own share of the run's seed.
    ///   - nat: The NAT behind which it stands itself; `nil` for none.
    /// - Returns: Its number, for ``add(_:seed:startAt:behind:passesUDP:)``.
    public func addNAT(_ behavior: NATBehavior, seed: UInt64, behind nat: Int? = nil) -> Int {
        precondition(nats.count < AddressPlan.maximumNATs, "198.19.0.0/16 is full")
        if let nat { nats[nat].members += 1 }
        nats.append(
            NATBox(NAT(behavior, seed: seed), slot: AddressPlan.firstNAT + nats.count, realm: nat ?? Self.outside))
        return nats.count - 1
    }

    /// Gives a machine that serves others a host of its own; the run does not wait for its end.
    ///
    /// - Returns: Where its first socket will be.
    @discardableResult
    public func addServer(_ machine: any HostedMachine, seed: UInt64) -> SocketAddress {
        let host = Host(index: hosts.count, machine: machine, seed: seed, realm: Self.outside, passesUDP: true)
        serverCount += 1
        return Self.firstSocket(of: add(host, startAt: now))
    }

    /// Where the first socket of a host will be, for a machine that is yet to be added.
    public static func firstSocket(of index: Int) -> SocketAddress {
        SocketAddress(ipv4: AddressPlan.firstAddress + UInt32(index), port: Host.ports.lowerBound)
    }

    private func add(_ host: Host, startAt: Instant) -> Int {
        let index = host.index
        precondition(index < AddressPlan.firstNAT, "198.18.0.0/16 is full")
        hosts.append(host)
        let start = max(startAt, now)
        host.alarm.set(at: start, order: events.push(.host(index), at: start))
        return index
    }

    /// Whether there are machines and all of them have finished, servers apart.
    public var isFinished: Bool { hosts.count > serverCount && finishedCount == hosts.count - serverCount }

    /// Lets virtual time go on to `end`, what is due at `end` included; stops before it where all machines have finished.
    public func run(until end: Instant) {
        guard !isFinished else { return }
        serve(service)
        while let (at, order, event) = events.popDue(at: end) {
            now = max(now, at)
            handle(event, order)
            if isFinished { return }
        }
        now = max(now, end)
    }

    /// What lay between a machine and the others so far.
    public func report(of index: Int) -> HostReport {
        let host = hosts[index]
        host.collectLedgers()
        return HostReport(
            index: index, up: host.up.counters, down: host.down.counters, ledger: host.upLedger + host.downLedger,
            unroutable: host.unroutable)
    }

    /// Datagrams of all machines that went to nobody, or came from a socket that was not open.
    public var unroutable: UInt64 { hosts.reduce(0) { $0 + $1.unroutable } }

    /// A host's address as those outside see it; its port is zero.
    public func address(of index: Int) -> SocketAddress {
        var address = hosts[index].address
        var realm = hosts[index].realm
        while realm != Self.outside {
            address = nats[realm].address
            realm = nats[realm].realm
        }
        return address
    }

    private func handle(_ event: Event, _ order: UInt64) {
        switch event {
        case .arrival(let slot):
            arrive(slot)
        case .host(let index):
            let host = hosts[index]
            guard host.alarm.rings(order) else { return }
            if host.state == .waiting { begin(host) } else { serve(host) }
        case .connection(let number):
            guard let connection = connections[number], connection.alarm.rings(order) else { return }
            serve(connection)
        case .stream(let number):
            guard let stream = streams[number], stream.alarm.rings(order) else { return }
            serve(stream)
        case .service:
            guard serviceAlarm.rings(order) else { return }
            serve(service)
        case .outage(let index):
            step(index)
        }
    }

    private func begin(_ host: Host) {
        host.state = .running
        drain(host)
        serve(host)
    }
}
