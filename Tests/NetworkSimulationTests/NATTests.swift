import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

/// A NAT that expectations may call: their arguments cannot be mutated.
private final class Subject {
    private var nat: NAT

    init(_ behavior: NATBehavior, seed: UInt64 = 1, limits: NAT.Limits = NAT.Limits()) {
        nat = NAT(behavior, seed: seed, limits: limits)
    }

    var mappingCount: Int { nat.mappingCount }

    func outbound(from inside: SocketAddress, to remote: SocketAddress, at now: Instant) -> UInt16? {
        nat.outbound(from: inside, to: remote, at: now)
    }

    func inbound(to port: UInt16, from remote: SocketAddress, at now: Instant) -> SocketAddress? {
        nat.inbound(to: port, from: remote, at: now)
    }
}

@Suite("One NAT, RFC 4787")
struct NATTests {
    private let inside = SocketAddress(ipv4: 0x0A00_0001, port: 50_000)
    private let here = SocketAddress(ipv4: 0xC000_0201, port: 1000)
    private let samePlace = SocketAddress(ipv4: 0xC000_0201, port: 2000)
    private let elsewhere = SocketAddress(ipv4: 0xC000_0202, port: 1000)

    private func behavior(
        _ mapping: NATBehavior.Dependence = .endpointIndependent, _ filtering: NATBehavior.Dependence = .endpointIndependent
    ) -> NATBehavior {
        NATBehavior(mapping: mapping, filtering: filtering)
    }

    @Test("a mapping is shared by as many remote endpoints as its kind says", arguments: NATBehavior.Dependence.allCases)
    func mapping(_ kind: NATBehavior.Dependence) {
        let nat = Subject(behavior(kind))
        let ports = [here, samePlace, elsewhere].map { nat.outbound(from: inside, to: $0, at: .origin) }
        #expect(ports[0] != nil)
        #expect((ports[0] == ports[1]) == (kind != .addressAndPortDependent))
        #expect((ports[0] == ports[2]) == (kind == .endpointIndependent))
        #expect(nat.outbound(from: inside, to: here, at: .seconds(1)) == ports[0])
    }

    @Test("a filter lets in whom its kind says", arguments: NATBehavior.Dependence.allCases)
    func filtering(_ kind: NATBehavior.Dependence) throws {
        let nat = Subject(behavior(.endpointIndependent, kind), seed: 1)
        let port = try #require(nat.outbound(from: inside, to: here, at: .origin))
        #expect(nat.inbound(to: port, from: here, at: .origin) == inside)
        #expect((nat.inbound(to: port, from: samePlace, at: .origin) == inside) == (kind != .addressAndPortDependent))
        #expect((nat.inbound(to: port, from: elsewhere, at: .origin) == inside) == (kind == .endpointIndependent))
        #expect(nat.inbound(to: port ^ 1, from: here, at: .origin) == nil)
    }

    @Test("a filter belongs to its mapping: what one has sent to does not come in by another")
    func filterOfAnotherMapping() throws {
        let nat = Subject(behavior(.addressDependent, .addressDependent), seed: 1)
        let first = try #require(nat.outbound(from: inside, to: here, at: .origin))
        let second = try #require(nat.outbound(from: inside, to: elsewhere, at: .origin))
        #expect(nat.inbound(to: first, from: elsewhere, at: .origin) == nil)
        #expect(nat.inbound(to: second, from: elsewhere, at: .origin) == inside)
    }

    @Test("what goes out refreshes a mapping and a permission, what comes in does not")
    func lifetime() throws {
        let nat = Subject(
            NATBehavior(mapping: .endpointIndependent, filtering: .addressDependent, lifetime: .seconds(30)), seed: 1)
        let port = try #require(nat.outbound(from: inside, to: here, at: .origin))
        #expect(nat.inbound(to: port, from: here, at: .milliseconds(29_999)) == inside)
        #expect(nat.inbound(to: port, from: here, at: .seconds(30)) == nil)

        let again = try #require(nat.outbound(from: inside, to: here, at: .seconds(31)))
        _ = nat.outbound(from: inside, to: elsewhere, at: .seconds(60))
        #expect(nat.inbound(to: again, from: elsewhere, at: .seconds(70)) == inside)
        #expect(nat.inbound(to: again, from: here, at: .seconds(70)) == nil)
    }

