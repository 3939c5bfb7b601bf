import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCWire

/// An ICE agent whose TURN servers (RFC 8656) say what they like: signed or not, to the point or not, damaged, and over streams cut
/// anywhere.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let servers = Servers(&input)
    while !input.isEmpty { servers.step(&input) }
    servers.settle()
    return 0
}

private final class Servers {
    private static let all = [
        TURNServer(address: SocketAddress(ipv4: 0x0808_0808, port: 3478), username: "u", credential: "p"),
        TURNServer(address: SocketAddress(ipv4: 0x0808_0809, port: 3478), transport: .tcp, username: "u", credential: "p"),
        TURNServer(address: SocketAddress(ipv4: 0x0808_080A, port: 3478), username: "u", credential: "p"),
    ]
    private static let base = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
    private static let peer = SocketAddress(ipv4: 0x0A00_0002, port: 6000)
    private static let realm = Array("realm".utf8)
    private let key = IntegrityKey(username: "u", realm: Servers.realm, password: "p")

    private struct Question {
        let stream: UInt64?
        let path: Path
        let method: STUNMethod
        let id: STUNTransactionID
    }

    private var agent: IceAgent
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    private var questions: [Question] = []
    private var streams: [UInt64] = []
    private var batch = DatagramBatch(capacity: 8)

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        agent = IceAgent(role: .controlling, seed: 1, at: clock.now)
        agent.setRemoteCredentials(IceCredentials(ufrag: "them", password: "their-password-of-24-char"), now: now)
        let first = Int(choice & 3) % Self.all.count
        agent.relay(
            through: Array(Self.all[first...] + Self.all[..<first]).dropLast(Int(choice >> 2 & 3) % Self.all.count),
            policy: choice & 16 == 0 ? .relay : .all, now: now)
        _ = agent.addHostCandidate(base: Self.base, now: now)
        drain()
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(14) {
        case 0...4:
            guard !questions.isEmpty else { return }
            let question = questions[questions.count - 1 - input.below(min(questions.count, 8))]
            give(answer(to: question, &input), question.stream, question.path, &input)
        case 5, 6:
            guard let question = questions.last else { return }
            give(datagram(&input), question.stream, question.path, &input)
        case 7:
            guard let question = questions.last else { return }
            give(input.chunk(upTo: 2000), question.stream, question.path, &input)
        case 8: advance(by: .milliseconds(Int64(input.below(60_000))))
        case 9:
            agent.addRemoteCandidate(
                IceCandidate(
                    foundation: "1", priority: 1, address: SocketAddress(ipv4: 0x0A00_0002, port: 6000 + UInt16(input.byte())),
                    kind: .host), now: now)
        case 10: send(&input)
        case 11: stream(&input)
        case 12: for _ in 0..<64 { give(datagram(&input), nil, Path(local: Self.base, remote: Self.all[0].address), &input) }
        default:
            switch input.below(3) {
            case 0: agent.restart(now: now)
            case 1: agent.removeHostCandidate(base: Self.base, now: now)
            default: _ = agent.addHostCandidate(base: Self.base, now: now)
            }
        }
        drain()
        let pairs = agent.candidatePairs.count
        promise(pairs <= 101, "the checklist is bounded: \(pairs)")
        promise(streams.count <= 2, "one stream at a time, and its successor: \(streams)")
    }

    func settle() {
        advance(by: .seconds(1200))
        agent.close()
        agent.releaseRelays(now: now)
        drain()
        agent.dropRelays()
        drain()
        promise(streams.isEmpty, "no stream stays open")
    }

    private func answer(to question: Question, _ input: inout FuzzInput) -> [UInt8] {
        let choice = input.byte()
        let wild = input.byte()
        let isSuccess = choice & 3 != 0
        let codes: [UInt16] = [401, 438, 300, 437, 403, 486, 508, 441, 400, 500]
        return written(isSuccess ? .success : .error, question.method, question.id) { writer in
            if isSuccess {
                let relayed = SocketAddress(ipv4: 0x0909_0909, port: 49_152 + UInt16(wild & 3))
                if wild & 4 == 0 { writer.append(.xorRelayedAddress, xor: wild & 8 == 0 ? relayed : Self.base) }
                if wild & 16 == 0 { writer.append(.xorMappedAddress, xor: Self.base) }
                if wild & 32 == 0 { writer.append(.lifetime, wild & 64 == 0 ? UInt32(600) : input.number()) }
            } else {
                writer.append(STUNErrorCode(rawValue: codes[Int(wild) % codes.count]))
                if choice & 8 == 0 { writer.append(.nonce, bytes: Array("nonce-\(input.byte())".utf8)) }
                if choice & 16 == 0 { writer.append(.realm, bytes: Self.realm) }
                if choice & 32 != 0 { writer.append(.alternateServer, plain: Self.all[input.below(3)].address) }
            }
            if choice & 64 != 0 {
                let kinds: [STUNAttributeType] = [.nonce, .realm, .data, .xorRelayedAddress, .lifetime, .errorCode]
                let bytes = [UInt8](repeating: 0x61, count: Int(input.byte()) * 6)
                bytes.withUnsafeBytes { writer.append(kinds[input.below(kinds.count)], value: $0) }
            }
            if choice & 4 == 0 { key.sign(&writer) }
        }
    }

    /// What a peer sent, as the server passes it on.
    private func datagram(_ input: inout FuzzInput) -> [UInt8] {
        let choice = input.byte()
        let bytes = input.chunk(upTo: 100)
        if choice & 1 == 0 {
            let size = choice & 2 == 0 ? bytes.count : Int(input.byte()) * 8
            return [0x40 + (choice >> 5), choice >> 2 & 3, UInt8(size >> 8), UInt8(size & 255)] + bytes
        }
        return written(.indication, .data, STUNTransactionID(high: 0, low: 1)) { writer in
            if choice & 4 == 0 { writer.append(.xorPeerAddress, xor: Self.peer) }
            if choice & 8 == 0 { bytes.withUnsafeBytes { writer.append(.data, value: $0) } }
        }
    }

    private func give(_ bytes: [UInt8], _ stream: UInt64?, _ path: Path, _ input: inout FuzzInput) {
        var bytes = bytes
        let choice = input.byte()
        if choice & 7 == 7, !bytes.isEmpty { bytes[input.below(bytes.count)] ^= 1 << (choice >> 3 & 7) }
        if choice & 7 == 6 { bytes.removeLast(min(bytes.count, Int(choice >> 3))) }
        guard let stream else {
            bytes.withUnsafeMutableBytes { bytes in
                switch agent.unwrap(bytes, on: path, now: now) {
                case .direct: agent.receive(UnsafeRawBufferPointer(bytes).bytes, on: path, now: now)
                case .consumed: break
                case .relayed(let path, let range):
                    promise(range.upperBound <= bytes.count, "a peer's datagram lies inside what came")
                    agent.receive(UnsafeRawBufferPointer(rebasing: bytes[range]).bytes, on: path, now: now)
                }
            }
            return
        }
        guard streams.contains(stream) else { return }
        while bytes.count % 4 != 0, choice & 64 == 0 { bytes.append(0) }
        let cut = choice & 128 == 0 ? bytes.count : bytes.count / 2
        put(bytes[..<cut], on: stream)
        put(bytes[cut...], on: stream)
    }

    private func put(_ bytes: ArraySlice<UInt8>, on stream: UInt64) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let taken = agent.put(rest, onStream: stream)
                rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
                var isOver = true
                while let (datagram, path) = agent.nextDatagram(onStream: stream, now: now) {
                    isOver = false
                    agent.receive(UnsafeRawBufferPointer(datagram).bytes, on: path, now: now)
                }
                guard taken > 0 || !isOver else { return }
            }
        }
    }

    private func stream(_ input: inout FuzzInput) {
        guard let stream = streams.last else { return }
        if input.byte() & 3 == 0 {
            streams.removeAll { $0 == stream }
            agent.streamClosed(stream, reason: "gone", now: now)
        } else {
            agent.streamOpened(stream, now: now)
        }
    }

    private func send(_ input: inout FuzzInput) {
        let relayed = agent.localCandidates.first { $0.kind == .relayed }?.address ?? Self.base
        let size = 1 + input.below(1400)
        var route = agent.route(of: Path(local: relayed, remote: input.byte() & 1 == 0 ? Self.peer : Self.base))
        batch.append(along: &route) { _ in size }
        agent.noteSent(route)
        batch.removeAll()
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { agent.deadline }) { now in
            agent.advance(to: now)
            return drain()
        }
    }

    @discardableResult
    private func drain() -> Int {
        var count = 0
        while true {
            let drain = agent.nextDatagrams(into: &batch)
            for index in 0..<batch.count {
                count += 1
                guard let message = try? STUNMessage(parsing: batch.bytes(at: index).bytes) else {
                    fatalError("the agent sent no STUN message")
                }
                guard message.messageClass == .request, message.method != .binding else { continue }
                questions.append(
                    Question(
                        stream: batch[index].stream, path: batch[index].path, method: message.method, id: message.transactionID))
            }
            batch.removeAll()
            if questions.count > 64 { questions.removeFirst(questions.count - 64) }
            if case .drained = drain { break }
        }
        while let request = agent.nextStreamRequest() {
            count += 1
            switch request {
            case .open(let token, _): streams.append(token)
            case .close(let token): streams.removeAll { $0 == token }
            }
        }
        while agent.nextEvent() != nil { count += 1 }
        return count
    }
}

private func written(
    _ messageClass: STUNMessageClass, _ method: STUNMethod, _ id: STUNTransactionID, _ attributes: (inout STUNWriter) -> Void
) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    defer { bytes.deallocate() }
    var writer = STUNWriter(bytes, messageClass, method, id)
    attributes(&writer)
    let size = writer.finish()
    return Array(bytes[..<size])
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // Asked for credentials, allocated, a permission, a channel, traffic, refreshed.
        [0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 0, 9, 0, 0, 0, 1, 0, 0, 8, 0, 200, 0, 0, 1, 0, 0, 10, 1, 0, 0, 5, 0, 4, 1, 2, 3, 4, 0],
        // The same over a stream that opens first, is cut, and goes.
        [1, 11, 1, 0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 128, 9, 0, 5, 1, 4, 1, 2, 3, 4, 128, 11, 0, 8, 0, 200],
        // Sent on to another server, refused, silent.
        [0, 0, 0, 36, 2, 1, 0, 0, 0, 4, 3, 8, 100, 0, 13, 0, 8, 255, 255],
        // A nonce of any length.
        [0, 0, 0, 80, 0, 1, 200, 0, 0, 8, 0, 1],
    ])
    return 0
}
