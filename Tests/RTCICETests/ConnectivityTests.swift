import RTCCore
import RTCICE
import Testing

@Suite("ICE connectivity, RFC 8445")
struct ConnectivityTests {
    @Test("connects in two round trips, without waiting for pacing")
    func fast() {
        var link = VirtualLink.connected(seed: 1, delay: .milliseconds(1))
        link.run(until: 10) { $0.state != .connected || $1.state != .connected }
        let took = link.now - Instant.seconds(1)
        #expect(took <= .milliseconds(6))
        let same = link.samePath
        #expect(same)
        #expect(link.a.role == .controlling)
    }

    @Test("asks nothing twice where every answer comes sooner than Ta")
    func frugal() {
        var link = VirtualLink.connected(seed: 1, delay: .milliseconds(20))
        link.run(until: 4)
        let connected = link.bothConnected
        #expect(connected)
        // A check of each side, and the nomination.
        #expect(link.a.counters.checksSent == 2)
        #expect(link.b.counters.checksSent == 1)
    }

    @Test("checks again Ta after its own request where the other side's check came first, and not only when that is repeated")
    func triggered() {
        var link = VirtualLink.connected(seed: 1, delay: .milliseconds(200))
        link.run(until: 1.3)
        // Both requests arrived after 200 ms, no answer before 400.
        #expect(link.a.counters.checksSent == 2)
        #expect(link.b.counters.checksSent == 2)
    }

