import RTCCore
import RTCICE
import RTCWire
import Testing

/// An agent that asks STUN servers, and what it sends them.
private final class Asker {
    var agent: IceAgent
    var now = Instant.origin
    var sent: [(at: Instant, path: Path, id: STUNTransactionID, bytes: [UInt8])] = []
    var events: [IceEvent] = []
    private var batch = DatagramBatch(capacity: 8)

    init(timing: IceAgent.Timing = .init()) {
        agent = IceAgent(role: .controlling, seed: 4, timing: timing, at: .origin)
    }

    func drain() throws {
        var isFull = true
        while isFull {
            if case .drained = agent.nextDatagrams(into: &batch) { isFull = false }
            for index in 0..<batch.count {
                let bytes = Array(batch.bytes(at: index))
                let id = try bytes.withUnsafeBytes { try STUNMessage(parsing: $0.bytes).transactionID }
                sent.append((now, batch[index].path, id, bytes))
            }
            batch.removeAll()
        }
        while let event = agent.nextEvent() { events.append(event) }
    }

    func run(until end: Instant) throws {
        try drain()
        while let deadline = agent.deadline, deadline <= end {
            now = max(now, deadline)
            agent.advance(to: now)
            try drain()
        }
        now = end
    }

    func answer(
        _ index: Int, mapped: SocketAddress?, error: STUNErrorCode? = nil, on path: Path? = nil
    ) throws {
        let query = sent[index]
        let bytes = withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { slot in
            var writer = STUNWriter(slot, error == nil ? .success : .error, .binding, query.id)
            if let mapped { writer.append(.xorMappedAddress, xor: mapped) }
            if let error { writer.append(error) }
            return Array(slot[..<writer.finish()])
        }
        bytes.withUnsafeBytes { agent.receive($0.bytes, on: path ?? query.path, now: now) }
        try drain()
    }

    var counters: IceCounters { agent.counters }
    var deadline: Instant? { agent.deadline }
    var localCandidates: [IceCandidate] { agent.localCandidates }
    var ufrag: String { agent.localCredentials.ufrag }

    var gathered: [IceCandidate] {
        events.compactMap { if case .candidateGathered(let candidate) = $0 { candidate } else { nil } }
    }
}

