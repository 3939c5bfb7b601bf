import CAllocationCounter
import NetworkImpairment
import RTCCore

/// What the impairment stage alone costs per packet: time and heap allocations, once its memory has grown to its working size.
struct PipeBench {
    private static let cases: [(name: String, impairment: Impairment)] = [
        ("loss", Impairment(loss: .bursts(loss: 0.05, burst: 4))),
        ("delay", Impairment(delay: .milliseconds(30), jitter: Jitter(.uniform, amount: .milliseconds(5)))),
        ("pareto", Impairment(delay: .milliseconds(30), jitter: Jitter(.pareto, amount: .milliseconds(5), correlation: 0.5))),
        ("rate", Impairment(rate: RateLimit(bitsPerSecond: 8e6, bucket: 15_000, queue: .bytes(64_000)))),
        ("codel", Impairment(rate: RateLimit(bitsPerSecond: 8e6, queue: .codel(CoDel.Parameters(marksECN: true))))),
        (
            "trace",
            Impairment(
                trace: TraceReplay(
                    path: "t", trace: NetworkTrace(opportunities: (1...1000).map { UInt32($0) }), queue: .packets(50)))
        ),
        (
            "steps",
            Impairment(
                trace: TraceReplay(
                    path: "t",
                    trace: NetworkTrace(
                        steps: (0..<100).map {
                            .init(at: .milliseconds(10 * $0), bitsPerSecond: 6e6 + Double($0) * 1e5, loss: 0.01)
                        },
                        length: .seconds(1)), queue: .packets(50)))
        ),
        (
            "everything",
            Impairment(
                loss: .timedGilbertElliott(good: .seconds(1), bad: .milliseconds(50), lossInGood: 0, lossInBad: 0.5),
                lossPlace: .afterQueue, delay: .milliseconds(20), jitter: Jitter(.paretonormal, amount: .milliseconds(5)),
                reordering: .late(probability: 0.01, by: .milliseconds(10)),
                rate: RateLimit(bitsPerSecond: 9e6, queue: .codel(CoDel.Parameters())), duplicate: 0.01, corrupt: 0.01, mark: 0.01
            )
        ),
    ]
    private static let warmUp = 200_000
    private static let packets = 1_000_000

    /// One packet of 1,000 bytes a millisecond.
    static func run() {
        for one in cases {
            var pipe = ImpairedPipe(direction: .up, seed: 1)
            pipe.set(one.impairment, at: .origin)
            var now = Instant.origin
            send(warmUp, through: &pipe, &now)
            let allocations = allocation_count()
            let before = Usage.now()
            send(packets, through: &pipe, &now)
            let cpu = (Usage.now().cpu - before.cpu).inNanoseconds
            let perPacket = Double(allocation_count() - allocations) / Double(packets)
            print(
                "pipe=\(one.name) ns_per_packet=\(Double(cpu) / Double(packets)) allocations_per_packet=\(perPacket) "
                    + "dropped=\(pipe.counters.dropped)")
        }
    }

    private static func send(_ count: Int, through pipe: inout ImpairedPipe, _ now: inout Instant) {
        let path = Path(local: .loopback(port: 1), remote: .loopback(port: 2))
        withUnsafeTemporaryAllocation(byteCount: 1000, alignment: 16) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0x80)
            for number in 0..<count {
                while let deadline = pipe.deadline, deadline <= now { while pipe.nextRelease(at: deadline, { _, _ in }) {} }
                _ = pipe.offer(UnsafeRawBufferPointer(bytes), on: path, ecn: .ect0, now: now)
                now += .milliseconds(1)
                // What a driver does now and then.
                if number % 4096 == 0 { pipe.drainLedger { _ in } }
            }
        }
    }
}
