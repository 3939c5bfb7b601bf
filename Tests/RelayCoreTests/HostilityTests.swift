import MutatedInput
import NetworkImpairment
import RTCCore
import RTCCrypto
import RTCICE
import RTCWire
import RelayCore
import Testing

@Suite("What nobody should send to a TURN client or server")
struct HostilityTests {
    private let server = TURNServer(address: .loopback(port: 3478), username: "alice", credential: "secret one")
    private let peer = SocketAddress(ipv4: 0xC612_0007, port: 5000)

    private func message(
        _ kind: STUNMessageClass, _ method: STUNMethod, id: STUNTransactionID, _ body: (inout STUNWriter) -> Void = { _ in }
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1536) { buffer, count in
            var writer = STUNWriter(UnsafeMutableRawBufferPointer(buffer), kind, method, id)
            body(&writer)
            count = writer.finish()
        }
    }

    /// What a client has to say, and the transaction of the first.
    private func written(_ client: inout TURNClient) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while client.hasMessage {
            messages.append(
                [UInt8](unsafeUninitializedCapacity: 1536) { buffer, count in
                    count = client.nextMessage(into: UnsafeMutableRawBufferPointer(buffer))
                })
        }
        return messages
    }

    private func id(of message: [UInt8]) -> STUNTransactionID {
        message.withUnsafeBytes { bytes in
            let parsed = try? STUNMessage(parsing: bytes.bytes)
            return parsed?.transactionID ?? STUNTransactionID(high: 0, low: 0)
        }
    }

    @Test("ten thousand mutations of a server's answers neither crash a client nor stop its clock")
    func client() {
        var mutator = Mutator(seed: 11)
        for round in 0..<200 {
            var client = TURNClient(server: server, seed: UInt64(round))
            client.start(now: .seconds(1))
            var now = Instant.seconds(1)
            for _ in 0..<50 {
                let ids = written(&client).map { self.id(of: $0) }
                let id = ids.first ?? STUNTransactionID(high: 1, low: 2)
                let corpus = [
                    message(.error, .allocate, id: id) {
                        $0.append(.unauthenticated)
                        $0.append(.realm, bytes: Array("starling".utf8))
                        $0.append(.nonce, bytes: Array("n".utf8))
                    },
                    message(.success, .allocate, id: id) {
                        $0.append(.xorRelayedAddress, xor: peer)
                        $0.append(.xorMappedAddress, xor: peer)
                        $0.append(.lifetime, UInt32(600))
                    },
                    message(.error, .allocate, id: id) {
                        $0.append(.tryAlternate)
                        $0.append(.alternateServer, plain: peer)
                    },
                    message(.indication, .data, id: id) {
                        $0.append(.xorPeerAddress, xor: peer)
                        $0.append(.data, bytes: [1, 2, 3])
                    },
                    [0x40, 0x00, 0x00, 0x04, 1, 2, 3, 4],
                ]
                let bytes = mutator.mutate(corpus)
                bytes.withUnsafeBytes { buffer in
                    if case .data(_, let range) = client.receive(buffer, now: now) {
                        #expect(range.lowerBound >= 4 && range.upperBound <= buffer.count)
                    }
                }
                client.permit(peer, now: now)
                client.bind(peer, now: now)
                if let deadline = client.deadline {
                    #expect(deadline.nanoseconds < now.nanoseconds + 3_700_000_000_000)
                    now = max(now, min(deadline, now + .milliseconds(200)))
                    client.advance(to: now)
                    #expect(client.deadline.map { $0 > now || client.hasMessage } ?? true)
                }
            }
        }
    }

    @Test("ten thousand mutations of a client's requests do not crash a server")
    func host() {
        var mutator = Mutator(seed: 12)
        var configuration = RelayConfiguration()
        configuration.users = ["alice": "secret one"]
        let host = RelayHost(configuration)
        _ = host.nextRequest()
        let local = SocketAddress.loopback(port: 3478)
        host.receive(.socketOpened(token: 0, local: local), now: .origin)
        var client = TURNClient(server: server, seed: 3)
        client.start(now: .origin)
        let allocate = written(&client)[0]
        let id = self.id(of: allocate)
        let corpus = [
            allocate,
            message(.request, .refresh, id: id) { $0.append(.lifetime, UInt32(0)) },
            message(.request, .createPermission, id: id) { $0.append(.xorPeerAddress, xor: peer) },
            message(.request, .channelBind, id: id) {
                $0.append(.channelNumber, UInt32(0x4000_0000))
                $0.append(.xorPeerAddress, xor: peer)
            },
            message(.indication, .send, id: id) {
                $0.append(.xorPeerAddress, xor: peer)
                $0.append(.data, bytes: [1, 2, 3])
            },
            [0x40, 0x00, 0x00, 0x04, 1, 2, 3, 4],
        ]
        var batch = DatagramBatch()
        for round in 0..<10_000 {
            var bytes = mutator.mutate(corpus)
            let path = Path(local: local, remote: .loopback(port: UInt16(1000 + round % 50)))
            bytes.withUnsafeMutableBytes { buffer in
                var span = buffer.mutableBytes
                host.receive(&span, on: path, arrivedAt: .origin, now: Instant(nanoseconds: UInt64(round)))
            }
            while case .full = host.nextDatagrams(into: &batch) { batch.removeAll() }
            batch.removeAll()
            while host.nextRequest() != nil {}
        }
        #expect(host.allocationCount == 0 && host.statistics.refused > 100 && host.statistics.malformed > 1000)
    }

    @Test("whatever comes over a stream, frames lie inside what came, and the rest is given up")
    func frames() {
        var mutator = Mutator(seed: 13)
        let id = STUNTransactionID(high: 1, low: 2)
        let corpus = [
            message(.success, .refresh, id: id) { $0.append(.lifetime, UInt32(600)) } + [
                0x40, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5, 0, 0, 0,
            ],
            [0x4F, 0xFF, 0x00, 0x00] + message(.indication, .data, id: id),
        ]
        var whole = 0
        for _ in 0..<10_000 {
            let bytes = mutator.below(4) == 0 ? corpus[0] : mutator.mutate(corpus)
            let frames = TURNFrames()
            var rest = bytes[...]
            var framed = 0
            while !rest.isEmpty, !frames.isBroken {
                let chunk = Array(rest.prefix(1 + mutator.below(9)))
                let taken = chunk.withUnsafeBytes { frames.put($0) }
                rest = rest.dropFirst(taken)
                while let frame = frames.next() { framed += frame.count }
                #expect(taken > 0)
            }
            #expect(framed <= bytes.count)
            if framed > 20 { whole += 1 }
        }
        #expect(whole > 2000)
    }

    @Test("a stream that is no TURN is given up, and its server with it")
    func notTURN() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .origin)
        let tcp = TURNServer(address: .loopback(port: 80), transport: .tcp, username: "a", credential: "b")
        agent.relay(through: [tcp], policy: .relay, streams: 7, now: .origin)
        _ = agent.addHostCandidate(base: .loopback(port: 1), now: .origin)
        #expect(agent.nextStreamRequest() == .open(token: 7, StreamTarget(remote: .loopback(port: 80))))
        agent.streamOpened(7, now: .origin)
        let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        answer.withUnsafeBytes { _ = agent.put($0, onStream: 7) }
        #expect(agent.nextDatagram(onStream: 7, now: .origin) == nil)
        #expect(agent.nextStreamRequest() == .close(token: 7))
        var reasons: [String] = []
        while let event = agent.nextEvent() {
            if case .gatheringFailed(let failures) = event { reasons = failures.map(\.description) }
        }
        #expect(reasons == ["\(tcp.url): what came over the stream is no TURN"])
    }

    @Test("a server that gives a client's own address to it is of no use")
    func ownAddress() {
        var agent = IceAgent(role: .controlling, seed: 1, at: .origin)
        agent.relay(through: [server], policy: .relay, now: .origin)
        let base = SocketAddress.loopback(port: 5000)
        _ = agent.addHostCandidate(base: base, now: .origin)
        var batch = DatagramBatch()
        _ = agent.nextDatagrams(into: &batch)
        let request = Array(batch.bytes(at: 0))
        var answer = message(.success, .allocate, id: id(of: request)) {
            $0.append(.xorRelayedAddress, xor: base)
            $0.append(.lifetime, UInt32(600))
        }
        answer.withUnsafeMutableBytes {
            _ = agent.unwrap($0, on: Path(local: base, remote: server.address), now: .origin)
        }
        #expect(agent.localCandidates.isEmpty)
        var reasons: [String] = []
        while let event = agent.nextEvent() {
            if case .gatheringFailed(let failures) = event { reasons = failures.map(\.reason) }
        }
        #expect(reasons == ["the server gives an address that is in use here"])
    }

    @Test("what no datagram holds is not passed on by a server, whichever way it came")
    func tooLong() {
        var configuration = RelayConfiguration()
        configuration.users = ["alice": "secret one"]
        let host = RelayHost(configuration)
        let (local, relayed) = (SocketAddress.loopback(port: 3478), SocketAddress.loopback(port: 50_000))
        host.receive(.socketOpened(token: 0, local: local), now: .origin)
        #expect(host.accept(stream: 9, at: local, from: peer, now: .origin))
        var tcp = server
        tcp.transport = .tcp
        var client = TURNClient(server: tcp, seed: 3)
        client.start(now: .origin)
        var batch = DatagramBatch()
        func exchange() {
            for var bytes in written(&client) {
                bytes.withUnsafeMutableBytes {
                    var span = $0.mutableBytes
                    host.receive(&span, onStream: 9, now: .origin)
                }
                while let request = host.nextRequest() {
                    if case .openSocket(let token) = request, token > 0 {
                        host.receive(.socketOpened(token: token, local: relayed), now: .origin)
                    }
                }
                _ = host.nextDatagrams(into: &batch)
                for index in 0..<batch.count { _ = client.receive(UnsafeRawBufferPointer(batch.bytes(at: index)), now: .origin) }
                batch.removeAll()
            }
        }
        for _ in 0..<3 { exchange() }
        client.bind(peer, now: .origin)
        for _ in 0..<2 { exchange() }
        #expect(host.allocationCount == 1)
        for (size, isPassed) in [(1400, true), (1473, false), (12_000, false)] {
            var data = [0x40, 0x00, UInt8(size >> 8), UInt8(size & 255)] + [UInt8](repeating: 7, count: (size + 3) & ~3)
            let before = host.statistics
            data.withUnsafeMutableBytes {
                var span = $0.mutableBytes
                host.receive(&span, onStream: 9, now: .origin)
            }
            _ = host.nextDatagrams(into: &batch)
            #expect(batch.count == (isPassed ? 1 : 0))
            #expect(host.statistics.malformed == before.malformed + (isPassed ? 0 : 1))
            batch.removeAll()
        }
    }

    @Test("an allocation has so many permissions and channels and no more, and those that are over make place")
    func peersOfOneAllocation() {
        var configuration = RelayConfiguration()
        configuration.users = ["alice": "secret one"]
        configuration.peers = 2
        let host = RelayHost(configuration)
        let local = SocketAddress.loopback(port: 3478)
        host.receive(.socketOpened(token: 0, local: local), now: .origin)
        let key = IntegrityKey(username: "alice", realm: Array("starling".utf8), password: "secret one")
        var number: UInt64 = 0
        var batch = DatagramBatch()
        func ask(_ method: STUNMethod, at now: Instant = .origin, _ body: (inout STUNWriter) -> Void) -> STUNErrorCode? {
            number += 1
            var bytes = message(.request, method, id: STUNTransactionID(high: 0, low: number)) {
                body(&$0)
                $0.append(.username, bytes: Array("alice".utf8))
                $0.append(.realm, bytes: Array("starling".utf8))
                $0.append(.nonce, bytes: Array("nonce-0".utf8))
                key.sign(&$0)
            }
            bytes.withUnsafeMutableBytes {
                var span = $0.mutableBytes
                host.receive(&span, on: Path(local: local, remote: .loopback(port: 1)), arrivedAt: now, now: now)
            }
            while let request = host.nextRequest() {
                if case .openSocket(let token) = request, token > 0 {
                    host.receive(.socketOpened(token: token, local: .loopback(port: 50_000)), now: now)
                }
            }
            _ = host.nextDatagrams(into: &batch)
            defer { batch.removeAll() }
            return Array(batch.bytes(at: 0)).withUnsafeBytes { (try? STUNMessage(parsing: $0.bytes))?.errorCode }
        }
        func peer(_ number: UInt32) -> SocketAddress { SocketAddress(ipv4: 0xC612_0000 + number, port: 5000) }
        #expect(ask(.allocate) { $0.append(.requestedTransport, UInt32(17) << 24) } == nil)
        for number in [1, 2, 1] as [UInt32] {
            #expect(ask(.createPermission) { $0.append(.xorPeerAddress, xor: peer(number)) } == nil)
        }
        #expect(ask(.createPermission) { $0.append(.xorPeerAddress, xor: peer(3)) } == .insufficientCapacity)
        func bind(_ channel: UInt32, _ peer: SocketAddress, at now: Instant = .origin) -> STUNErrorCode? {
            ask(.channelBind, at: now) {
                $0.append(.channelNumber, channel << 16)
                $0.append(.xorPeerAddress, xor: peer)
            }
        }
        #expect(bind(0x4000, peer(3)) == .insufficientCapacity)
        #expect(bind(0x4000, peer(1)) == nil)
        #expect(bind(0x4001, SocketAddress(ipv4: 0xC612_0001, port: 5001)) == nil)
        #expect(bind(0x4002, SocketAddress(ipv4: 0xC612_0001, port: 5002)) == .insufficientCapacity)
        #expect(bind(0x4000, peer(1), at: .seconds(1)) == nil)
        #expect(host.statistics.refused == 3)
        let later = Instant.seconds(301)
        #expect(ask(.createPermission, at: later) { $0.append(.xorPeerAddress, xor: peer(3)) } == nil)
    }

    @Test("a server takes so many streams, and one more when one is gone")
    func streams() {
        var configuration = RelayConfiguration()
        configuration.streams = 2
        let host = RelayHost(configuration)
        let local = SocketAddress.loopback(port: 3478)
        host.receive(.socketOpened(token: 0, local: local), now: .origin)
        let taken = (1...3).map { host.accept(stream: $0, at: local, from: peer, now: .origin) }
        #expect(taken == [true, true, false] && host.statistics.refused == 1)
        host.receive(.streamClosed(token: 1, reason: "gone"), now: .origin)
        #expect(host.accept(stream: 4, at: local, from: peer, now: .origin))
    }
}
