import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCWire

/// What comes over connections, cut anywhere: framed datagrams (RFC 4571), messages of TURN over TCP (RFC 8656), and an agent whose far
/// side listens on TCP (RFC 6544), knows the password and keeps no rule.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    switch input.byte() & 3 {
    case 0: readFrames(&input)
    case 1: readMessages(&input)
    default:
        let far = FarSide(&input)
        while !input.isEmpty { far.step(&input) }
        far.settle()
    }
    return 0
}

/// What is cut is what would not be cut.
private func readFrames(_ input: inout FuzzInput) {
    let chunk = 1 + input.below(40)
    let bytes = input.rest()
    func read(by chunk: Int) -> (frames: [[UInt8]], isBroken: Bool) {
        let frames = StreamFrames()
        var found: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty, !frames.isBroken {
            let taken = rest.prefix(chunk).withUnsafeBytes { frames.put($0) }
            rest = rest.dropFirst(taken)
            while let frame = frames.next() { found.append(Array(frame)) }
            promise(taken > 0 || frames.isBroken, "the reader goes on")
        }
        return (found, frames.isBroken)
    }
    let whole = read(by: max(1, bytes.count))
    let cut = read(by: chunk)
    promise(whole == cut, "frames do not depend on where they are cut")
    promise(
        whole.frames.allSatisfy { (1...StreamFrames.limit).contains($0.count) }, "frames have a bounded size, and are not empty")
}

private func readMessages(_ input: inout FuzzInput) {
    let chunk = 1 + input.below(40)
    let frames = TURNFrames()
    var rest = input.rest()[...]
    while !rest.isEmpty, !frames.isBroken {
        let taken = rest.prefix(chunk).withUnsafeBytes { frames.put($0) }
        rest = rest.dropFirst(taken)
        while let frame = frames.next() {
            promise(frame.count >= 4 && frame.count <= TURNFrames.limit, "messages have a bounded size")
            _ = try? STUNMessage(parsing: UnsafeRawBufferPointer(frame).bytes)
        }
        promise(taken > 0 || frames.isBroken, "the reader goes on")
    }
}

private final class FarSide {
    private static let base = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
    private static let credentials = [
        IceCredentials(ufrag: "them", password: "their-password-of-24-char"),
        IceCredentials(ufrag: "next", password: "another-password-of-them"),
    ]