    @Test("ports are preserved where they are free, and never given to two")
    func preserving() {
        let nat = Subject(behavior(.addressAndPortDependent), seed: 1)
        let other = SocketAddress(ipv4: 0x0A00_0002, port: 50_000)
        #expect(nat.outbound(from: inside, to: here, at: .origin) == 50_000)
        #expect(nat.outbound(from: other, to: here, at: .origin) == 50_001)
        #expect(nat.outbound(from: inside, to: elsewhere, at: .origin) == 50_002)
    }

    @Test("random ports come from the seed")
    func random() {
        let ports = [UInt64(1), 1, 2].map { seed in
            let nat = Subject(.symmetric, seed: seed)
            return (UInt16(1)...50).map {
                nat.outbound(from: inside, to: SocketAddress(ipv4: 0xC000_0201, port: $0), at: .origin)
            }
        }
        #expect(ports[0] == ports[1] && ports[0] != ports[2])
        #expect(Set(ports[0]).count == 50 && !ports[0].contains(nil))
        #expect(!ports[0].contains(50_000))
    }

    @Test("when all ports are taken nothing more goes out, until mappings expire")
    func exhausted() {
        var limits = NAT.Limits()
        limits.ports = 5000...5099
        let nat = Subject(.symmetric, seed: 1, limits: limits)
        for port in UInt16(1)...100 {
            #expect(nat.outbound(from: inside, to: SocketAddress(ipv4: 1, port: port), at: .origin) != nil)
        }
        #expect(nat.outbound(from: inside, to: here, at: .seconds(299)) == nil)
        #expect(nat.outbound(from: inside, to: here, at: .seconds(300)) != nil)
    }

    @Test("what has expired is forgotten, so that a long run does not fill the table")
    func forgets() {
        let nat = Subject(.symmetric, seed: 1)
        for second in 0..<20_000 {
            let remote = SocketAddress(ipv4: UInt32(second), port: 7)
            _ = nat.outbound(from: inside, to: remote, at: .seconds(Double(second)))
        }
        #expect(nat.mappingCount <= 620)
    }
}

@Suite("NATs in the simulation")
struct SimulatedNATTests {
    /// The first socket of the host with an address, port kept where a NAT preserves it.
    private func socket(_ host: String, port: UInt16 = Probe.firstPort) -> SocketAddress {
        SocketAddress(host, port: port) ?? .loopback(port: 0)
    }

    /// Sends to a third host first, so that NATs on the way have a mapping, then what the test is about.
    private func sender(_ remotes: SocketAddress...) -> Probe {
        var plan: [(at: Instant, action: Probe.Action)] = [
            (.milliseconds(1), .send([0], to: Simulation.firstSocket(of: 2)))
        ]
        for (index, remote) in remotes.enumerated() {
            plan.append((.milliseconds(100 * UInt64(index + 1)), .send([UInt8(index + 1)], to: remote)))
        }
        return Probe(plan)
    }

