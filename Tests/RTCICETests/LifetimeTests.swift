import RTCCore
import RTCICE
import Testing

@Suite("ICE states, consent and restart")
struct LifetimeTests {
    @Test("an idle connected agent wakes for consent alone")
    func idle() {
        for seed in 0..<UInt64(50) {
            var link = VirtualLink.connected(seed: seed)
            link.run(until: 10)
            let wakes = link.wakesOfA
            let asked = link.a.counters.consentRequestsSent
            link.run(until: 610)
            #expect(UInt64(link.wakesOfA - wakes) == link.a.counters.consentRequestsSent - asked)
            #expect((100...160).contains(link.wakesOfA - wakes))
            let changes = link.eventsOfA.filter { if case .stateChanged = $0 { true } else { false } }
            #expect(changes == [.stateChanged(.checking), .stateChanged(.connected)])
            let stuck = link.stuck
            #expect(stuck == 0)
        }
    }

    @Test("an outage of six seconds heals on the same pair")
    func heals() {
        for seed in 0..<UInt64(200) {
            var link = VirtualLink.connected(seed: seed)
            link.run(until: 20)
            let path = link.a.selectedPath
            for tick in 0..<500 {
                let second = 20 + Double(tick) / 50
                if !(22.0...28.0).contains(second) {
                    link.a.noteInboundTraffic(on: Path(local: .a, remote: .b), at: link.now)
                    link.b.noteInboundTraffic(on: Path(local: .b, remote: .a), at: link.now)
                }
                link.blackout = 22.0...28.0
                link.run(until: second)
                link.drain()
            }
            let changes = link.eventsOfA.filter { if case .stateChanged = $0 { true } else { false } }
            #expect(
                changes == [
                    .stateChanged(.checking), .stateChanged(.connected), .stateChanged(.disconnected), .stateChanged(.connected),
                ])
            #expect(link.a.selectedPath == path)
            let good = link.bothConnected && link.stuck == 0
            #expect(good)
        }
    }

    @Test("an idle pair is seen to die within six seconds and a half, and heals within two")
    func idleOutage() {
        for seed in 0..<UInt64(200) {
            var link = VirtualLink.connected(seed: seed)
            link.run(until: 20)
            link.blackout = 20.0...32.0
            link.run(until: 26.5)
            #expect(link.a.state == .disconnected)
            #expect(link.b.state == .disconnected)
            link.run(until: 34)
            #expect(link.a.state == .connected)
            #expect(link.b.state == .connected)
        }
    }

    @Test("consent expires after thirty seconds without an answer; then nothing is sent, and a restart recovers")
    func expiry() {
        var link = VirtualLink.connected(seed: 3)
        link.run(until: 20)
        link.blackout = 20.0...60.0
        link.run(until: 43)
        #expect(link.a.state == .disconnected)
        #expect(link.a.selectedPath != nil)
        link.run(until: 51)
        #expect(link.a.state == .failed)
        #expect(link.b.state == .failed)
        #expect(link.a.selectedPath == nil)
        #expect(link.a.deadline == nil)
        let expired = link.eventsOfA.contains(.consentExpired)
        #expect(expired)
        let sent = link.sent
        link.run(until: 61)
        #expect(link.sent == sent)
        link.a.restart(now: link.now)
        link.b.restart(now: link.now)
        #expect(link.a.state == .new)
        let fromA = link.a.localCandidates
        let fromB = link.b.localCandidates
        for candidate in fromA { link.b.addRemoteCandidate(candidate, now: link.now) }
        for candidate in fromB { link.a.addRemoteCandidate(candidate, now: link.now) }
        link.exchangeCredentials()
        link.run(until: 63)
        #expect(link.bothConnected == true)
    }

    @Test("traffic is life but no consent")
    func trafficIsNoConsent() {
        var link = VirtualLink.connected(seed: 3)
        link.run(until: 20)
        link.blackout = 20.0...70.0
        var second = 20.0
        while link.a.state == .connected {
            second += 0.02
            link.a.noteInboundTraffic(on: Path(local: .a, remote: .b), at: link.now)
            link.run(until: second)
        }
        #expect(link.a.state == .failed)
        let took = second - 20
        #expect((23.0...31).contains(took))
    }

    @Test("a restart keeps the old pair in use until the new one is nominated", arguments: [0, 0.2])
    func restart(loss: Double) {
        for seed in 0..<UInt64(200) {
            var link = VirtualLink.connected(seed: seed)
            link.run(until: 10)
            link.loss = loss
            let old = link.a.localCredentials
            let path = link.a.selectedPath
            link.a.restart(now: link.now)
            #expect(link.a.localCredentials != old)
            #expect(link.a.selectedPath == path)
            // The offer takes forty seconds to come back as an answer; consent on the old pair goes on meanwhile.
            let asked = link.a.counters.consentRequestsSent
            link.run(until: 50)
            if loss == 0 { #expect(link.a.state == .connected) }
            #expect(link.a.counters.consentRequestsSent > asked + 5)
            #expect(link.a.selectedPath == path)
            link.b.restart(now: link.now)
            let fromA = link.a.localCandidates
            let fromB = link.b.localCandidates
            link.b.setRemoteCredentials(link.a.localCredentials, now: link.now)
            for candidate in fromA { link.b.addRemoteCandidate(candidate, now: link.now) }
            link.drain()
            link.run(until: 51)
            for candidate in fromB { link.a.addRemoteCandidate(candidate, now: link.now) }
            link.a.setRemoteCredentials(link.b.localCredentials, now: link.now)
            link.drain()
            let before = link.eventsOfB.count { $0 == .selectedPathChanged(Path(local: .b, remote: .a)) }
            #expect(before == 1)
            link.run(until: 90)
            let after = link.eventsOfB.count { $0 == .selectedPathChanged(Path(local: .b, remote: .a)) }
            #expect(after == 2)
            let good = link.bothConnected && link.samePath && link.stuck == 0
            if loss == 0 { #expect(good) }
            #expect(link.a.candidatePairs.count == 1)
            let failed = link.eventsOfA.contains(.stateChanged(.failed)) || link.eventsOfB.contains(.stateChanged(.failed))
            #expect(!failed)
        }
    }

    /// Chromium gathers before the answer to its restart is there, and pairs what it finds with the candidates of the last generation. Were those checks
    /// answered, it would keep the pair that they proved, and refuse every check of the new generation on it.
    @Test("a restarted agent gets no answers for the fragment from before the restart")
    func mixedGenerations() {
        var link = VirtualLink.connected(seed: 7)
        link.run(until: 10)
        let before = link.a.localCredentials
        let old = link.b.candidatePairs.map(\.id)
        var candidate = link.a.localCandidates[0]
        candidate.ufrag = nil
        link.b.restart(now: link.now)
        link.b.setRemoteCredentials(before, now: link.now)
        link.b.addRemoteCandidate(candidate, now: link.now)
        link.a.restart(now: link.now)
        link.a.setRemoteCredentials(link.b.localCredentials, now: link.now)
        link.drain()
        link.run(until: 11)
        #expect(link.a.counters.mixedGenerations > 0)
        let proven = link.b.candidatePairs.contains { !old.contains($0.id) && $0.state == .succeeded }
        #expect(!proven)
        link.b.setRemoteCredentials(link.a.localCredentials, now: link.now)
        link.b.addRemoteCandidate(link.a.localCandidates[0], now: link.now)
        link.drain()
        link.run(until: 20)
        #expect(link.bothConnected && link.samePath)
    }

    @Test("a restart moves to other sockets without leaving the old path early")
    func restartElsewhere() {
        var link = VirtualLink.connected(seed: 5)
        link.run(until: 10)
        link.a.restart(role: .controlled, now: link.now)
        link.b.restart(role: .controlling, now: link.now)
        let far = link.a.addHostCandidate(base: .a2, now: link.now)
        let near = link.b.addHostCandidate(base: .b2, now: link.now)
        link.isReachable = { from, to in from == .a2 && to == .b2 || from == .b2 && to == .a2 }
        link.b.addRemoteCandidate(far, now: link.now)
        link.a.addRemoteCandidate(near, now: link.now)
        link.exchangeCredentials()
        link.run(until: 30)
        #expect(link.a.selectedPath == Path(local: .a2, remote: .b2))
        #expect(link.b.selectedPath == Path(local: .b2, remote: .a2))
        #expect(link.a.role == .controlled)
        let failed = link.eventsOfA.contains(.stateChanged(.failed))
        #expect(!failed)
    }

    @Test("an agent that loses its only socket fails at once, and a restart from another one recovers")
    func socketGone() {
        var link = VirtualLink.connected(seed: 5)
        link.run(until: 10)
        link.a.removeHostCandidate(base: .a, now: link.now)
        #expect(link.a.state == .failed)
        #expect(link.a.selectedPath == nil)
        #expect(link.a.localCandidates.isEmpty)
        #expect(link.a.deadline == nil)
        let candidate = link.a.addHostCandidate(base: .a2, now: link.now)
        link.a.restart(now: link.now)
        link.b.restart(now: link.now)
        link.b.addRemoteCandidate(candidate, now: link.now)
        for candidate in link.b.localCandidates { link.a.addRemoteCandidate(candidate, now: link.now) }
        link.exchangeCredentials()
        link.run(until: 12)
        #expect(link.a.localCandidates.map(\.address) == [.a2])
        #expect(link.a.selectedPath == Path(local: .a2, remote: .b))
        #expect(link.b.selectedPath == Path(local: .b, remote: .a2))
    }

    @Test("an agent that loses one of two sockets goes on with the other")
    func oneSocketGone() {
        var link = VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: .seconds(1)), b: IceAgent(role: .controlled, seed: 2, at: .seconds(1)))
        link.introduce(aBases: [.a, .a2], bBases: [.b])
        link.a.removeHostCandidate(base: .a, now: link.now)
        link.run(until: 5)
        #expect(link.a.selectedPath == Path(local: .a2, remote: .b))
        #expect(link.a.state == .connected)
    }

    @Test("a nomination whose answers are lost for four seconds is through within a second of their end")
    func nominationRepeated() {
        for seed in 0..<UInt64(40) {
            var link = VirtualLink.connected(seed: seed)
            // The ordinary checks are through, and the way back to the controlling side is dark until five seconds.
            link.run(until: 1.07)
            link.isReachable = { from, _ in from != .b }
            link.run(until: 5)
            link.isReachable = { _, _ in true }
            link.run(until: 6.1)
            #expect(link.a.state == .connected)
            #expect(link.b.state == .connected)
        }
    }

    @Test("fails only when patience is over, 39.5 s after checks began")
    func failure() {
        var link = VirtualLink.connected(seed: 3, loss: 1)
        link.run(until: 40.4)
        #expect(link.a.state == .checking)
        link.run(until: 40.6)
        #expect(link.a.state == .failed)
        #expect(link.a.deadline == nil)
        let selected = link.a.selectedPath
        #expect(selected == nil)
    }

    @Test("fails in the end without a single candidate from the other side")
    func failureWithoutCandidates() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .seconds(0))
        _ = agent.addHostCandidate(base: .a, now: .seconds(0))
        #expect(agent.deadline == nil)
        agent.setRemoteCredentials(IceCredentials(ufrag: "abcd", password: "0123456789012345678901"), now: .seconds(1))
        agent.endOfRemoteCandidates(now: .seconds(1))
        #expect(agent.deadline == .seconds(40.5))
        agent.advance(to: .seconds(40.4))
        #expect(agent.state == .new)
        agent.advance(to: .seconds(40.5))
        #expect(agent.state == .failed)
    }

    @Test("a candidate that comes late is still tried")
    func trickledLate() {
        var link = VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: .seconds(1)), b: IceAgent(role: .controlled, seed: 2, at: .seconds(1)))
        let candidate = link.b.addHostCandidate(base: .b, now: link.now)
        _ = link.a.addHostCandidate(base: .a, now: link.now)
        link.exchangeCredentials()
        link.run(until: 35)
        link.a.addRemoteCandidate(candidate, now: link.now)
        link.drain()
        link.run(until: 36)
        #expect(link.bothConnected == true)
    }

    @Test("closes silently and for good")
    func close() {
        var link = VirtualLink.connected(seed: 3)
        link.run(until: 10)
        link.a.close()
        link.drain()
        let sent = link.sentByA
        link.run(until: 60)
        #expect(link.sentByA == sent)
        #expect(link.a.state == .closed)
        #expect(link.a.deadline == nil)
        #expect(link.b.state == .failed)
        let last = link.eventsOfA.last
        #expect(last == .stateChanged(.closed))
    }
}
