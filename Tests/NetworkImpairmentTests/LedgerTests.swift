import NetworkImpairment
import RTCCore
import Testing

@Suite("The ledger")
struct LedgerTests {
    private func entries(_ pipe: inout ImpairedPipe) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        pipe.drainLedger { entries.append($0) }
        return entries
    }

    @Test("names every datagram that did not arrive, whatever the cause", arguments: [UInt64(1), 2, 3])
    func complete(seed: UInt64) {
        let rate = RateLimit(bitsPerSecond: 0.7e6, queue: .dropTail(.milliseconds(100)))
        var pipe = pipe(
            Impairment(
                loss: .bursts(loss: 0.05, burst: 3), delay: .milliseconds(20),
                jitter: Jitter(.normal, amount: .milliseconds(5)), rate: rate),
            seed: seed)
        var traffic = Traffic(size: 100)
        traffic.send(2000, through: &pipe)
        pipe.blackout(from: traffic.now, for: .milliseconds(500))
        traffic.send(2000, through: &pipe)
        traffic.finish(&pipe)
        let arrived = Set(traffic.arrivals.map(\.number))
        let missing = (0..<4000).filter { !arrived.contains($0) }.map { UInt16($0) }
        let entries = entries(&pipe)
        #expect(entries.compactMap(\.sequenceNumber).sorted() == missing)
        #expect(entries.allSatisfy { $0.ssrc == Traffic.ssrc && $0.kind == .rtp && $0.direction == .up && $0.size == 100 })
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.time <= $1.time })
        for cause in [DropCause.loss, .queue, .blackout] {
            let count = entries.filter { $0.cause == cause }.count
            #expect(count > 0)
            #expect(pipe.counters.dropped(cause) == UInt64(count))
        }
        #expect(self.entries(&pipe).isEmpty)
    }

    @Test("names what came to a closed socket, before the pipe and behind it, and the counters still add up")
    func closed() {
        var pipe = pipe(Impairment(delay: .milliseconds(1)))
        var traffic = Traffic(size: 16)
        traffic.send(10, through: &pipe)
        traffic.finish(&pipe)
        let datagram = [UInt8](repeating: 0x80, count: 16)
        datagram.withUnsafeBytes { pipe.discard($0, hasPassed: true, now: traffic.now) }
        datagram.withUnsafeBytes { pipe.discard($0, hasPassed: false, now: traffic.now) }
        #expect(entries(&pipe).map(\.cause) == [.closed, .closed])
        #expect(pipe.counters.dropped(.closed) == 2)
        #expect(pipe.counters.offered == 11)
        #expect(pipe.counters.passed == 9)
        #expect(pipe.counters.offered == pipe.counters.passed + pipe.counters.dropped)
    }

    @Test("names a damaged packet by its header before the bit flipped")
    func damaged() {
        var pipe = pipe(Impairment(delay: .milliseconds(1), corrupt: 1))
        var traffic = Traffic(size: 16)
        traffic.send(500, through: &pipe)
        traffic.finish(&pipe)
        let entries = entries(&pipe)
        #expect(entries.map(\.sequenceNumber) == (0..<500).map { UInt16($0) })
        #expect(entries.allSatisfy { $0.cause == .corrupted && $0.ssrc == Traffic.ssrc })
        #expect(entries[7].time == .milliseconds(8))
    }

    @Test("looks into TURN channel data and Send indications, and names the rest by kind alone")
    func kinds() {
        var pipe = pipe(Impairment(loss: .bernoulli(1)))
        let channel: [UInt8] = [0x40, 1, 0, 16] + Traffic.packet(77, size: 16)
        let rtcp: [UInt8] = [0x80, 200, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8]
        let peer: [UInt8] = [0, 0x12, 0, 8, 0, 1, 1, 2, 3, 4, 5, 6]
        let send = [0, 0x16, 0, 32] + [UInt8](repeating: 1, count: 16) + peer + [0, 0x13, 0, 16] + Traffic.packet(78, size: 16)
        for bytes in [send, channel, rtcp, [0, 1, 0, 0], [22, 0xFE, 0xFD], [], [0x80, 96, 0]] {
            _ = bytes.withUnsafeBytes { pipe.offer($0, on: Traffic.path, now: .origin) }
        }
        let entries = entries(&pipe)
        #expect(entries.map(\.kind) == [.stun, .turnChannel, .rtcp, .stun, .dtls, .unknown, .rtp])
        #expect(entries.map(\.sequenceNumber) == [78, 77, nil, nil, nil, nil, nil])
        #expect(entries[0].ssrc == Traffic.ssrc && entries[1].ssrc == Traffic.ssrc)
    }

    @Test("keeps the latest 65,536 entries and counts the others")
    func bounded() {
        var pipe = pipe(Impairment(loss: .bernoulli(1)))
        var traffic = Traffic(size: 12)
        traffic.send(65_536 + 10, through: &pipe)
        #expect(pipe.ledgerOverflow == 10)
        #expect(pipe.counters.ledgerOverflow == 10)
        let entries = entries(&pipe)
        #expect(entries.count == 65_536)
        #expect(entries.first?.sequenceNumber == 10)
        #expect(entries.last?.sequenceNumber == 9)
    }

    @Test("takes any bytes, in every model at once")
    func anyBytes() {
        var pipe = pipe(
            Impairment(
                loss: .bernoulli(0.3), delay: .milliseconds(2),
                jitter: Jitter(.uniform, amount: .milliseconds(4), reorders: true),
                rate: RateLimit(bitsPerSecond: 20e6), duplicate: 0.2, corrupt: 0.3, mtu: 1200))
        var random = SplitMix64(seed: 5)
        var now = Instant.origin
        let corpus: [[UInt8]] = [
            Traffic.packet(1, size: 60), [0x40, 1, 0, 16] + Traffic.packet(77, size: 16), [0x81, 201, 0, 1, 1, 2],
        ]
        for round in 0..<10_000 {
            var bytes = corpus[round % corpus.count]
            switch random.next() % 4 {
            case 0: bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes.removeLast(Int(random.next() % UInt64(bytes.count + 1)))
            case 2: bytes += (0..<(random.next() % 1700)).map { UInt8(truncatingIfNeeded: $0) }
            default:
                bytes = corpus[Int(random.next() % 3)].prefix(Int(random.next() % 20)) + bytes.suffix(Int(random.next() % 20))
            }
            _ = bytes.withUnsafeBytes { pipe.offer($0, on: Traffic.path, now: now) }
            now += .microseconds(300)
            while pipe.nextRelease(at: now, { _, _ in }) {}
        }
        while let deadline = pipe.deadline { while pipe.nextRelease(at: deadline, { _, _ in }) {} }
        let counters = pipe.counters
        #expect(counters.offered == 10_000)
        #expect(counters.offered + counters.duplicated == counters.passed + counters.dropped)
    }
}
