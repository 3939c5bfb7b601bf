import RTCCore
import RTCICE
import RTCPeer
import Testing

@Suite("Candidates with a name of multicast DNS in the place of an address")
struct NamedCandidateTests {
    private let name = "0c5e9b2f-6f6e-4a3c-8d8f-1d4f1b2c3d4e.local"

    /// Hides the right side's address, as browsers do, from whoever reads its answer.
    private func obfuscated(_ text: String) -> String {
        text.replacing("\(Call.address(1, 0).host) 5000 typ host", with: "\(name) 5000 typ host")
    }

    private func wanted(_ side: Side) -> [String] {
        side.events.compactMap { if case .nameWanted(let name) = $0 { name } else { nil } }
    }

    @Test("their name is asked for once, and its address makes a pair")
    func resolved() throws {
        let call = try Call()
        try call.negotiate(answer: obfuscated)
        #expect(wanted(call.left) == [name])
        #expect(call.left.peer.statisticsSnapshot().candidatePairs.isEmpty)
        call.left.peer.nameResolved(name, to: Call.address(1, 0), now: call.now)
        #expect(call.left.peer.statisticsSnapshot().candidatePairs.map(\.remote.address) == [Call.address(1, 0)])
        #expect(call.left.peer.statisticsSnapshot().candidatePairs.map(\.remote.kind) == [.host])
        try call.runUntilConnected()
    }

    @Test("candidates whose name nobody knows are dropped and counted")
    func unknown() throws {
        let call = try Call()
        try call.negotiate()
        let line = { (port: Int) in "candidate:9 1 udp 2122260223 \(self.name) \(port) typ host" }
        call.left.peer.addRemoteCandidate(line(6000), now: call.now)
        call.left.peer.addRemoteCandidate(line(6001), now: call.now)
        call.left.peer.nameResolved(name, to: nil, now: call.now)
        #expect(call.left.transport.starlingNamesUnresolved == 2)
        #expect(call.left.peer.statisticsSnapshot().candidatePairs.allSatisfy { $0.remote.address.port == 5000 })
    }

    @Test("a side that stays without address is found by its own checks")
    func peerReflexive() throws {
        let call = try Call()
        try call.negotiate(answer: obfuscated)
        call.left.peer.nameResolved(name, to: nil, now: call.now)
        try call.runUntilConnected()
        #expect(call.left.peer.statisticsSnapshot().nominatedPair?.remote.kind == .peerReflexive)
    }

    @Test("a far side that names candidates without end is not waited for without end")
    func limit() throws {
        let call = try Call()
        try call.negotiate()
        for number in 0..<1000 {
            call.left.peer.addRemoteCandidate("candidate:9 1 udp 1 n\(number).local 6000 typ host", now: call.now)
        }
        try call.run(for: .milliseconds(1))
        #expect(wanted(call.left).count == 32)
    }
}
