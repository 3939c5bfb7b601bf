import RTCCore
import RTCICE

/// Two agents, the datagrams between them, and nothing else: delay, loss by seed, blackouts, address translation.
struct VirtualLink: ~Copyable {
    struct Datagram {
        let arrival: Instant
        let order: Int
        let toB: Bool
        let path: Path
        let bytes: [UInt8]
    }

    var a: IceAgent
    var b: IceAgent
    var now = Instant.seconds(1)
    var delay: Duration = .milliseconds(20)
    var loss = 0.0
    /// Drawn for each datagram on top of the delay, so that they overtake one another.
    var jitter: Duration = .zero
    var duplication = 0.0
    var blackout: ClosedRange<Double>?
    /// Whether the ways between two addresses exist.
    var isReachable: (SocketAddress, SocketAddress) -> Bool = { _, _ in true }
    /// What the other side sees as the source.
    var translate: (SocketAddress) -> SocketAddress = { $0 }
    /// What reaches an address behind a translation.
    var untranslate: (SocketAddress) -> SocketAddress = { $0 }
    var random: SplitMix64
    var flying: [Datagram] = []
    var sent = 0
    var sentByA = 0
    var wakesOfA = 0
    var eventsOfA: [IceEvent] = []
    var eventsOfB: [IceEvent] = []
    var recorded: [[UInt8]] = []
    var isRecording = false
    var stuck = 0
    var batch = DatagramBatch(capacity: 8)

    init(
        a: consuming IceAgent, b: consuming IceAgent, seed: UInt64 = 1, delay: Duration = .milliseconds(20), loss: Double = 0
    ) {
        self.a = a
        self.b = b
        self.delay = delay
        self.loss = loss
        random = SplitMix64(seed: SplitMix64.derive(seed, "link"))
    }

    /// Two agents that know one another already, one socket each.
    static func connected(
        seed: UInt64, loss: Double = 0, roles: (IceRole, IceRole) = (.controlling, .controlled),
        delay: Duration = .milliseconds(20)
    ) -> VirtualLink {
        var link = VirtualLink(
            a: IceAgent(role: roles.0, seed: seed &* 2 &+ 1, at: .seconds(1)),
            b: IceAgent(role: roles.1, seed: seed &* 2 &+ 2, at: .seconds(1)), seed: seed, delay: delay, loss: loss)
        link.introduce(aBases: [.a], bBases: [.b])
        return link
    }

    mutating func introduce(aBases: [SocketAddress], bBases: [SocketAddress]) {
        for base in aBases { b.addRemoteCandidate(a.addHostCandidate(base: base, now: now), now: now) }
        for base in bBases { a.addRemoteCandidate(b.addHostCandidate(base: base, now: now), now: now) }
        exchangeCredentials()
    }

    mutating func exchangeCredentials() {
        a.setRemoteCredentials(b.localCredentials, now: now)
        b.setRemoteCredentials(a.localCredentials, now: now)
        drain()
    }

    mutating func drain() {
        var full = true
        while full {
            if case .drained = a.nextDatagrams(into: &batch) { full = false }
            take(fromA: true)
        }
        full = true
        while full {
            if case .drained = b.nextDatagrams(into: &batch) { full = false }
            take(fromA: false)
        }
        while let event = a.nextEvent() { eventsOfA.append(event) }
        while let event = b.nextEvent() { eventsOfB.append(event) }
    }

    private mutating func take(fromA: Bool) {
        for index in 0..<batch.count {
            let bytes = Array(batch.bytes(at: index))
            let path = batch[index].path
            sent += 1
            if fromA { sentByA += 1 }
            if isRecording { recorded.append(bytes) }
            let lost = random.unitInterval() < loss
            let dark = blackout.map { $0.contains(now.seconds) } ?? false
            guard !lost, !dark, isReachable(path.local, path.remote) else { continue }
            for _ in 0..<(random.unitInterval() < duplication ? 2 : 1) {
                flying.append(
                    Datagram(
                        arrival: now + delay + jitter * random.unitInterval(), order: sent, toB: fromA,
                        path: Path(local: untranslate(path.remote), remote: translate(path.local)), bytes: bytes))
            }
        }
        batch.removeAll()
    }

    /// Runs until a moment, or until a condition holds.
    mutating func run(until end: Double, while condition: (borrowing IceAgent, borrowing IceAgent) -> Bool = { _, _ in true }) {
        let end = Instant.seconds(end)
        while condition(a, b) {
            var next = earliest(a.deadline, b.deadline)
            for datagram in flying { next = earliest(next, datagram.arrival) }
            guard let next, next <= end else {
                now = max(now, end)
                return
            }
            now = max(now, next)
            deliver()
            wake()
            drain()
        }
    }

    private mutating func deliver() {
        let due = flying.filter { $0.arrival <= now }.sorted { ($0.arrival, $0.order) < ($1.arrival, $1.order) }
        flying.removeAll { $0.arrival <= now }
        for datagram in due {
            datagram.bytes.withUnsafeBytes { bytes in
                if datagram.toB {
                    b.receive(bytes.bytes, on: datagram.path, now: now)
                } else {
                    a.receive(bytes.bytes, on: datagram.path, now: now)
                }
            }
        }
    }

    private mutating func wake() {
        if let deadline = a.deadline, deadline <= now {
            a.advance(to: now)
            wakesOfA += 1
            if let again = a.deadline, again <= now { stuck += 1 }
        }
        if let deadline = b.deadline, deadline <= now {
            b.advance(to: now)
            if let again = b.deadline, again <= now { stuck += 1 }
        }
    }

    var bothConnected: Bool { a.state == .connected && b.state == .connected }

    var samePath: Bool {
        guard let one = a.selectedPath, let other = b.selectedPath else { return false }
        return one.local == other.remote && one.remote == other.local
    }
}

extension SocketAddress {
    static let a = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
    static let a2 = SocketAddress(ipv4: 0x0A00_0101, port: 5001)
    static let a6 = SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1, port: 5006)
    static let b = SocketAddress(ipv4: 0x0A00_0002, port: 6000)
    static let b2 = SocketAddress(ipv4: 0x0A00_0202, port: 6001)
    static let b6 = SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 2, port: 6006)
}
