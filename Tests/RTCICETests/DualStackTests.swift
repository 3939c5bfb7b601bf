import RTCCore
import RTCICE
import Testing

@Suite("IPv6 beside IPv4, RFC 8421")
struct DualStackTests {
    private func agents() -> VirtualLink {
        VirtualLink(
            a: IceAgent(role: .controlling, seed: 1, at: .seconds(1)), b: IceAgent(role: .controlled, seed: 2, at: .seconds(1)))
    }

    @Test("the families take turns, IPv6 first, in whatever order their sockets open")
    func interleaved() {
        let second6 = SocketAddress(ipv6High: 0x2001_0DB8_0000_0001, low: 1, port: 5007)
        for bases in [[SocketAddress.a, .a2, .a6, second6], [.a6, .a, second6, .a2]] {
            var agent = IceAgent(role: .controlling, seed: 1, at: .seconds(1))
            let candidates = bases.map { agent.addHostCandidate(base: $0, now: .seconds(1)) }
            let order = candidates.sorted { $0.priority > $1.priority }.map(\.address)
            #expect(order == [.a6, .a, second6, .a2])
        }
    }

    @Test("where both work IPv6 is nominated")
    func prefersIPv6() {
        var link = agents()
        link.introduce(aBases: [.a, .a6], bBases: [.b, .b6])
        link.run(until: 5)
        #expect(link.a.selectedPath == Path(local: .a6, remote: .b6))
        let same = link.samePath
        #expect(same)
    }

    @Test("where IPv6 is broken IPv4 connects, and no address is paired with one of the other family")
    func fallsBack() {
        var link = agents()
        link.isReachable = { $0.family == .ipv4 && $1.family == .ipv4 }
        link.introduce(aBases: [.a, .a6], bBases: [.b, .b6])
        link.run(until: 5)
        #expect(link.a.selectedPath == Path(local: .a, remote: .b))
        #expect(link.a.candidatePairs.allSatisfy { $0.path.local.family == $0.path.remote.family })
    }

    @Test("a candidate with an IPv6 address is written and read again")
    func text() throws {
        var agent = IceAgent(role: .controlling, seed: 1, at: .seconds(1))
        let candidate = agent.addHostCandidate(base: .a6, now: .seconds(1))
        #expect(candidate.sdpValue.contains(" 2001:db8::1 5006 typ host"))
        #expect(try IceCandidate(parsing: candidate.sdpValue) == candidate)
    }
}
