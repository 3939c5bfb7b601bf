import FuzzSupport
import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol

/// The server's front of `starling.v1` under frames of several connections, well formed or not, and connections that come and go; and
/// its STUN server under datagrams.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let desk = Desk(&input)
    while !input.isEmpty { desk.step(&input) }
    desk.settle()
    return 0
}

private final class Desk {
    private let front: NativeFront
    private var responder: STUNResponder
    private let clock = FuzzClock(.origin)
    private var now: Instant { clock.now }
    private var isOpen: Set<UInt64> = []
    private var ids: [UInt64: Int64] = [:]
    private var participants: [String] = ["p_nobody"]
    private var sessions: [(name: String, secret: String)] = []
    private let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 8)

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        var configuration = ServerConfiguration()
        configuration.trustLoopback = choice & 1 != 0
        configuration.roomTiming.disconnectGrace = choice & 2 == 0 ? .seconds(10) : .zero
        configuration.limits.replayEvents = choice & 4 == 0 ? 512 : 2
        front = NativeFront(configuration: configuration, seed: 1, at: .origin)
        responder = STUNResponder(at: .origin)
    }

    deinit {
        slot.deallocate()
    }

    func step(_ input: inout FuzzInput) {
        let connection = UInt64(input.below(5))
        switch input.below(12) {
        case 0: open(connection)
        case 1: close(connection, code: [nil, 1000, 1001, 4003][input.below(4)])
        case 2: say(String(decoding: input.chunk(upTo: 600), as: UTF8.self), on: connection)
        case 3, 4, 5: ask(.hello(hello(&input)), on: connection)
        case 6: ask(.join(JoinRequest(room: "r\(input.below(2))", name: "n", mode: .auto)), on: connection)
        case 7: ask(.ready(rev: nil), on: connection)
        case 8:
            let kind = SignalKind.allCases[input.below(SignalKind.allCases.count)]
            ask(
                .signal(
                    SignalRequest(
                        to: participants[input.below(participants.count)], connection: "a", epoch: Int64(input.byte()),
                        kind: kind,
                        body: kind.body(String(repeating: "x", count: input.below(2000))).text)), on: connection)
        case 9: advance(by: .milliseconds(Int64(input.below(12_000))))
        case 10:
            let bytes = input.chunk()
            let size = bytes.withUnsafeBytes {
                responder.answer($0.bytes, from: SocketAddress(ipv4: 1, port: 2), into: slot, now: now)
            }
            promise(size <= max(128, 2 * bytes.count), "an answer is at most twice its question")
        default:
            switch input.below(4) {
            case 0: ask(.leave, on: connection)
            case 1: if isOpen.contains(connection) { front.overflowed(connection, now: now) }
            case 2: say(ClientFrame.acknowledgement(Int64(input.byte())).text, on: connection)
            default: ask(.ping, on: connection)
            }
        }
        drain()
    }

    func settle() {
        advance(by: .seconds(30))
        for connection in isOpen.sorted() { close(connection, code: nil) }
        advance(by: .seconds(60))
        let metrics = front.metrics
        promise(metrics.rooms == 0 && metrics.participants == 0 && metrics.sessions == 0, "nothing is left: \(metrics)")
    }

    private func hello(_ input: inout FuzzInput) -> HelloRequest {
        guard input.byte() & 1 == 1, let session = sessions.last else { return HelloRequest(version: 1) }
        let secret = input.byte() & 1 == 0 ? session.secret : "wrong"
        return HelloRequest(resume: ResumeRequest(session: session.name, secret: secret, seq: Int64(input.byte())))
    }

    private func open(_ connection: UInt64) {
        guard isOpen.insert(connection).inserted else { return }
        front.opened(connection, from: SocketAddress(ipv4: UInt32(connection), port: 1), now: now)
    }

    private func close(_ connection: UInt64, code: UInt16?) {
        guard isOpen.remove(connection) != nil else { return }
        front.closed(connection, code: code, now: now)
    }

    private func ask(_ request: Request, on connection: UInt64) {
        let id = ids[connection, default: 0] + 1
        ids[connection] = id
        say(ClientFrame.request(id: id, request).text, on: connection)
    }

    private func say(_ text: String, on connection: UInt64) {
        open(connection)
        front.received(text, on: connection, now: now)
        drain()
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { front.deadline }) { now in
            front.advance(to: now)
            drain()
            return 1
        }
    }

    private func drain() {
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text):
                promise(isOpen.contains(connection), "nothing is said on a connection that is gone")
                heard(text)
            case .close(let connection, _, let reason):
                promise(reason.utf8.count <= 4096, "a reason is a sentence")
                close(connection, code: nil)
            }
        }
    }

    private func heard(_ text: String) {
        guard let frame = try? ServerFrame(text) else { fatalError("the server says what it would not take: \(text)") }
        guard case .reply(_, .ok(let result)) = frame else { return }
        if let welcome = Welcome(result), let secret = welcome.secret { sessions.append((welcome.session, secret)) }
        if sessions.count > 8 { sessions.removeFirst() }
        if let snapshot = RoomSnapshot(result) { participants.append(snapshot.participant) }
        if participants.count > 8 { participants.removeFirst() }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        [0, 0, 3, 0, 1, 3, 0, 0, 6, 0, 1, 6, 0, 0, 7, 1, 7, 0, 8, 1, 0, 1, 0, 9, 9, 0, 200, 0, 1, 0, 2, 3, 1, 0, 0, 9, 4, 0],
        [2, 0, 3, 0, 0, 6, 0, 0, 7, 0, 1, 1], [4, 0, 3, 0, 0, 6, 0, 1, 3, 0, 1, 6, 0, 0, 1, 0, 1, 11, 0, 2, 3, 1, 0, 0],
        [0, 0, 2, 9] + Array("{\"t\":\"hi\"}".utf8),
        [0, 0, 10, 20, 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 1, count: 12),
    ])
    return 0
}
