import FuzzSupport
import RTCCore
import RTCCrypto
import RTCICE
import RTCWire

/// An ICE agent (RFC 8445) against a far side that knows its password and keeps no rule: the fuzzer decides which checks, answers,
/// candidates, credentials and bytes come from where, and how time goes by.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let far = FarSide(&input)
    while !input.isEmpty { far.step(&input) }
    far.settle()
    return 0
}

private final class FarSide {
    private static let credentials = [
        IceCredentials(ufrag: "them", password: "their-password-of-24-char"),
        IceCredentials(ufrag: "next", password: "another-password-of-them"),
    ]
    private static let bases = [
        SocketAddress(ipv4: 0x0A00_0001, port: 5000), SocketAddress(ipv4: 0x0A00_0101, port: 5001),
        SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1, port: 5006),
        SocketAddress(ipv6High: 0xFE80 << 48, low: 1, port: 5007),
    ]
    private static let server = SocketAddress(ipv4: 0x0808_0808, port: 3478)

    private var agent: IceAgent
    private let clock = FuzzClock(.seconds(1))
    private var now: Instant { clock.now }
    private var requests: [(path: Path, id: STUNTransactionID)] = []
    private var batch = DatagramBatch(capacity: 8)
    private var number: UInt64 = 1

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        agent = IceAgent(
            role: choice & 1 == 0 ? .controlling : .controlled, remoteIsLite: choice & 2 != 0, seed: 1, at: .seconds(1))
        if choice & 4 != 0 { agent.gather(from: [Self.server], now: now) }
        _ = agent.addHostCandidate(base: Self.bases[0], now: now)
        if choice & 8 != 0 { agent.setRemoteCredentials(Self.credentials[0], now: now) }
        drain()
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(14) {
        case 0, 1, 2: check(&input)
        case 3, 4, 5: respond(&input)
        case 6: agent.addRemoteCandidate(candidate(&input), now: now)
        case 7: advance(by: .milliseconds(Int64(input.below(60_000))))
        case 8: agent.setRemoteCredentials(Self.credentials[input.below(2)], now: now)
        case 9: _ = agent.addHostCandidate(base: Self.bases[input.below(4)], now: now)
        case 10: agent.removeHostCandidate(base: Self.bases[input.below(4)], now: now)
        case 11: if input.byte() & 3 == 0 { agent.restart(now: now) } else { agent.noteInboundTraffic(on: path(&input), at: now) }
        case 12:
            let bytes = input.chunk()
            give(bytes, on: path(&input))
        default:
            switch input.below(4) {
            case 0: agent.setRole(input.byte() & 1 == 0 ? .controlling : .controlled)
            case 1: agent.setRemoteIsLite(input.byte() & 1 == 0)
            case 2: flood(&input)
            default: advance(by: .milliseconds(Int64(input.below(200))))
            }
        }
        drain()
        check()
    }

    func settle() {
        advance(by: .seconds(120))
        agent.close()
        drain()
        let deadline = agent.deadline
        promise(deadline == nil, "a closed agent waits for nothing")
    }

    /// What must hold after each step (RFC 8445 §6.1.2.5, and no time that is over).
    private func check() {
        let pairs = agent.candidatePairs.count
        promise(pairs <= 101, "the checklist is bounded: \(pairs)")
        let candidates = agent.remoteCandidateCount
        promise(candidates <= 300, "remote candidates are bounded: \(candidates)")
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { agent.deadline }) { now in
            agent.advance(to: now)
            return drain()
        }
    }

    private func path(_ input: inout FuzzInput) -> Path {
        let choice = input.byte()
        let local = Self.bases[Int(choice & 3)]
        let remote: SocketAddress
        switch choice >> 2 & 3 {
        case 0: remote = SocketAddress(ipv4: 0x0A00_0002, port: 6000 + UInt16(choice >> 4))
        case 1: remote = SocketAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 2, port: 6000 + UInt16(choice >> 4))
        case 2: remote = Self.server
        default: remote = SocketAddress(ipv4: 0x0B00_0000 + UInt32(input.byte()), port: input.number())
        }
        return Path(local: local, remote: remote)
    }

    private func candidate(_ input: inout FuzzInput) -> IceCandidate {
        let kinds: [IceCandidate.Kind] = [.host, .serverReflexive, .peerReflexive, .relayed]
        let ufrags = [nil, "them", "next", "nobody"]
        return IceCandidate(
            foundation: String(input.below(9)), priority: input.number(), address: path(&input).remote,
            kind: kinds[input.below(kinds.count)], ufrag: ufrags[input.below(4)])
    }

    private func flood(_ input: inout FuzzInput) {
        for port in 0..<UInt16(300) {
            agent.addRemoteCandidate(
                IceCandidate(
                    foundation: "f", priority: input.number(), address: SocketAddress(ipv4: 0x0C00_0000, port: port &+ 1),
                    kind: .host),
                now: now)
        }
    }

    /// A check as the far side would send it, but for what the fuzzer changes.
    private func check(_ input: inout FuzzInput) {
        let choice = input.byte()
        let path = path(&input)
        number += 1
        let password = choice & 1 == 0 ? agent.localCredentials.password : "not-the-password-at-all-x"
        let ufrag = choice & 2 == 0 ? agent.localCredentials.ufrag : "nobody"
        let theirs = Self.credentials[choice & 4 == 0 ? 0 : 1].ufrag
        let bytes = message(.request, STUNTransactionID(high: 1, low: number), password: password) { writer in
            if choice & 8 == 0 || choice & 1 == 0 { writer.append(.username, bytes: Array("\(ufrag):\(theirs)".utf8)) }
            writer.append(.priority, input.number() as UInt32)
            writer.append(choice & 16 == 0 ? .iceControlling : .iceControlled, UInt64(input.byte()) << 56)
            if choice & 32 != 0 { writer.append(.useCandidate) }
            if choice & 64 != 0 { writer.append(STUNAttributeType(rawValue: input.number()), bytes: input.chunk(upTo: 40)) }
        }
        give(bytes, on: path)
    }

    /// An answer to one of the agent's own requests.
    private func respond(_ input: inout FuzzInput) {
        guard !requests.isEmpty else { return }
        let request = requests[input.below(requests.count)]
        let choice = input.byte()
        let codes: [STUNErrorCode] = [.roleConflict, .forbidden, .badRequest, .unauthenticated]
        let isSuccess = choice & 3 != 0
        let mapped = choice & 4 == 0 ? request.path.local : path(&input).remote
        let password = choice & 8 == 0 ? Self.credentials[choice & 16 == 0 ? 0 : 1].password : nil
        let bytes = message(isSuccess ? .success : .error, request.id, password: password) { writer in
            if isSuccess { writer.append(.xorMappedAddress, xor: mapped) } else { writer.append(codes[input.below(4)]) }
        }
        give(bytes, on: choice & 32 == 0 ? request.path : path(&input))
    }

    private func give(_ bytes: [UInt8], on path: Path) {
        bytes.withUnsafeBytes { agent.receive($0.bytes, on: path, now: now) }
    }

    @discardableResult
    private func drain() -> Int {
        var count = 0
        while true {
            let drain = agent.nextDatagrams(into: &batch)
            for index in 0..<batch.count {
                count += 1
                promise(batch[index].size > 0 && batch[index].size <= 1200, "a STUN message fits a datagram")
                let path = batch[index].path
                guard let message = try? STUNMessage(parsing: batch.bytes(at: index).bytes) else {
                    fatalError("the agent sent no STUN message")
                }
                if message.messageClass == .request { requests.append((path, message.transactionID)) }
            }
            batch.removeAll()
            if requests.count > 64 { requests.removeFirst(requests.count - 64) }
            if case .drained = drain { break }
        }
        while agent.nextEvent() != nil { count += 1 }
        return count
    }
}

