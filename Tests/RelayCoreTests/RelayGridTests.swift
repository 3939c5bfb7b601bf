import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCICE
import RelayCore
import Testing

@Suite("Agents behind NATs, with a relay at hand")
struct RelayGridTests {
    /// Every kind of NAT that RFC 4787 tells apart.
    static let behaviors: [NATBehavior] = NATBehavior.Dependence.allCases.flatMap { mapping in
        NATBehavior.Dependence.allCases.map { NATBehavior(mapping: mapping, filtering: $0, ports: .random) }
    }

    /// Whether two behind NATs can meet without a relay; `NATTests` says why, and that they do.
    private func mayMeet(_ a: NATBehavior, _ b: NATBehavior) -> Bool {
        let minds = { (nat: NATBehavior) in nat.filtering == .addressAndPortDependent }
        switch (a.mapping, b.mapping) {
        case (.endpointIndependent, .endpointIndependent): return true
        case (.endpointIndependent, _): return !minds(a)
        case (_, .endpointIndependent): return !minds(b)
        case (.addressAndPortDependent, .addressAndPortDependent): return false
        default:
            return a.filtering == .endpointIndependent && !minds(b) || b.filtering == .endpointIndependent && !minds(a)
        }
    }

    /// Two callers at hosts 0 and 1, each behind its NAT, and a server of STUN and TURN at host 2.
    private func meet(_ behaviors: [NATBehavior], password: String = "secret one", for seconds: Double) -> ([Caller], RelayHost) {
        let simulation = Simulation(seed: 5, wireDelay: .milliseconds(10), service: Switchboard())
        let address = Simulation.firstSocket(of: 2)
        let server = TURNServer(address: address, username: "alice", credential: password)
        let callers = [
            Caller(.controlling, seed: 1, servers: [server], policy: .all),
            Caller(.controlled, seed: 2, servers: [server], policy: .all),
        ]
        for (index, caller) in callers.enumerated() {
            caller.agent.gather(from: [address], now: .origin)
            let nat = simulation.addNAT(behaviors[index], seed: UInt64(index))
            simulation.add(caller, seed: UInt64(index), startAt: .origin, behind: nat)
        }
        var configuration = RelayConfiguration()
        configuration.users = ["alice": "secret one"]
        let host = RelayHost(configuration)
        simulation.addServer(host, seed: 9)
        simulation.run(until: .seconds(seconds))
        return (callers, host)
    }

    private func routes(_ callers: [Caller]) -> [IceCandidatePairReport.Route?] {
        callers.map { caller in caller.agent.candidatePairs.first { $0.nominated }?.route }
    }

    @Test("each pair of NATs ends as theory says: reflexive where two may meet, relayed exactly where not", arguments: behaviors)
    func grid(_ ours: NATBehavior) {
        for theirs in Self.behaviors {
            let (callers, _) = meet([ours, theirs], for: 8)
            let pair = "\(ours.mapping)/\(ours.filtering) with \(theirs.mapping)/\(theirs.filtering)"
            #expect(callers.allSatisfy { $0.agent.state == .connected }, "\(pair)")
            let expected = mayMeet(ours, theirs) ? IceCandidatePairReport.Route.reflexive : .relayed
            #expect(routes(callers) == [expected, expected], "\(pair)")
            #expect(callers.allSatisfy { $0.arrivals.count > 200 }, "\(pair)")
        }
    }

    @Test("with a wrong credential those who may meet do, and the others fail honestly")
    func wrongCredential() {
        for (theirs, meets) in [(NATBehavior.portRestricted, false), (.restricted, true)] {
            let (callers, host) = meet([.symmetric, theirs], password: "wrong", for: 100)
            #expect(host.allocationCount == 0 && host.statistics.allocations == 0)
            for caller in callers {
                #expect(caller.agent.counters.relaysFailed == 1)
                #expect(caller.agent.state == (meets ? .connected : .failed))
                let failures = caller.events.compactMap { if case .relayFailed(let failure) = $0 { failure.code } else { nil } }
                #expect(failures == [401])
            }
        }
    }
}
