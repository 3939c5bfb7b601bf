import RTCCore
import RTCICE
import Testing

@Suite("Remotes that are ICE-lite, RFC 8445 §2.5")
struct LiteTests {
    /// An agent and a lite endpoint, 20 ms apart, until the end.
    private func call(
        _ agent: inout IceAgent, _ lite: LiteResponder, until end: Double, from start: Double = 1
    ) {
        var now = Instant.seconds(start)
        var flying: [(at: Instant, toLite: Bool, path: Path, bytes: [UInt8])] = []
        var batch = DatagramBatch(capacity: 16)
        while true {
            var isFull = true
            while isFull {
                if case .drained = agent.nextDatagrams(into: &batch) { isFull = false }
                for index in 0..<batch.count {
                    let path = Path(local: batch[index].path.remote, remote: batch[index].path.local)
                    flying.append((now + .milliseconds(20), true, path, Array(batch.bytes(at: index))))
                }
                batch.removeAll()
            }
            let next = flying.map(\.at).min()
            guard let wish = earliest(next, agent.deadline), wish <= .seconds(end) else { return }
            now = max(now, wish)
            let due = flying.filter { $0.at <= now }
            flying.removeAll { $0.at <= now }
            for datagram in due {
                if datagram.toLite {
                    guard lite.addresses.contains(datagram.path.local),
                        let answer = lite.answer(datagram.bytes, on: datagram.path)
                    else { continue }
                    let back = Path(local: datagram.path.remote, remote: datagram.path.local)
                    flying.append((now + .milliseconds(20), false, back, answer))
                } else {
                    datagram.bytes.withUnsafeBytes { agent.receive($0.bytes, on: datagram.path, now: now) }
                }
            }
            agent.advance(to: now)
        }
    }

    private func agent(role: IceRole = .controlled) -> IceAgent {
        var agent = IceAgent(role: role, remoteIsLite: true, seed: 7, at: .seconds(1))
        _ = agent.addHostCandidate(base: .a, now: .seconds(1))
        return agent
    }

    private func lite(_ addresses: SocketAddress...) -> LiteResponder {
        var random = SplitMix64(seed: 99)
        return LiteResponder(addresses, credentials: IceCredentials(using: &random))
    }

    private func introduce(_ lite: LiteResponder, to agent: inout IceAgent, at now: Instant = .seconds(1)) {
        for candidate in lite.candidates { agent.addRemoteCandidate(candidate, now: now) }
        agent.setRemoteCredentials(lite.credentials, now: now)
    }

    @Test("we control, whoever offered, and every check says so", arguments: [IceRole.controlling, .controlled])
    func controls(role: IceRole) {
        var agent = agent(role: role)
        let lite = lite(.b)
        introduce(lite, to: &agent)
        call(&agent, lite, until: 3)
        #expect(agent.role == .controlling && agent.state == .connected)
        #expect(lite.requests.allSatisfy(\.isControlling) && lite.refused == 0)
        #expect(lite.nominated == [Path(local: .b, remote: .a)])
    }

    @Test("a role that signaling gives later does not take control away")
    func roleAfterwards() {
        var agent = agent()
        agent.setRole(.controlled)
        #expect(agent.role == .controlling)
        var ours = IceAgent(role: .controlled, seed: 1, at: .seconds(1))
        ours.setRemoteIsLite(true)
        ours.restart(role: .controlled, now: .seconds(2))
        #expect(ours.role == .controlling)
    }

    @Test("nothing is nominated before it was checked: the first check of a pair never asks for it")
    func regular() throws {
        var agent = agent()
        let lite = lite(.b, .b2)
        introduce(lite, to: &agent)
        call(&agent, lite, until: 3)
        for address in lite.addresses {
            let first = try #require(lite.requests.first { $0.path.local == address })
            #expect(!first.usesCandidate)
        }
        #expect(lite.nominated.count == 1)
    }

    @Test("the best address that answers is nominated, and no other")
    func best() {
        var agent = agent()
        let lite = lite(.b, .b2)
        lite.silent = [.b]
        introduce(lite, to: &agent)
        call(&agent, lite, until: 6)
        #expect(agent.selectedPath?.remote == .b2)
        #expect(lite.nominated == [Path(local: .b2, remote: .a)])
    }

    @Test("consent is kept by our requests alone, and its end is noticed")
    func consent() {
        var agent = agent()
        let lite = lite(.b)
        introduce(lite, to: &agent)
        call(&agent, lite, until: 60)
        #expect(agent.state == .connected)
        let before = lite.requests.count
        lite.silent = [.b]
        call(&agent, lite, until: 100, from: 60)
        #expect(lite.requests.count > before)
        #expect(agent.selectedPath == nil)
    }

    @Test("a lite endpoint that never answers ends in failure")
    func silence() {
        var agent = agent()
        let lite = lite(.b)
        lite.silent = [.b]
        introduce(lite, to: &agent)
        call(&agent, lite, until: 90)
        #expect(agent.state == .failed)
        #expect(lite.nominated.isEmpty)
    }

    @Test("a restart towards a lite endpoint keeps control and moves to its new credentials")
    func restart() {
        var agent = agent()
        let old = lite(.b)
        introduce(old, to: &agent)
        call(&agent, old, until: 3)
        agent.restart(now: .seconds(3))
        var random = SplitMix64(seed: 100)
        let new = LiteResponder([.b2], credentials: IceCredentials(using: &random))
        introduce(new, to: &agent, at: .seconds(3))
        call(&agent, new, until: 6, from: 3)
        #expect(agent.role == .controlling && agent.state == .connected)
        #expect(agent.selectedPath?.remote == .b2)
        #expect(new.nominated.count == 1)
    }
}