private func message(
    _ messageClass: STUNMessageClass, _ id: STUNTransactionID, password: String?, _ attributes: (inout STUNWriter) -> Void
) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 8)
    defer { bytes.deallocate() }
    var writer = STUNWriter(bytes, messageClass, .binding, id)
    attributes(&writer)
    if let password {
        let key = HMACSHA1(key: Array(password.utf8))
        writer.appendIntegrity { key.authenticate($0, into: $1) }
    }
    let size = writer.finish()
    return Array(bytes[..<size])
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // Signalled, checked, answered, nominated, and left alone.
        [8, 6, 1, 1, 0, 0, 0, 0, 0, 0, 3, 0, 7, 3, 0, 7, 0, 50, 3, 1, 7, 7, 200, 200],
        [9, 0, 0, 0, 1, 2, 3, 4, 9, 3, 0, 7, 0, 32, 0, 1, 2, 3, 4, 9, 7, 255, 0],
        [0, 0, 0, 0, 1, 2, 3, 4, 9, 8, 0, 3, 0, 7, 7, 10, 0, 11, 0, 8, 1, 10, 0, 9, 1],
        [12, 13, 2, 1, 2, 3, 4, 5, 6, 7, 8, 13, 0, 1, 13, 1, 0],
    ])
    return 0
}
