import NetworkImpairment
import RTCCore
import RTCICE

/// An agent with one socket on a simulated host, and the other side's to signal to.
final class IceHost: HostedMachine {
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

    /// The kinds of the selected pair's candidates, ours first.
    var selectedKinds: [IceCandidate.Kind]? {
        agent.candidatePairs.first { $0.nominated }.map { [$0.local.kind, $0.remote.kind] }
    }
}