    @Test("behind one NAT, hosts reach each other inside, and outside only where it hairpins", arguments: [true, false])
    func hairpin(_ hairpins: Bool) {
        let simulation = Simulation(seed: 1)
        var behavior = NATBehavior.fullCone
        behavior.hairpins = hairpins
        let nat = simulation.addNAT(behavior, seed: 1)
        let a = sender(socket("10.0.0.2"), socket("198.19.0.1", port: Probe.firstPort + 1))
        let b = sender()
        simulation.add(a, seed: 1, startAt: .origin, behind: nat)
        simulation.add(b, seed: 2, startAt: .origin, behind: nat)
        simulation.add(Probe(), seed: 3, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(simulation.address(of: 0) == simulation.address(of: 1))
        #expect(b.received.map(\.bytes) == (hairpins ? [[1], [2]] : [[1]]))
        #expect(b.received.first?.path.remote == a.sockets[0])
        #expect(simulation.report(of: 0).up.dropped(.nat) == (hairpins ? 0 : 1))
        // Its sender is seen by its address outside (RFC 4787 REQ-9).
        if hairpins { #expect(b.received.last?.path.remote == socket("198.19.0.1")) }
    }

    @Test("two layers translate twice: outside is the carrier's address, and its filter counts too", arguments: [true, false])
    func carrier(_ filters: Bool) {
        let simulation = Simulation(seed: 1)
        let carrier = simulation.addNAT(filters ? .portRestricted : .fullCone, seed: 1)
        let home = simulation.addNAT(.fullCone, seed: 2, behind: carrier)
        let a = sender()
        let third = Probe()
        simulation.add(a, seed: 1, startAt: .origin, behind: home)
        simulation.add(sender(socket("198.19.0.1")), seed: 2, startAt: .origin)
        simulation.add(third, seed: 3, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(simulation.address(of: 0).host == "198.19.0.1")
        #expect(a.sockets == [socket("10.0.0.1")])
        #expect(third.received.map(\.path.remote).contains(socket("198.19.0.1")))
        #expect(a.received.map(\.bytes) == (filters ? [] : [[1]]))
        #expect(simulation.report(of: 1).up.dropped(.nat) == (filters ? 1 : 0))
        #expect(simulation.report(of: 1).ledger.map(\.cause) == (filters ? [.nat] : []))
    }

    @Test("nobody outside reaches an address inside")
    func privateAddress() {
        let simulation = Simulation(seed: 1)
        let a = sender()
        simulation.add(a, seed: 1, startAt: .origin, behind: simulation.addNAT(.fullCone, seed: 1))
        simulation.add(sender(socket("10.0.0.1")), seed: 2, startAt: .origin)
        simulation.add(Probe(), seed: 3, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(a.received.isEmpty)
        #expect(simulation.report(of: 1).unroutable == 1)
    }

    @Test("where UDP is blocked nothing goes out and nothing comes in")
    func blocked() {
        let simulation = Simulation(seed: 1)
        let a = sender()
        simulation.add(a, seed: 1, startAt: .origin, passesUDP: false)
        simulation.add(sender(socket("198.18.0.1")), seed: 2, startAt: .origin)
        let third = Probe()
        simulation.add(third, seed: 3, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(a.received.isEmpty && third.received.count == 1)
        #expect(simulation.report(of: 0).up.dropped(.nat) == 1)
        #expect(simulation.report(of: 1).up.dropped(.nat) == 1)
    }

    @Test("a host that changes its address takes its own NAT along, and not one that others use", arguments: [true, false])
    func addressChange(_ isShared: Bool) {
        let simulation = Simulation(seed: 1)
        let nat = simulation.addNAT(.fullCone, seed: 1)
        let mover = Probe([(.milliseconds(1), .request(.changeAddress)), (.milliseconds(2), .request(.openSocket(token: 7)))])
        simulation.add(mover, seed: 1, startAt: .origin, behind: nat)
        if isShared { simulation.add(Probe(), seed: 2, startAt: .origin, behind: nat) }
        let before = simulation.address(of: 0)
        simulation.run(until: .seconds(1))
        #expect((simulation.address(of: 0) == before) == isShared)
        #expect(mover.sockets.map(\.host) == ["10.0.0.1", "10.2.0.1"])
    }

    @Test("a datagram that a slow link releases is stopped and named as well")
    func behindALink() {
        let simulation = Simulation(seed: 1)
        let receiver = Simulation.firstSocket(of: 1)
        var slow = NetworkProfile.clean
        slow.up.delay = .milliseconds(20)
        let sender = Probe([
            (.milliseconds(1), .request(.setNetwork(slow))), (.milliseconds(2), .send([1, 2, 3], to: receiver)),
        ])
        simulation.add(sender, seed: 1, startAt: .origin, passesUDP: false)
        simulation.add(Probe(), seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        let report = simulation.report(of: 0)
        #expect(report.up.passed == 0 && report.up.dropped(.nat) == 1)
        #expect(report.ledger.map(\.cause) == [.nat])
    }

    @Test("what goes to a multicast group reaches its members on the same network, and their answers whoever asked")
    func multicast() {
        let simulation = Simulation(seed: 1)
        let group = SocketAddress(ipv4: 0xE000_00FB, port: 5353)
        let nat = simulation.addNAT(.fullCone, seed: 1)
        let asker = Probe([(.milliseconds(10), .send([1], to: group))])
        let neighbour = Probe(opensSocket: false, [(.milliseconds(1), .request(.openMulticastSocket(token: 1, group: group)))])
        let stranger = Probe(opensSocket: false, [(.milliseconds(1), .request(.openMulticastSocket(token: 1, group: group)))])
        neighbour.echoes = true
        simulation.add(asker, seed: 1, startAt: .origin, behind: nat)
        simulation.add(neighbour, seed: 2, startAt: .origin, behind: nat)
        simulation.add(stranger, seed: 3, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(neighbour.received.map(\.path) == [Path(local: socket("10.0.0.2", port: 5353), remote: socket("10.0.0.1"))])
        #expect(asker.received.map(\.path.remote) == [socket("10.0.0.2", port: 5353)])
        #expect(stranger.received.isEmpty)
        #expect(simulation.unroutable == 0)
    }
}
