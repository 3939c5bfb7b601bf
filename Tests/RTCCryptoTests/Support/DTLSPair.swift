import RTCCore
import RTCCrypto

/// A client and a server with a seeded link between them, in virtual time.
struct DTLSPair: ~Copyable {
    struct Link {
        var loss = 0.0
        var duplication = 0.0
        /// Each datagram takes between 5 ms and this much longer, so that they overtake one another.
        var spread = Duration.zero
    }

    private struct Flight {
        var arrival: Instant
        var order: Int
        var toServer: Bool
        var bytes: [UInt8]
    }

    var client: DTLSEndpoint
    var server: DTLSEndpoint
    let clientFingerprint: CertificateFingerprint
    let serverFingerprint: CertificateFingerprint
    var now = Instant.milliseconds(1000)
    var link = Link()
    /// Everything that was sent, in order.
    private(set) var sent: [[UInt8]] = []

    private var flights: [Flight] = []
    private var random: SplitMix64

    init(
        seed: UInt64, entropy: Entropy? = nil, clientProfiles: [SRTPProfile] = SRTPProfile.preferred,
        serverProfiles: [SRTPProfile] = SRTPProfile.preferred, knowsFingerprints: Bool = true
    ) throws {
        let entropy = entropy ?? .seeded(seed)
        random = SplitMix64(seed: seed)
        let clientContext = try DTLSContext(profiles: clientProfiles, entropy: entropy, clock: .simulation)
        let serverContext = try DTLSContext(profiles: serverProfiles, entropy: entropy, clock: .simulation)
        let unixSeconds = WallClock.simulation.unixSeconds(at: .origin)
        let clientEntropy: Entropy = entropy == .system ? .system : .seeded(SplitMix64.derive(seed, "a"))
        let serverEntropy: Entropy = entropy == .system ? .system : .seeded(SplitMix64.derive(seed, "b"))
        let clientCertificate = try Certificate.generate(unixSeconds: unixSeconds, entropy: clientEntropy)
        let serverCertificate = try Certificate.generate(unixSeconds: unixSeconds, entropy: serverEntropy)
        clientFingerprint = clientCertificate.fingerprint
        serverFingerprint = serverCertificate.fingerprint
        client = DTLSEndpoint(
            context: clientContext, certificate: clientCertificate, role: .client, seed: SplitMix64.derive(seed, "client"),
            now: now)
        server = DTLSEndpoint(
            context: serverContext, certificate: serverCertificate, role: .server, seed: SplitMix64.derive(seed, "server"),
            now: now)
        if knowsFingerprints {
            client.setRemoteFingerprints([serverFingerprint])
            server.setRemoteFingerprints([clientFingerprint])
        }
    }

    /// Hands what both want to send to the link.
    mutating func drain() {
        var slot = [UInt8](repeating: 0, count: 2000)
        while true {
            let size = slot.withUnsafeMutableBytes { client.nextDatagram(into: $0) }
            if size == 0 { break }
            send(Array(slot[..<size]), toServer: true)
        }
        while true {
            let size = slot.withUnsafeMutableBytes { server.nextDatagram(into: $0) }
            if size == 0 { break }
            send(Array(slot[..<size]), toServer: false)
        }
    }

    private mutating func send(_ bytes: [UInt8], toServer: Bool) {
        sent.append(bytes)
        let copies = random.unitInterval() < link.loss ? 0 : random.unitInterval() < link.duplication ? 2 : 1
        for _ in 0..<copies {
            let delay = Duration.milliseconds(5) + .nanoseconds(Int64(link.spread.inSeconds * random.unitInterval() * 1e9))
            flights.append(Flight(arrival: now + delay, order: sent.count, toServer: toServer, bytes: bytes))
        }
    }

    mutating func deliver(_ bytes: [UInt8], toServer: Bool) {
        if toServer {
            server.receive(bytes.span.bytes, now: now)
        } else {
            client.receive(bytes.span.bytes, now: now)
        }
        drain()
    }

    mutating func start() {
        server.start(now: now)
        client.start(now: now)
        drain()
    }

    /// One event: the next arrival or the next timer. `false` when nothing is left to happen.
    mutating func step() -> Bool {
        let arrival = flights.indices.min {
            (flights[$0].arrival, flights[$0].order) < (flights[$1].arrival, flights[$1].order)
        }
        let timer = earliest(client.deadline, server.deadline)
        if let arrival, timer.map({ flights[arrival].arrival <= $0 }) ?? true {
            let flight = flights.remove(at: arrival)
            now = max(now, flight.arrival)
            deliver(flight.bytes, toServer: flight.toServer)
            return true
        }
        guard let timer else { return false }
        now = max(now, timer)
        client.advance(to: now)
        server.advance(to: now)
        drain()
        return true
    }

    /// Steps until nothing is left to happen, or a limit.
    mutating func run(limit: Instant = .seconds(300)) {
        while now < limit, step() {}
    }

    /// What is on its way is lost.
    mutating func loseFlights() {
        flights.removeAll()
    }

    var isConnected: Bool { client.state == .connected && server.state == .connected }
}
