import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

/// Opens streams by plan and writes down what it hears; with `accepts` it also takes streams, and returns what comes.
private final class StreamProbe: StreamListener {
    var requests: [HostRequest]
    var outgoing: [(stream: UInt64, bytes: [UInt8])] = []
    var plan: [(at: Instant, request: HostRequest)]
    let accepts: Bool
    let greeting: [UInt8]
    private(set) var log: [String] = []
    private(set) var received: [UInt8] = []

    init(accepts: Bool = false, greeting: [UInt8] = [], _ plan: [(at: Instant, request: HostRequest)] = []) {
        self.accepts = accepts
        self.greeting = greeting
        self.plan = plan
        requests = [.openSocket(token: 0)]
    }

    var deadline: Instant? { plan.first?.at }

    func advance(to now: Instant) {
        while let next = plan.first, next.at <= now { requests.append(plan.removeFirst().request) }
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        received += bytes.bytes.array
        log.append("\(now.nanoseconds / 1_000_000) \(bytes.byteCount) bytes")
        if accepts { outgoing.append((stream, bytes.bytes.array)) }
    }

    func accept(stream: UInt64, at local: SocketAddress, from remote: SocketAddress, now: Instant) -> Bool {
        log.append("\(now.nanoseconds / 1_000_000) \(remote.host) opens")
        return accepts
    }

    func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .streamOpened(let token, _):
            log.append("\(now.nanoseconds / 1_000_000) opened")
            if !greeting.isEmpty { outgoing.append((token, greeting)) }
        case .streamClosed(_, let reason): log.append("\(now.nanoseconds / 1_000_000) closed: \(reason)")
        default: break
        }
    }

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while let next = outgoing.first {
            guard !batch.isFull else { return .full }
            batch.append(toStream: next.stream, on: Path(local: .loopback(port: 0), remote: .loopback(port: 0))) { slot in
                slot.copyBytes(from: next.bytes)
                return next.bytes.count
            }
            outgoing.removeFirst()
        }
        return .drained
    }

    func nextRequest() -> HostRequest? { requests.isEmpty ? nil : requests.removeFirst() }
}

@Suite("Byte streams in the simulation")
struct StreamTests {
    private func run(_ client: StreamProbe, _ server: StreamProbe, until end: Instant = .seconds(10)) {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10))
        simulation.add(client, seed: 1, startAt: .origin)
        simulation.add(server, seed: 2, startAt: .origin)
        simulation.run(until: end)
    }

    private let target = StreamTarget(remote: Simulation.firstSocket(of: 1))

    @Test("opening takes one round trip, and what is written comes one way later")
    func echo() {
        let client = StreamProbe(greeting: [1, 2, 3], [(.seconds(1), .openStream(token: 4, target))])
        let server = StreamProbe(accepts: true)
        run(client, server)
        #expect(server.log == ["1010 198.18.0.1 opens", "1030 3 bytes"])
        #expect(client.log == ["1020 opened", "1040 3 bytes"])
        #expect(client.received == [1, 2, 3])
    }

    @Test("who does not take streams refuses them")
    func refused() {
        let client = StreamProbe([(.seconds(1), .openStream(token: 4, target))])
        run(client, StreamProbe())
        #expect(client.log == ["1020 closed: Connection refused by \(target.remote)"])
    }

    @Test("an address that nobody has refuses, too")
    func nobody() {
        let target = StreamTarget(remote: SocketAddress(ipv4: 0xC612_0900, port: 3478))
        let client = StreamProbe([(.seconds(1), .openStream(token: 4, target))])
        run(client, StreamProbe())
        #expect(client.log == ["1020 closed: Connection refused by \(target.remote)"])
    }

    @Test("the other side hears of a close, and nothing more comes")
    func close() {
        let client = StreamProbe([
            (.seconds(1), .openStream(token: 4, target)), (.seconds(2), .closeStream(token: 4)),
        ])
        let server = StreamProbe(accepts: true)
        run(client, server)
        #expect(server.log.last == "2010 closed: closed by the other side")
        #expect(client.log == ["1020 opened"])
    }

    @Test("a blackout of media holds a stream up, and a change of address breaks it")
    func troubles() {
        let client = StreamProbe(
            greeting: [7],
            [
                (.milliseconds(900), .blackout(.seconds(1), .media)), (.seconds(1), .openStream(token: 4, target)),
                (.seconds(3), .changeAddress),
            ])
        let server = StreamProbe(accepts: true)
        run(client, server)
        #expect(client.log == ["1920 opened", "1940 1 bytes", "3000 closed: the address has changed"])
        #expect(server.log.last == "3010 closed: the other side's address has changed")
    }

    @Test("an attempt that a blackout outlasts fails in time")
    func outlasted() {
        let client = StreamProbe([
            (.milliseconds(900), .blackout(.seconds(20), .media)), (.seconds(1), .openStream(token: 4, target)),
        ])
        run(client, StreamProbe(accepts: true))
        #expect(client.log.count == 1 && client.log[0].hasPrefix("6000 closed: \(target.remote) did not answer within"))
    }
}
