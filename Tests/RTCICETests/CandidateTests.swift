import MutatedInput
import RTCCore
import RTCICE
import Testing

@Suite("Candidates, RFC 8839 §5.1")
struct CandidateTests {
    static let lines = [
        "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
        "candidate:842163049 1 udp 1677729535 203.0.113.141 60769 typ srflx raddr 10.0.1.1 rport 60769 ufrag EsAw",
        "candidate:a+/ 1 udp 41885439 2001:db8::17 49203 typ relay raddr 203.0.113.141 rport 60769",
        "candidate:prflx1 1 udp 1862270975 10.0.0.1 1 typ prflx raddr 0.0.0.0 rport 9",
    ]

    @Test("writes what it reads", arguments: lines)
    func roundTrip(line: String) throws {
        let candidate = try IceCandidate(parsing: line)
        #expect(candidate.sdpValue == line)
        #expect(try IceCandidate(parsing: "a=\(line)\r\n") == candidate)
        #expect(try IceCandidate(parsing: line.dropFirst(10)) == candidate)
    }

    @Test("reads what browsers add")
    func browsers() throws {
        let chrome = try IceCandidate(
            parsing: "candidate:2 1 UDP 2122260223 10.0.0.7 56143 typ host generation 0 ufrag ZcjF network-id 1 network-cost 10")
        #expect(chrome.ufrag == "ZcjF")
        #expect(chrome.address == SocketAddress("10.0.0.7", port: 56_143))
        #expect(chrome.kind == .host)
        #expect(chrome.priority == 2_122_260_223)
    }

    @Test(
        "says what it cannot use",
        arguments: [
            "candidate:1 2 tcp 1518280447 10.0.0.7 9 typ host tcptype passive",
            "candidate:1 2 udp 2130706430 10.0.0.7 5001 typ host",
            "candidate:1 1 udp 2130706431 turn.example.org 5000 typ relay",
            "candidate:1 1 ssltcp 2130706431 10.0.0.7 443 typ host",
            "candidate:1 1 udp 2130706431 10.0.0.7 443 typ wormhole",
        ])
    func unsupported(line: String) {
        do throws(IceCandidate.ParsingError) {
            _ = try IceCandidate(parsing: line)
            Issue.record("was taken")
        } catch {
            if case .malformed(let what) = error { Issue.record("malformed: \(what)") }
        }
    }

    @Test("hands out a name of multicast DNS, in the place of which an address is read")
    func multicastName() throws {
        let line = "candidate:1 1 udp 2130706431 0c5e9b2f-6f6e-4a3c-8d8f-1d4f1b2c3d4e.local 5000 typ host ufrag ZcjF"
        #expect(throws: IceCandidate.ParsingError.multicastName("0c5e9b2f-6f6e-4a3c-8d8f-1d4f1b2c3d4e.local")) {
            _ = try IceCandidate(parsing: line)
        }
    }

    @Test(
        "refuses what is no candidate",
        arguments: [
            "", "candidate:", "candidate:1 1 udp 1 10.0.0.7 5000 host", "candidate:1 1 udp x 10.0.0.7 5000 typ host",
            "candidate:1 0 udp 1 10.0.0.7 5000 typ host", "candidate:1 1 udp 1 10.0.0.7 70000 typ host",
            "candidate:1 1 udp 1 10.0.0.256 5000 typ host", "candidate:1 1 udp 99999999999 10.0.0.7 5000 typ host",
            "candidate:é 1 udp 1 10.0.0.7 5000 typ host", "candidate:1 1 udp 1 10.0.0.7 0 typ host",
            "candidate:1 1 udp 1 10.0.0.7 5000 typ host raddr", "candidate:1 1 udp 1 10.0.0.7 5000 typ host ufrag a",
        ])
    func malformed(line: String) {
        do throws(IceCandidate.ParsingError) {
            _ = try IceCandidate(parsing: line)
            Issue.record("was taken")
        } catch {
            if case .unsupported(let what) = error { Issue.record("unsupported: \(what)") }
        }
    }

    @Test("survives 10,000 mutations of its own lines")
    func mutations() {
        var mutator = Mutator(seed: 6)
        let corpus = Self.lines.map { Array($0.utf8) }
        var taken = 0
        for _ in 0..<10_000 {
            let text = String(decoding: mutator.mutate(corpus), as: UTF8.self)
            if let candidate = try? IceCandidate(parsing: text) {
                taken += 1
                #expect((try? IceCandidate(parsing: candidate.sdpValue)) == candidate)
            }
        }
        #expect(taken > 100)
    }

    @Test("priorities follow RFC 8445 §5.1.2.1, earlier bases first")
    func priorities() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .origin)
        let first = agent.addHostCandidate(base: .a, now: .origin)
        let second = agent.addHostCandidate(base: .a2, now: .origin)
        let reflexive = agent.addReflexiveCandidate(SocketAddress(ipv4: 7, port: 7), base: .a, now: .origin)
        // The first place is kept for an IPv6 base.
        #expect(first.priority == 126 << 24 | 65_534 << 8 | 255)
        #expect(first.priority > second.priority)
        #expect(second.priority > reflexive.priority)
        #expect(first.foundation != second.foundation)
        #expect(first.foundation != reflexive.foundation)
        #expect(reflexive.relatedAddress == .a)
        let again = agent.addHostCandidate(base: .a, now: .origin)
        #expect(again == first)
        let all = agent.localCandidates
        #expect(all == [first, second, reflexive])
        #expect(first.ufrag == agent.localCredentials.ufrag)
    }

    @Test("credentials are long enough and differ by seed")
    func credentials() {
        var seen: Set<IceCredentials> = []
        for seed in 0..<UInt64(100) {
            let credentials = IceAgent(role: .controlled, seed: seed, at: .origin).localCredentials
            #expect(credentials.isValid)
            seen.insert(credentials)
        }
        #expect(seen.count == 100)
    }
}
