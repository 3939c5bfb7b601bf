import MutatedInput
import RTCCore
import RTCICE
import Testing

@Suite("ICE over TCP, RFC 6544")
struct TCPTests {
    // MARK: Candidates

    @Test("an active candidate is offered once the other side has a passive one, and not before")
    func offered() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .origin)
        agent.allowTCP()
        _ = agent.addHostCandidate(base: .a, now: .origin)
        #expect(agent.localCandidates.allSatisfy { $0.tcpType == nil })
        agent.setRemoteCredentials(IceCredentials(ufrag: "far", password: "the-password-of-the-far-one"), now: .origin)
        agent.addRemoteCandidate(.passive(.b), now: .origin)
        var lines: [String] = []
        while let event = agent.nextEvent() {
            if case .candidateGathered(let candidate) = event { lines.append(candidate.sdpValue) }
        }
        #expect(lines.count == 1)
        #expect(lines.first?.contains(" tcp ") == true)
        #expect(
            lines.first?.hasSuffix(" \(SocketAddress.a.host) 9 typ host tcptype active ufrag \(agent.localCredentials.ufrag)")
                == true)
        #expect(agent.localCandidates.count == 2)
    }

    @Test("candidates are read and written with their type", arguments: IceTCPType.allCases)
    func lines(type: IceTCPType) throws {
        let line = "candidate:7 1 tcp 1518149375 192.0.2.1 9 typ host tcptype \(type.rawValue) ufrag abcd"
        let candidate = try IceCandidate(parsing: line)
        #expect(candidate.tcpType == type)
        #expect(candidate.sdpValue == line)
    }

    @Test("a TCP candidate without a type, or with an unknown one, is malformed", arguments: ["", " tcptype both"])
    func malformed(rest: String) {
        #expect(throws: IceCandidate.ParsingError.malformed(rest.isEmpty ? "no 'tcptype'" : "tcptype")) {
            try IceCandidate(parsing: "candidate:7 1 TCP 1 192.0.2.1 9 typ host\(rest)")
        }
    }

    @Test("a name is sought only where it could be connected to")
    func names() {
        let line = "candidate:7 1 tcp 1 3d5a2f60.local 9 typ host tcptype"
        #expect(throws: IceCandidate.ParsingError.multicastName("3d5a2f60.local")) {
            try IceCandidate(parsing: "\(line) passive")
        }
        #expect(throws: IceCandidate.ParsingError.unsupported("host name of a TCP candidate that is active")) {
            try IceCandidate(parsing: "\(line) active")
        }
    }

    @Test("priorities are those of §4.2, below all that lead over UDP but relays")
    func priorities() {
        let active = IceCandidate.priority(of: .host, tcpType: .active, otherPreference: .max)
        #expect(active == 90 << 24 | (6 << 13 | 8191) << 8 | 255)
        let passive = IceCandidate.priority(of: .host, tcpType: .passive, otherPreference: .max)
        #expect(passive == 90 << 24 | (4 << 13 | 8191) << 8 | 255)
        let learned = IceCandidate.priority(of: .peerReflexive, tcpType: .active, otherPreference: 0)
        #expect(learned == 74 << 24 | (4 << 13) << 8 | 255)
        #expect(active < IceCandidate.priority(of: .serverReflexive, localPreference: 0))
        #expect(learned > IceCandidate.priority(of: .relayed, localPreference: .max))
    }

    @Test(
        "candidates to which no connection can be made are ignored and counted",
        arguments: [IceTCPType.active, .simultaneousOpen])
    func ignored(type: IceTCPType) {
        var link = StreamLink.make(passive: [])
        var candidate = IceCandidate.passive(.b)
        candidate.tcpType = type
        link.agent.addRemoteCandidate(candidate, now: link.now)
        link.drain()
        #expect(link.agent.counters.candidatesIgnored == 1)
        let pairs = link.agent.candidatePairs.count
        #expect(pairs == 0)
    }

    @Test("without leave, and with relays alone, nothing is connected to", arguments: [true, false])
    func refused(isRelayOnly: Bool) {
        var agent = IceAgent(role: .controlling, seed: 1, at: .origin)
        if isRelayOnly {
            agent.allowTCP()
            agent.relay(through: [], policy: .relay, now: .origin)
        }
        _ = agent.addHostCandidate(base: .a, now: .origin)
        agent.setRemoteCredentials(IceCredentials(ufrag: "far", password: "the-password-of-the-far-one"), now: .origin)
        agent.addRemoteCandidate(.passive(.b), now: .origin)
        #expect(agent.nextStreamRequest() == nil)
        #expect(agent.counters.candidatesIgnored == 1)
    }

    @Test("of a hundred candidates sixteen are taken, and eight connected to at a time")
    func flood() {
        var link = StreamLink.make(passive: (0..<100).map { SocketAddress(ipv4: 0x0A00_0100 + $0, port: 7000) })
        link.answers = false
        link.run(until: 4)
        #expect(link.agent.counters.candidatesIgnored == 84)
        #expect(link.opened.count == 8)
    }

    // MARK: Connections

    @Test("where nothing else works a call goes over TCP, and keeps its consent there", arguments: [1, 7, 4000])
    func connects(chunk: Int) {
        var link = StreamLink.make()
        link.chunk = chunk
        link.run(until: 100)
        #expect(link.agent.state == .connected)
        #expect(link.agent.selectedPath?.remote == .b)
        #expect(link.opened.map(\.remote) == [.b] && link.closed.isEmpty)
        let counters = link.agent.counters
        #expect(counters.consentRequestsSent > 15 && counters.malformed == 0 && counters.droppedWithoutStream == 0)
        let pair = link.agent.candidatePairs.first { $0.nominated }
        #expect(pair?.local.tcpType == .active && pair?.local.kind == .host && pair?.remote.tcpType == .passive)
        #expect(pair?.statistics.currentRoundTripTime == .milliseconds(40))
        #expect(link.far.nominated.count == 1)
    }

    @Test("behind a NAT the pair's own candidate is the one that the other side sees")
    func translated() {
        var link = StreamLink.make()
        link.source = SocketAddress(ipv4: 0xCB00_7101, port: 1)
        link.run(until: 3)
        let local = link.agent.candidatePairs.first { $0.nominated }?.local
        #expect(local?.kind == .peerReflexive && local?.tcpType == .active && local?.address.host == "203.0.113.1")
    }

    @Test("UDP is preferred where both work, and the connection is given up")
    func prefersUDP() {
        var link = StreamLink.make(udp: [.b])
        link.run(until: 5)
        let local = link.agent.candidatePairs.first { $0.nominated }?.local
        #expect(local != nil && local?.tcpType == nil)
        #expect(link.closed == link.opened.map(\.token))
    }

    @Test("UDP and TCP at one address are two candidates, and where UDP is cut the other is used")
    func sameAddress() {
        var link = StreamLink.make(udp: [.b])
        link.blocksUDP = true
        link.run(until: 20)
        #expect(link.agent.candidatePairs.first { $0.nominated }?.remote.tcpType == .passive)
        #expect(link.agent.state == .connected)
    }

    @Test("a connection that nobody takes is tried three times, a second apart, and then the agent fails")
    func noListener() {
        var link = StreamLink.make()
        link.accepts = false
        link.run(until: 60)
        #expect(link.opened.count == 3)
        for (one, next) in zip(link.opened, link.opened.dropFirst()) { #expect(next.at - one.at >= .seconds(1)) }
        #expect(link.agent.counters.streamsLost == 3)
        #expect(link.agent.state == .failed && link.agent.deadline == nil)
    }

    @Test("a connection over which nothing is answered is closed after eight seconds")
    func silent() {
        var link = StreamLink.make()
        link.answers = false
        link.run(until: 60)
        #expect(link.opened.count == 1 && link.closed == [100])
        #expect(link.agent.state == .failed)
        // Over a connection nothing is sent twice (RFC 8489 §6.2.2).
        #expect(link.agent.counters.checksSent == 1)
    }

    @Test("a connection in use that closes is made again, and nominated again")
    func comesBack() {
        var link = StreamLink.make()
        link.run(until: 5)
        link.close(100)
        #expect(link.agent.selectedPath == nil)
        link.run(until: 8)
        #expect(link.opened.map(\.token) == [100, 101])
        #expect(link.agent.state == .connected && link.agent.selectedPath?.remote == .b)
        #expect(link.far.nominated.count == 2)
    }

    @Test("after three connections in all there is no fourth")
    func bounded() {
        var link = StreamLink.make()
        for token in UInt64(100)..<103 {
            link.run(until: link.now.seconds + 5)
            link.close(token)
        }
        link.run(until: link.now.seconds + 100)
        #expect(link.opened.count == 3)
        #expect(link.agent.state == .failed)
    }

    @Test("a restart makes a connection of its own, and keeps the other one until that is nominated")
    func restart() {
        var link = StreamLink.make()
        link.run(until: 5)
        let old = link.agent.selectedPath
        link.agent.restart(now: link.now)
        link.agent.setRemoteCredentials(IceCredentials(ufrag: "far", password: "another-password-of-them"), now: link.now)
        link.agent.addRemoteCandidate(.passive(.b), now: link.now)
        link.drain()
        #expect(link.agent.selectedPath == old && link.closed.isEmpty)
        #expect(link.opened.map(\.token) == [100, 101])
        link.run(until: 6)
        // The far side does not know the new password: the old way stays in use.
        #expect(link.agent.selectedPath == old && link.open.count == 2)
        link.agent.setRemoteCredentials(link.far.credentials, now: link.now)
        link.agent.addRemoteCandidate(.passive(.b), now: link.now)
        link.drain()
        link.run(until: 10)
        #expect(link.agent.state == .connected && link.agent.selectedPath != old)
        #expect(link.open.count == 1 && link.closed.contains(100))
    }

    @Test("with its socket the connections from its address go")
    func socketGone() {
        var link = StreamLink.make()
        link.run(until: 5)
        link.agent.removeHostCandidate(base: .a, now: link.now)
        link.drain()
        #expect(link.closed == [100] && link.agent.selectedPath == nil && link.agent.state == .failed)
        #expect(link.agent.localCandidates.isEmpty)
    }

    @Test("who hangs up closes the connection")
    func hangsUp() {
        var link = StreamLink.make()
        link.run(until: 5)
        link.agent.close()
        link.agent.dropRelays()
        link.drain()
        #expect(link.closed == [100])
    }

    @Test("what is not framed closes the connection")
    func notFramed() {
        var link = StreamLink.make()
        link.run(until: 0.5 + 1)
        let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        answer.withUnsafeBytes { _ = link.agent.put($0, onStream: 100) }
        let datagram = link.agent.nextDatagram(onStream: 100, now: link.now)
        #expect(datagram == nil)
        link.drain()
        #expect(link.closed == [100])
    }

    // MARK: Frames

    @Test("frames are the same wherever they are cut, and empty ones are passed over", arguments: 1...9)
    func frames(chunk: Int) {
        let datagrams = (1...40).map { [UInt8](repeating: UInt8($0), count: $0 * 31) }
        var bytes: [UInt8] = []
        for datagram in datagrams { bytes += [UInt8(datagram.count >> 8), UInt8(datagram.count & 255)] + datagram + [0, 0] }
        let frames = StreamFrames()
        var found: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = Array(rest.prefix(chunk * 13)).withUnsafeBytes { frames.put($0) }
            rest = rest.dropFirst(taken)
            while let frame = frames.next() { found.append(Array(frame)) }
        }
        #expect(found == datagrams)
    }

    @Test("a length beyond the limit breaks the stream, and the limit does not")
    func tooLong() {
        for (size, isTaken) in [(StreamFrames.limit, true), (StreamFrames.limit + 1, false)] {
            let frames = StreamFrames()
            let bytes = [UInt8(size >> 8), UInt8(size & 255)] + [UInt8](repeating: 1, count: size)
            _ = bytes.withUnsafeBytes { frames.put($0) }
            #expect(frames.next()?.count == (isTaken ? size : nil))
            #expect(frames.isBroken != isTaken)
        }
    }

    @Test("ten thousand mutations of frames neither crash nor stall the reader")
    func hostileFrames() {
        var mutator = Mutator(seed: 21)
        let corpus = [[0, 4, 1, 2, 3, 4, 0, 0, 0, 2, 7, 7], [0x1F, 0xFF] + [UInt8](repeating: 3, count: 600)]
        for _ in 0..<10_000 {
            let bytes = mutator.mutate(corpus)
            let frames = StreamFrames()
            var rest = bytes[...]
            var framed = 0
            while !rest.isEmpty, !frames.isBroken {
                let taken = Array(rest.prefix(1 + mutator.below(9))).withUnsafeBytes { frames.put($0) }
                rest = rest.dropFirst(taken)
                while let frame = frames.next() { framed += frame.count }
                #expect(taken > 0)
            }
            #expect(framed <= bytes.count)
        }
    }
}