@Suite("Server-reflexive candidates, RFC 8445 §5.1.1")
struct GatheringTests {
    private let server = SocketAddress(ipv4: 0xC000_0201, port: 3478)
    private let second = SocketAddress(ipv4: 0xC000_0202, port: 3478)
    private let server6 = SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 9, port: 3478)
    private let outside = SocketAddress(ipv4: 0xC612_0005, port: 20_000)

    @Test("asks from each base, without credentials, and signals what comes back")
    func gather() throws {
        let asker = Asker()
        let host = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: [server], now: .origin)
        try asker.drain()
        #expect(asker.sent.map(\.path) == [Path(local: .a, remote: server)])
        try asker.sent[0].bytes.withUnsafeBytes { raw in
            let request = try STUNMessage(parsing: raw.bytes)
            #expect(
                request.messageClass == .request && request.hasFingerprint && !request.hasIntegrity && request.username == nil)
        }
        try asker.answer(0, mapped: outside)
        let candidate = try #require(asker.gathered.first)
        #expect(candidate.kind == .serverReflexive && candidate.address == outside && candidate.relatedAddress == .a)
        #expect(candidate.foundation != host.foundation && candidate.priority < host.priority)
        #expect(candidate.ufrag == asker.ufrag)
        #expect(asker.localCandidates == [host, candidate])
        #expect(asker.counters.responsesReceived == 0)
    }

    @Test("a base that comes later is asked about too, and no server of another family")
    func later() throws {
        let asker = Asker()
        asker.agent.gather(from: [server, server6, server], now: .origin)
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        _ = asker.agent.addHostCandidate(base: .a6, now: .origin)
        try asker.run(until: .milliseconds(100))
        #expect(asker.sent.map(\.path) == [Path(local: .a, remote: server), Path(local: .a6, remote: server6)])
    }

    @Test("an address that is the base's, or that another server gave, is redundant")
    func redundant() throws {
        let asker = Asker()
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        _ = asker.agent.addHostCandidate(base: .b, now: .origin)
        asker.agent.gather(from: [server, second], now: .origin)
        try asker.run(until: .milliseconds(60))
        #expect(asker.sent.count == 4)
        for index in 0..<4 {
            let isA = asker.sent[index].path.local == .a
            try asker.answer(index, mapped: isA ? outside : .b)
        }
        #expect(asker.gathered.map(\.address) == [outside])
    }

    @Test("new queries are paced, three at once and then one every 50 ms")
    func paced() throws {
        let asker = Asker()
        let servers = (0..<6).map { SocketAddress(ipv4: 0xC000_0201 + UInt32($0), port: 3478) }
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: servers, now: .origin)
        try asker.run(until: .milliseconds(299))
        let times = asker.sent.map { $0.at.nanoseconds / 1_000_000 }
        #expect(times == [0, 0, 0, 50, 100, 150])
    }

    @Test("a query without an answer is repeated at the times of RFC 8489 §6.2.1, then given up")
    func lost() throws {
        let asker = Asker()
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: [server], now: .origin)
        try asker.run(until: .seconds(100))
        #expect(asker.sent.map { $0.at.nanoseconds / 1_000_000 } == [0, 500, 1500, 3500, 7500, 15_500, 31_500])
        #expect(Set(asker.sent.map(\.id)).count == 1)
        #expect(asker.counters.queriesFailed == 1 && asker.deadline == nil && asker.gathered.isEmpty)
    }

    @Test("a refusal, and a response without an address, end a query; a response from elsewhere is nobody's")
    func refused() throws {
        let asker = Asker()
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: [server, second], now: .origin)
        try asker.drain()
        try asker.answer(0, mapped: outside, on: Path(local: .a, remote: second))
        #expect(asker.gathered.isEmpty && asker.counters.unknownTransaction == 1)
        try asker.answer(0, mapped: nil, error: .forbidden)
        try asker.answer(1, mapped: nil)
        #expect(asker.counters.queriesFailed == 2 && asker.deadline == nil)
    }

    @Test("the address is kept alive every fifteen seconds, and a changed one is signalled")
    func keptAlive() throws {
        let asker = Asker()
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: [server], now: .origin)
        try asker.drain()
        try asker.answer(0, mapped: outside)
        try asker.run(until: .seconds(15))
        #expect(asker.sent.count == 2 && asker.sent[1].at == .seconds(15) && asker.sent[1].id != asker.sent[0].id)
        let moved = SocketAddress(ipv4: 0xC612_0005, port: 20_001)
        try asker.answer(1, mapped: moved)
        #expect(asker.gathered.map(\.address) == [outside, moved])
    }

    @Test("once a pair is nominated the server is left in peace, and after a restart it is asked again")
    func nominated() throws {
        var link = VirtualLink.connected(seed: 3)
        link.run(until: 2) { a, b in !(a.state == .connected && b.state == .connected) }
        let isConnected = link.bothConnected
        #expect(isConnected)
        link.a.gather(from: [server], now: link.now)
        link.isReachable = { [server] in $0 != server && $1 != server }
        var batch = DatagramBatch(capacity: 8)
        _ = link.a.nextDatagrams(into: &batch)
        #expect(batch.count == 1)
        let id = try Array(batch.bytes(at: 0)).withUnsafeBytes { try STUNMessage(parsing: $0.bytes).transactionID }
        let bytes = withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { slot in
            var writer = STUNWriter(slot, .success, .binding, id)
            writer.append(.xorMappedAddress, xor: outside)
            return Array(slot[..<writer.finish()])
        }
        bytes.withUnsafeBytes { link.a.receive($0.bytes, on: Path(local: .a, remote: server), now: link.now) }
        link.run(until: 60)
        let before = link.a.counters.queriesSent
        #expect(before == 1)
        link.a.restart(now: link.now)
        link.drain()
        let after = link.a.counters.queriesSent
        #expect(after == 2)
        let kinds = link.a.localCandidates.map(\.kind)
        #expect(kinds == [.host, .serverReflexive])
    }

    @Test("a socket that is closed is not asked for any more")
    func closed() throws {
        let asker = Asker()
        _ = asker.agent.addHostCandidate(base: .a, now: .origin)
        asker.agent.gather(from: [server], now: .origin)
        try asker.drain()
        asker.agent.removeHostCandidate(base: .a, now: .origin)
        try asker.answer(0, mapped: outside)
        #expect(asker.gathered.isEmpty)
        _ = asker.agent.addHostCandidate(base: .b, now: .origin)
        try asker.run(until: .milliseconds(200))
        #expect(asker.sent.map(\.path.local) == [.a, .b])
    }

    @Test("ten thousand mutated answers harm nobody")
    func mutations() throws {
        var random = SplitMix64(seed: 2)
        var taken = 0
        for _ in 0..<10_000 {
            let asker = Asker()
            _ = asker.agent.addHostCandidate(base: .a, now: .origin)
            asker.agent.gather(from: [server], now: .origin)
            try asker.drain()
            let id = asker.sent[0].id
            var bytes = withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { slot in
                var writer = STUNWriter(slot, .success, .binding, id)
                writer.append(.xorMappedAddress, xor: outside)
                return Array(slot[..<writer.finish(fingerprint: false)])
            }
            bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1) << UInt8(random.next() % 8)
            if random.next() % 8 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            bytes.withUnsafeBytes { asker.agent.receive($0.bytes, on: Path(local: .a, remote: server), now: asker.now) }
            try asker.drain()
            taken += asker.gathered.count
        }
        #expect((1..<5000).contains(taken))
    }
}
