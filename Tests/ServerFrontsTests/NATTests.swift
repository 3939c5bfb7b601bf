import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCICE
import ServerFronts
import Testing

@Suite("Agents behind NATs in the simulation")
struct NATTests {
    /// Lets both gather for a while, then hands the candidates over.
    private func meet(_ behaviors: [NATBehavior?], stun: Bool) -> (IceHost, IceHost, STUNHost) {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10))
        let server = STUNHost(at: .origin)
        let address = simulation.addServer(server, seed: 9)
        #expect(address == Simulation.firstSocket(of: 0))
        let a = IceHost(role: .controlling, seed: 1, stun: stun ? [address] : [])
        let b = IceHost(role: .controlled, seed: 2, stun: stun ? [address] : [])
        a.other = b
        b.other = a
        for (host, behavior) in zip([a, b], behaviors) {
            let nat = behavior.map { simulation.addNAT($0, seed: 7) }
            simulation.add(host, seed: 1, startAt: .origin, behind: nat)
        }
        simulation.run(until: .milliseconds(200))
        for candidate in a.candidates { b.agent.addRemoteCandidate(candidate, now: simulation.now) }
        for candidate in b.candidates { a.agent.addRemoteCandidate(candidate, now: simulation.now) }
        // The hosts are served again when their next datagram comes or timer rings. Who still hears checks fails later than who
        // hears none.
        simulation.run(until: .seconds(100))
        return (a, b, server)
    }

    @Test("without a NAT the reflexive candidate is redundant and none is signalled")
    func plain() {
        let (a, b, server) = meet([nil, nil], stun: true)
        #expect(a.candidates.map(\.kind) == [.host] && b.candidates.map(\.kind) == [.host])
        #expect(server.statistics.answered == 2)
        #expect(a.state == .connected && b.state == .connected)
    }

    @Test("two behind NATs do not meet by their host candidates alone")
    func hostOnly() {
        let (a, b, _) = meet([.fullCone, .fullCone], stun: false)
        #expect(a.selectedPath == nil && b.selectedPath == nil)
    }

    @Test("they meet by their server-reflexive candidates")
    func reflexive() throws {
        let (a, b, _) = meet([.fullCone, .fullCone], stun: true)
        let reflexive = try #require(a.candidates.last)
        #expect(reflexive.kind == .serverReflexive && reflexive.relatedAddress == a.candidates[0].address)
        #expect(reflexive.address.host == "198.19.0.1")
        #expect(a.state == .connected && b.state == .connected)
        #expect(b.selectedPath?.remote == reflexive.address)
    }

    /// Every kind of NAT that RFC 4787 tells apart.
    private static let behaviors: [NATBehavior] = NATBehavior.Dependence.allCases.flatMap { mapping in
        NATBehavior.Dependence.allCases.map { NATBehavior(mapping: mapping, filtering: $0, ports: .random) }
    }

    /// Whether two behind NATs can meet without a relay, from what each lets in and which port it shows (RFC 5128 §3.3–3.4).
    ///
    /// Each knows the other's port towards the STUN server. One whose mapping depends on the destination comes from another port: the
    /// other side lets that in unless its filter asks for the port. What it let in it can answer; whether that ends somewhere depends
    /// on one of the two keeping its port from then on.
    private func mayMeet(_ a: NATBehavior, _ b: NATBehavior) -> Bool {
        let minds = { (nat: NATBehavior) in nat.filtering == .addressAndPortDependent }
        switch (a.mapping, b.mapping) {
        case (.endpointIndependent, .endpointIndependent): return true
        case (.endpointIndependent, _): return !minds(a)
        case (_, .endpointIndependent): return !minds(b)
        case (.addressAndPortDependent, .addressAndPortDependent): return false
        // Neither has sent anything to the other through the mapping that STUN told of: one of them must let in everybody.
        default:
            return a.filtering == .endpointIndependent && !minds(b) || b.filtering == .endpointIndependent && !minds(a)
        }
    }

    @Test("without a relay, each pair of NATs ends as theory says: reflexive, or an honest failure", arguments: behaviors)
    func grid(_ ours: NATBehavior) {
        for theirs in Self.behaviors {
            let (a, b, _) = meet([ours, theirs], stun: true)
            let pair = "\(ours.mapping)/\(ours.filtering) with \(theirs.mapping)/\(theirs.filtering)"
            guard mayMeet(ours, theirs) else {
                #expect(a.state == .failed && b.state == .failed, "\(pair)")
                #expect(a.selectedPath == nil && b.selectedPath == nil, "\(pair)")
                continue
            }
            // A mapping that depends on the destination is seen for the first time in a check (RFC 8445 §7.2.5.3.1).
            let kinds = [ours, theirs].map { nat -> IceCandidate.Kind in
                nat.mapping == .endpointIndependent ? .serverReflexive : .peerReflexive
            }
            #expect(a.state == .connected && b.state == .connected, "\(pair)")
            #expect(a.selectedKinds == kinds, "\(pair)")
            #expect(b.selectedKinds == kinds.reversed(), "\(pair)")
        }
    }
}