    private var agent: IceAgent
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    /// Connections that are begun, and whether they are open.
    private var streams: [(token: UInt64, isOpen: Bool)] = []
    private var questions: [(stream: UInt64, id: STUNTransactionID)] = []
    private var batch = DatagramBatch(capacity: 8)
    private var number: UInt64 = 0

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        agent = IceAgent(
            role: choice & 1 == 0 ? .controlling : .controlled, remoteIsLite: choice & 2 != 0, seed: 1, at: .seconds(1))
        agent.allowTCP(streams: 100)
        _ = agent.addHostCandidate(base: Self.base, now: now)
        agent.setRemoteCredentials(Self.credentials[0], now: now)
        drain()
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(14) {
        case 0, 1: agent.addRemoteCandidate(candidate(&input), now: now)
        case 2, 3: open(&input)
        case 4, 5, 6: answer(&input)
        case 7, 8: check(&input)
        case 9:
            guard let stream = stream(&input) else { return }
            put(input.chunk(upTo: 300), on: stream)
        case 10: advance(by: .milliseconds(Int64(input.below(20_000))))
        case 11:
            guard let stream = stream(&input) else { return }
            streams.removeAll { $0.token == stream }
            agent.streamClosed(stream, reason: "gone", now: now)
        case 12:
            agent.restart(now: now)
            agent.setRemoteCredentials(Self.credentials[input.below(2)], now: now)
        default:
            switch input.below(4) {
            case 0: agent.removeHostCandidate(base: Self.base, now: now)
            case 1: _ = agent.addHostCandidate(base: Self.base, now: now)
            case 2: flood()
            default: send(&input)
            }
        }
        drain()
        let pairs = agent.candidatePairs.count
        promise(pairs <= 101, "the checklist is bounded: \(pairs)")
        promise(streams.count <= 9, "connections are bounded: \(streams.count)")
    }

    func settle() {
        advance(by: .seconds(120))
        agent.close()
        agent.dropRelays()
        drain()
        promise(streams.isEmpty, "no connection stays open: \(streams)")
        let deadline = agent.deadline
        promise(deadline == nil, "a closed agent waits for nothing")
    }

    private func stream(_ input: inout FuzzInput) -> UInt64? {
        streams.isEmpty ? nil : streams[input.below(streams.count)].token
    }

    private func candidate(_ input: inout FuzzInput) -> IceCandidate {
        let choice = input.byte()
        let types: [IceTCPType?] = [.passive, .passive, .passive, .active, .simultaneousOpen, nil, .passive, .passive]
        return IceCandidate(
            foundation: "1", priority: input.number(),
            address: SocketAddress(ipv4: 0x0A00_0002, port: 6000 + UInt16(choice >> 4)), kind: choice & 8 == 0 ? .host : .relayed,
            tcpType: types[Int(choice & 7)])
    }

    private func flood() {
        for port in 0..<UInt16(200) {
            agent.addRemoteCandidate(
                IceCandidate(
                    foundation: "f", priority: UInt32(port), address: SocketAddress(ipv4: 0x0C00_0000, port: 1 + port),
                    kind: .host,
                    tcpType: .passive), now: now)
        }
    }

    private func open(_ input: inout FuzzInput) {
        guard !streams.isEmpty else { return }
        let index = input.below(streams.count)
        guard !streams[index].isOpen else { return }
        streams[index].isOpen = true
        agent.streamOpened(streams[index].token, now: now)
    }

    private func answer(_ input: inout FuzzInput) {
        guard !questions.isEmpty else { return }
        let question = questions.remove(at: input.below(questions.count))
        let choice = input.byte()
        let codes: [STUNErrorCode] = [.roleConflict, .forbidden, .badRequest, .unauthenticated]
        let mapped = SocketAddress(ipv4: choice & 4 == 0 ? 0x0A00_0001 : 0x0B00_0001, port: 40_000 + UInt16(choice >> 5))
        put(
            framed(choice & 3 == 0 ? .error : .success, question.id, password: Self.credentials[Int(choice >> 3 & 1)].password) {
                if choice & 3 == 0 { $0.append(codes[input.below(4)]) } else { $0.append(.xorMappedAddress, xor: mapped) }
            }, on: question.stream, isCut: choice & 16 != 0)
    }

    private func check(_ input: inout FuzzInput) {
        guard let stream = stream(&input) else { return }
        let choice = input.byte()
        number += 1
        let name = "\(agent.localCredentials.ufrag):\(Self.credentials[Int(choice & 1)].ufrag)"
        put(
            framed(.request, STUNTransactionID(high: 1, low: number), password: agent.localCredentials.password) {
                $0.append(.username, bytes: Array(name.utf8))
                $0.append(.priority, input.number() as UInt32)
                $0.append(choice & 2 == 0 ? .iceControlling : .iceControlled, UInt64(input.byte()) << 56)
                if choice & 4 != 0 { $0.append(.useCandidate) }
            }, on: stream, isCut: choice & 16 != 0)
    }

    private func put(_ bytes: [UInt8], on stream: UInt64, isCut: Bool = false) {
        guard streams.contains(where: { $0.token == stream && $0.isOpen }) else { return }
        let parts = isCut ? [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]] : [bytes[...]]
        for part in parts {
            part.withUnsafeBytes { bytes in
                var rest = bytes
                while !rest.isEmpty {
                    let taken = agent.put(rest, onStream: stream)
                    rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
                    while let (datagram, path) = agent.nextDatagram(onStream: stream, now: now) {
                        agent.receive(UnsafeRawBufferPointer(datagram).bytes, on: path, now: now)
                        agent.noteInboundTraffic(on: path, at: now)
                    }
                    guard taken > 0 else { return }
                }
            }
        }
    }

    private func send(_ input: inout FuzzInput) {
        guard let path = agent.selectedPath else { return }
        let size = 1 + input.below(1400)
        var route = agent.route(of: path)
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
                guard let stream = batch[index].stream else { continue }
                promise(
                    streams.contains { $0.token == stream && $0.isOpen }, "nothing is written to a connection that is not open")
                let bytes = batch.bytes(at: index)
                promise(Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2, "a frame has the length that it says")
                guard let message = try? STUNMessage(parsing: UnsafeRawBufferPointer(rebasing: bytes[2...]).bytes) else {
                    fatalError("the agent sent no STUN message")
                }
                if message.messageClass == .request { questions.append((stream, message.transactionID)) }
            }
            batch.removeAll()
            if questions.count > 64 { questions.removeFirst(questions.count - 64) }
            if case .drained = drain { break }
        }
        while let request = agent.nextStreamRequest() {
            count += 1
            switch request {
            case .open(let token, _): streams.append((token, false))
            case .close(let token): streams.removeAll { $0.token == token }
            }
        }
        while agent.nextEvent() != nil { count += 1 }
        return count
    }
}

private func framed(
    _ messageClass: STUNMessageClass, _ id: STUNTransactionID, password: String, _ attributes: (inout STUNWriter) -> Void
) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 8)
    defer { bytes.deallocate() }
    var writer = STUNWriter(bytes, messageClass, .binding, id)
    attributes(&writer)
    IntegrityKey(password).sign(&writer)
    let size = writer.finish()
    return [UInt8(size >> 8), UInt8(size & 255)] + bytes[..<size]
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let message = framed(.success, STUNTransactionID(high: 1, low: 2), password: "p") {
        $0.append(.xorMappedAddress, xor: SocketAddress(ipv4: 1, port: 2))
    }
    FuzzSeeds.writeIfAsked([
        [0, 6] + message + [0, 0] + message + [0, 3, 1, 2, 3], [1, 4] + message[2...] + [0x40, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0],
        // A candidate, a connection, a check that is answered, a nomination, consent, media.
        [2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 4, 0, 1, 10, 0, 200, 4, 0, 1, 10, 39, 16, 4, 0, 1, 13, 3, 1, 0],
        // Controlled, checked by them, closed, made again, restarted.
        [2, 1, 0, 0, 0, 0, 0, 1, 2, 0, 7, 0, 4, 0, 0, 0, 1, 9, 4, 0, 1, 11, 0, 10, 4, 0, 2, 0, 4, 0, 1, 12, 0, 0, 0, 0, 0, 0, 1],
        [2, 2, 13, 2, 10, 2, 0, 2, 0, 2, 1, 2, 2, 10, 39, 16, 13, 0, 13, 1],
    ])
    return 0
}
