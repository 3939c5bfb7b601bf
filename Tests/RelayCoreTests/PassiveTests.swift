import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCICE
import RelayCore
import Testing

@Suite("Calls over TCP in the simulation, RFC 6544")
struct PassiveTests {
    /// A caller, and a far side that it can only connect to.
    private func world(behind behavior: NATBehavior? = nil, passesUDP: Bool = true) -> (Simulation, Caller, PassiveHost) {
        let simulation = Simulation(seed: 5, wireDelay: .milliseconds(10), service: Switchboard())
        let caller = Caller(.controlling, seed: 1, servers: [], policy: .all)
        caller.agent.allowTCP(streams: 100)
        let far = PassiveHost()
        let nat = behavior.map { simulation.addNAT($0, seed: 1) }
        simulation.add(caller, seed: 1, startAt: .origin, behind: nat, passesUDP: passesUDP)
        simulation.add(far, seed: 2, startAt: .origin)
        return (simulation, caller, far)
    }

    @Test("where no UDP gets through a call goes over TCP, and nothing of it is lost")
    func withoutUDP() {
        let (simulation, caller, far) = world(passesUDP: false)
        simulation.run(until: .seconds(40))
        #expect(caller.agent.state == .connected)
        #expect(far.accepted == 1 && far.datagrams == 0)
        #expect(caller.arrivals.count > 1900 && caller.longestGap(until: 40) < 0.1)
        #expect(zip(caller.arrivals, caller.arrivals.dropFirst()).allSatisfy { $1.number == $0.number + 1 })
        #expect(caller.agent.counters.consentRequestsSent > 5 && caller.agent.counters.droppedWithoutStream == 0)
        #expect(simulation.unroutable == 0)
    }

    @Test(
        "behind any NAT the far side sees another address, and the pair says so", arguments: [NATBehavior.fullCone, .symmetric])
    func behindNAT(behavior: NATBehavior) {
        let (simulation, caller, _) = world(behind: behavior)
        simulation.run(until: .seconds(5))
        let pair = caller.agent.candidatePairs.first { $0.nominated }
        #expect(pair?.local.kind == .peerReflexive && pair?.local.tcpType == .active && pair?.route == .reflexive)
        #expect(caller.arrivals.count > 200)
    }

    @Test("an outage of eight seconds holds the connection up, and the call goes on over it")
    func outage() {
        let (simulation, caller, far) = world()
        caller.darkAt = .seconds(4)
        simulation.run(until: .seconds(20))
        #expect(far.accepted == 1 && caller.agent.state == .connected)
        #expect(caller.events.contains(.stateChanged(.disconnected)))
        #expect(caller.arrivals.last?.at ?? .origin > .seconds(19.9))
    }

    @Test("a connection that the far side closes is made again within two seconds")
    func closed() {
        let (simulation, caller, far) = world()
        simulation.run(until: .seconds(4))
        far.closeAll()
        simulation.run(until: .seconds(10))
        #expect(far.accepted == 2 && caller.agent.state == .connected)
        #expect(caller.longestGap(until: 10) < 2)
    }
}