    @Test("connects at once when the answer reaches the offerer after the answerer's first checks")
    func earlyChecks() {
        let start = Instant.seconds(1)
        var link = VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: start), b: IceAgent(role: .controlled, seed: 2, at: start),
            delay: .milliseconds(1))
        let offered = link.a.addHostCandidate(base: .a, now: link.now)
        let answered = link.b.addHostCandidate(base: .b, now: link.now)
        link.b.setRemoteCredentials(link.a.localCredentials, now: link.now)
        link.b.addRemoteCandidate(offered, now: link.now)
        link.drain()
        link.run(until: 1.2)
        #expect(link.a.state == .new)
        link.a.setRemoteCredentials(link.b.localCredentials, now: link.now)
        link.drain()
        link.run(until: 10) { $0.state != .connected || $1.state != .connected }
        let took = link.now - Instant.seconds(1.2)
        #expect(took <= .milliseconds(6))
        link.a.addRemoteCandidate(answered, now: link.now)
        link.drain()
        let pairs = link.a.candidatePairs
        #expect(pairs.count == 1)
        #expect(pairs.first?.nominated == true)
        #expect(pairs.first?.remote.kind == .host)
        #expect(link.a.state == .connected)
    }

    @Test("always ends on one pair, at any loss up to 30 %", arguments: [0, 0.1, 0.2, 0.3])
    func lossy(loss: Double) {
        var failures: [UInt64] = []
        for seed in 0..<UInt64(600) {
            var link = VirtualLink.connected(seed: seed, loss: loss, delay: .milliseconds(seed % 7 * 30))
            link.run(until: 60) { $0.state != .connected || $1.state != .connected }
            let good = link.bothConnected && link.samePath && link.stuck == 0
            if !good { failures.append(seed) }
        }
        #expect(failures.isEmpty)
    }

    @Test("always ends on one pair, though datagrams overtake one another and come twice")
    func disorder() {
        var failures: [UInt64] = []
        for seed in 0..<UInt64(500) {
            var link = VirtualLink.connected(
                seed: seed, loss: 0.1, roles: (.controlling, seed % 3 == 0 ? .controlling : .controlled))
            link.jitter = .milliseconds(400)
            link.duplication = 0.3
            link.run(until: 60) { $0.state != .connected || $1.state != .connected }
            let good = link.bothConnected && link.samePath && link.stuck == 0
            if !good { failures.append(seed) }
        }
        #expect(failures.isEmpty)
    }

    @Test("always ends on one pair with two addresses and two families on each side", arguments: [0, 0.15, 0.3])
    func lossyMultihomed(loss: Double) {
        var failures: [UInt64] = []
        for seed in 0..<UInt64(400) {
            var link = VirtualLink(
                a: IceAgent(role: seed % 2 == 0 ? .controlling : .controlled, seed: seed + 1000, at: .seconds(1)),
                b: IceAgent(role: seed % 2 == 0 ? .controlled : .controlling, seed: seed + 2000, at: .seconds(1)), seed: seed,
                loss: loss)
            let hidden = seed % 3
            link.isReachable = { from, to in
                hidden == 0 || !([SocketAddress.a, .b].contains(from) || [SocketAddress.a, .b].contains(to))
                    || hidden == 1 && from.port + to.port == 11_001
            }
            link.introduce(aBases: [.a, .a6, .a2], bBases: [.b, .b6, .b2])
            link.run(until: 90) { $0.state != .connected || $1.state != .connected }
            // Let a last switch of the controlled side come through.
            link.loss = 0
            link.run(until: link.now.seconds + 3)
            let good = link.bothConnected && link.samePath && link.stuck == 0
            if !good { failures.append(seed) }
        }
        #expect(failures.isEmpty)
    }

    @Test("settles a role conflict, whichever side is stronger", arguments: [IceRole.controlling, .controlled])
    func conflict(role: IceRole) {
        var switchesOfA = 0
        var switchesOfB = 0
        for seed in 0..<UInt64(200) {
            var link = VirtualLink.connected(seed: seed, loss: seed < 100 ? 0 : 0.2, roles: (role, role))
            link.run(until: 60) { $0.state != .connected || $1.state != .connected }
            let good = link.bothConnected && link.samePath
            #expect(good)
            let rolesDiffer = link.a.role != link.b.role
            #expect(rolesDiffer)
            switchesOfA += link.eventsOfA.contains { if case .roleSwitched = $0 { true } else { false } } ? 1 : 0
            switchesOfB += link.eventsOfB.contains { if case .roleSwitched = $0 { true } else { false } } ? 1 : 0
        }
        #expect(switchesOfA > 30 && switchesOfB > 30)
    }

    @Test("gives its role to one that insists on it, and neither takes the other for gone")
    func insistence() {
        for seed in 0..<UInt64(40) {
            var link = VirtualLink.connected(seed: seed)
            link.run(until: 60) { $0.state != .connected || $1.state != .connected }
            let start = link.now.seconds
            for step in 1...300 {
                link.b.setRole(.controlling)
                link.run(until: start + 0.1 * Double(step))
            }
            for event in link.eventsOfA + link.eventsOfB {
                if case .stateChanged(.disconnected) = event { Issue.record("seed \(seed): a path that works was called silent") }
            }
            #expect(link.bothConnected && link.samePath)
        }
    }

    @Test("finds a way when only one side was told where the other is", arguments: [true, false])
    func peerReflexive(aKnows: Bool) {
        for seed in 0..<UInt64(100) {
            var link = VirtualLink(
                a: IceAgent(role: .controlling, seed: seed + 1, at: .seconds(1)),
                b: IceAgent(role: .controlled, seed: seed + 500, at: .seconds(1)), seed: seed, loss: 0.1)
            let fromA = link.a.addHostCandidate(base: .a, now: link.now)
            let fromB = link.b.addHostCandidate(base: .b, now: link.now)
            if aKnows { link.a.addRemoteCandidate(fromB, now: link.now) } else { link.b.addRemoteCandidate(fromA, now: link.now) }
            link.exchangeCredentials()
            link.run(until: 60) { $0.state != .connected || $1.state != .connected }
            let good = link.bothConnected && link.samePath
            #expect(good)
            let learned = aKnows ? link.b.candidatePairs : link.a.candidatePairs
            #expect(learned.first?.remote.kind == .peerReflexive)
        }
    }

    @Test("goes through an address translation and reports what the other side sees")
    func translated() {
        let outside = SocketAddress(ipv4: 0xC000_0201, port: 40_000)
        var link = VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: .seconds(1)), b: IceAgent(role: .controlled, seed: 2, at: .seconds(1)))
        link.translate = { $0 == .a ? outside : $0 }
        link.untranslate = { $0 == outside ? .a : $0 }
        link.isReachable = { _, to in to != .a }
        link.introduce(aBases: [.a], bBases: [.b])
        link.run(until: 10) { $0.state != .connected || $1.state != .connected }
        #expect(link.bothConnected == true)
        #expect(link.b.selectedPath == Path(local: .b, remote: outside))
        let pair = link.a.candidatePairs.first
        #expect(pair?.local.kind == .peerReflexive)
        #expect(pair?.local.address == outside)
        #expect(pair?.local.relatedAddress == .a)
    }

    @Test("controls a lite agent, which only answers")
    func lite() {
        var agent = IceAgent(role: .controlled, remoteIsLite: true, seed: 1, at: .seconds(1))
        #expect(agent.role == .controlling)
        agent.setRemoteIsLite(true)
        #expect(agent.role == .controlling)
        agent.restart(role: .controlled, now: .seconds(2))
        #expect(agent.role == .controlling)
    }

    @Test("learns late that the other side is lite")
    func lateLite() {
        var agent = IceAgent(role: .controlled, seed: 1, at: .seconds(1))
        agent.setRemoteIsLite(true)
        #expect(agent.nextEvent() == .roleSwitched(.controlling))
    }

    @Test("is the same in every detail for the same seed")
    func deterministic() {
        var runs: [[[UInt8]]] = []
        for _ in 0..<2 {
            var link = VirtualLink.connected(seed: 9, loss: 0.2)
            link.isRecording = true
            link.run(until: 40)
            runs.append(link.recorded)
        }
        #expect(runs[0].count > 10)
        #expect(runs[0] == runs[1])
    }

    @Test("takes a hundred remote candidates and a hundred pairs, and counts the rest")
    func limits() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .seconds(1))
        _ = agent.addHostCandidate(base: .a, now: .seconds(1))
        _ = agent.addHostCandidate(base: .a2, now: .seconds(1))
        agent.setRemoteCredentials(IceCredentials(ufrag: "abcd", password: "0123456789012345678901"), now: .seconds(1))
        for port in 0..<UInt16(150) {
            agent.addRemoteCandidate(
                IceCandidate(
                    foundation: "1", priority: 1000 + UInt32(port), address: SocketAddress(ipv4: 0x0A00_0009, port: 1000 + port),
                    kind: .host), now: .seconds(1))
        }
        let pairs = agent.candidatePairs
        #expect(pairs.count == 100)
        #expect(agent.counters.candidatesIgnored == 50)
    }
}
