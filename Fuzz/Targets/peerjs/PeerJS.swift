import FuzzSupport
import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIOSessions

/// The server's front of PeerJS under peers that come, go, take over and say anything, with a native client in the same rooms.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let desk = Desk(&input)
    while !input.isEmpty { desk.step(&input) }
    desk.settle()
    return 0
}

private final class Desk {
    private static let capacity = 4
    private let rooms: SharedRooms
    private let native: NativeFront
    private let front: PeerJSFront
    private let clock = FuzzClock(.origin)
    private var now: Instant { clock.now }
    private var nextSocket: UInt64 = 100
    private var open: Set<UInt64> = []
    private var lastID: Int64 = 0

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        var configuration = ServerConfiguration()
        configuration.trustLoopback = choice & 1 != 0
        configuration.roomTiming.disconnectGrace = choice & 2 == 0 ? .seconds(10) : .zero
        configuration.roomLimits.capacity = Self.capacity
        configuration.peerJS.keys = ["peerjs", "other"]
        configuration.peerJS.waiting = 16
        configuration.peerJS.allowsDiscovery = choice & 4 != 0
        configuration.limits.joins = RateLimit(perSecond: 100, burst: 1000)
        rooms = SharedRooms(configuration: configuration, seed: 1)
        var random = SplitMix64(seed: 2)
        native = NativeFront(configuration: configuration, seed: 1, at: .origin, rooms: rooms)
        front = PeerJSFront(configuration: configuration, rooms: rooms) { random.next() }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(12) {
        case 0, 1: enter(&input)
        case 2, 3, 4, 5:
            guard let socket = socket(&input) else { break }
            front.received(message(&input), on: socket, now: now)
        case 6:
            guard let socket = socket(&input) else { break }
            front.received(String(decoding: input.chunk(), as: UTF8.self), on: socket, now: now)
        case 7:
            guard let socket = socket(&input) else { break }
            open.remove(socket)
            front.closed(socket, isClean: input.byte() & 1 == 0, now: now)
        case 8: advance(by: .milliseconds(Int64(input.below(60_000))))
        case 9: say(&input)
        case 10: _ = front.answer(path: "/" + String(decoding: input.chunk(upTo: 40), as: UTF8.self))
        default:
            guard let socket = socket(&input) else { break }
            if input.byte() & 1 == 0 {
                front.overflowed(socket, now: now)
            } else {
                front.refuse(socket, with: .protocolError, reason: "no", now: now)
            }
        }
        drain()
        for room in ["peerjs:peerjs", "peerjs:other"] {
            promise(rooms.core.participants(in: room).count <= Self.capacity, "no room is above its capacity")
        }
        promise(front.peerCount <= 2 * Self.capacity, "no more peers than fit their rooms: \(front.peerCount)")
    }

    func settle() {
        front.drain(now: now)
        drain()
        native.closed(1, code: 1000, now: now)
        drain()
        advance(by: .seconds(300))
        promise(front.peerCount == 0, "no peer stays: \(front.peerCount)")
        promise(rooms.core.participantCount == 0 && rooms.core.sessionCount == 0, "nothing is left in the rooms")
    }

    private func socket(_ input: inout FuzzInput) -> UInt64? {
        let all = open.sorted()
        return all.isEmpty ? nil : all[input.below(all.count)]
    }

    private func enter(_ input: inout FuzzInput) {
        let ids = ["alice", "bob", "carol", "dave", "erin", "", "%00", "p_1"]
        nextSocket += 1
        open.insert(nextSocket)
        let target =
            "/peerjs?key=\(["peerjs", "other", "none"][input.below(3)])&id=\(ids[input.below(8)])&token=\(input.byte() & 1)"
        front.opened(
            nextSocket, query: URLQuery(target: target), from: ClientOrigin(address: SocketAddress(ipv4: 7, port: 1)), now: now)
    }

    private func message(_ input: inout FuzzInput) -> String {
        let types = ["OFFER", "ANSWER", "CANDIDATE", "LEAVE", "EXPIRE", "HEARTBEAT", "OTHER"]
        let choice = input.byte()
        var message: JSONObject = ["type": .string(types[input.below(types.count)])]
        if choice & 1 == 0 { message["dst"] = .string(["alice", "bob", "carol", "native", "nobody"][input.below(5)]) }
        var payload: JSONObject = ["type": choice & 2 == 0 ? "media" : "data"]
        if choice & 4 == 0 { payload["connectionId"] = "c" }
        if choice & 8 == 0 { payload["sdp"] = .object(["sdp": "v=0", "type": "offer"]) }
        if choice & 16 == 0 { payload["candidate"] = .object(["candidate": "", "sdpMid": "0"]) }
        message["payload"] = .object(payload)
        return JSON.object(message).text
    }

    /// The native client.
    private func say(_ input: inout FuzzInput) {
        lastID += 1
        if lastID == 1 {
            native.opened(1, from: SocketAddress(ipv4: 8, port: 1), now: now)
            return ask(.hello(HelloRequest(version: 1)))
        }
        let present = rooms.core.participants(in: "peerjs:peerjs")
        switch input.below(5) {
        case 0: ask(.join(JoinRequest(room: "peerjs:peerjs", name: "native", mode: .auto)))
        case 1: ask(.ready(rev: nil))
        case 2: ask(.leave)
        default:
            guard !present.isEmpty else { return }
            let kind = SignalKind.allCases[input.below(SignalKind.allCases.count)]
            ask(
                .signal(
                    SignalRequest(
                        to: present[input.below(present.count)], connection: "a", epoch: Int64(input.byte()), kind: kind,
                        body: kind.body("v=0").text)))
        }
    }

    private func ask(_ request: Request) {
        native.received(ClientFrame.request(id: lastID, request).text, on: 1, now: now)
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { earliest(front.deadline, native.deadline) }) { now in
            front.advance(to: now)
            native.advance(to: now)
            drain()
            return 1
        }
    }

    private func drain() {
        var goesOn = true
        while goesOn {
            goesOn = false
            native.advance(to: now)
            front.listen(now: now)
            while native.nextOutput() != nil { goesOn = true }
            while let output = front.nextOutput() {
                goesOn = true
                switch output {
                case .send(let socket, let text):
                    promise(open.contains(socket), "nothing is said to whom is gone: \(text)")
                    promise((try? JSONParser.parse(text)) != nil, "what is said is JSON: \(text)")
                case .close(let socket, _, _): open.remove(socket)
                }
            }
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // Two peers, an offer, an answer, candidates, a takeover, a loss, a farewell.
        [0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1, 3, 1, 0, 1, 0, 4, 0, 0, 2, 1, 0, 0, 0, 0, 7, 0, 1, 2, 0, 1, 3, 8, 40, 0],
        // A native client among them, and a message that waits.
        [1, 9, 9, 0, 9, 1, 0, 0, 0, 0, 2, 0, 0, 0, 3, 9, 3, 0, 0, 1, 2, 0, 0, 0, 4, 8, 50, 0, 9, 2],
        [4, 0, 1, 5, 0, 10, 10] + Array("peerjs/id/".utf8), [0, 0, 0, 0, 0, 6, 0, 12] + Array("{\"type\":1}  ".utf8),
    ])
    return 0
}
