import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCICE
import ServerFronts
import Testing

/// An agent with one socket on a simulated host, and the other side's to signal to.
private final class IceHost: HostedMachine {
    var agent: IceAgent
    weak var other: IceHost?
    let stun: [SocketAddress]
    private(set) var candidates: [IceCandidate] = []
    private var hasAsked = false
    private var now = Instant.origin

    init(role: IceRole, seed: UInt64, stun: [SocketAddress]) {
        agent = IceAgent(role: role, seed: seed, at: .origin)
        self.stun = stun
    }

    var state: IceConnectionState { agent.state }
    var selectedPath: Path? { agent.selectedPath }
    var deadline: Instant? { agent.deadline }

    func advance(to now: Instant) {
        self.now = now
        agent.advance(to: now)
        signal()
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        self.now = now
        agent.receive(datagram.bytes, on: path, now: now)
        signal()
    }

    func receive(_ input: HostInput, now: Instant) {
        guard case .socketOpened(_, let local) = input else { return }
        candidates.append(agent.addHostCandidate(base: local, now: now))
        agent.gather(from: stun, now: now)
        if let other { agent.setRemoteCredentials(other.agent.localCredentials, now: now) }
        signal()
    }

    private func signal() {
        while let event = agent.nextEvent() {
            if case .candidateGathered(let candidate) = event { candidates.append(candidate) }
        }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain { agent.nextDatagrams(into: &batch) }

    func nextRequest() -> HostRequest? {
        guard !hasAsked else { return nil }
        hasAsked = true
        return .openSocket(token: 1)
    }
}

@Suite("Agents behind NATs in the simulation")
struct NATTests {
    /// Lets both gather for a while, then hands the candidates over.
    private func meet(behindNAT: (Bool, Bool), stun: Bool) -> (IceHost, IceHost, STUNHost) {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10))
        let server = STUNHost(at: .origin)
        let address = simulation.addServer(server, seed: 9)
        #expect(address == Simulation.firstSocket(of: 0))
        let a = IceHost(role: .controlling, seed: 1, stun: stun ? [address] : [])
        let b = IceHost(role: .controlled, seed: 2, stun: stun ? [address] : [])
        a.other = b
        b.other = a
        simulation.add(a, seed: 1, startAt: .origin, isBehindNAT: behindNAT.0)
        simulation.add(b, seed: 2, startAt: .origin, isBehindNAT: behindNAT.1)
        simulation.run(until: .milliseconds(200))
        for candidate in a.candidates { b.agent.addRemoteCandidate(candidate, now: simulation.now) }
        for candidate in b.candidates { a.agent.addRemoteCandidate(candidate, now: simulation.now) }
        // The hosts are served again when their next datagram comes or timer rings.
        simulation.run(until: .seconds(30))
        return (a, b, server)
    }

    @Test("without a NAT the reflexive candidate is redundant and none is signalled")
    func plain() {
        let (a, b, server) = meet(behindNAT: (false, false), stun: true)
        #expect(a.candidates.map(\.kind) == [.host] && b.candidates.map(\.kind) == [.host])
        #expect(server.statistics.answered == 2)
        #expect(a.state == .connected && b.state == .connected)
    }

    @Test("two behind NATs do not meet by their host candidates alone")
    func hostOnly() {
        let (a, b, _) = meet(behindNAT: (true, true), stun: false)
        #expect(a.selectedPath == nil && b.selectedPath == nil)
    }

    @Test("they meet by their server-reflexive candidates")
    func reflexive() throws {
        let (a, b, _) = meet(behindNAT: (true, true), stun: true)
        let reflexive = try #require(a.candidates.last)
        #expect(reflexive.kind == .serverReflexive && reflexive.relatedAddress == a.candidates[0].address)
        #expect(reflexive.address.host == "198.18.0.2")
        #expect(a.state == .connected && b.state == .connected)
        #expect(b.selectedPath?.remote == reflexive.address)
    }
}
