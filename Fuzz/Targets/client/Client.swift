import FuzzSignaling
import FuzzSupport
import RTCCore
import SignalingClients
import SignalingProtocol

/// A bot's side of `starling.v1` under a server that says what it likes: known frames in any order, and text.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let server = Server()
    while !input.isEmpty { server.step(&input) }
    server.scene.settle()
    return 0
}

private final class Server {
    let scene = ClientScene(RoomClient(name: "n", room: "r", seed: 1)) { text in
        promise((try? ClientFrame(text)) != nil, "the client says only what a server takes: \(text)")
    }
    private var asked: [Int64] {
        scene.said.compactMap { text in
            guard case .request(let id, _, _)? = try? ClientFrame(text) else { return nil }
            return id
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(12) {
        case 0: scene.open()
        case 1: scene.close(code: [nil, 1000, 1001, 4000, 4003, 4009][input.below(6)])
        case 2: scene.say(String(decoding: input.chunk(upTo: 600), as: UTF8.self))
        case 3, 4: welcome(&input)
        case 5: snapshot(&input)
        case 6: reply(.done, &input)
        case 7:
            reply(
                .refused(
                    RequestError(ErrorCode.allCases[input.below(ErrorCode.allCases.count)], "no", retryMilliseconds: wild(&input))
                ), &input)
        case 8, 9:
            scene.say(ServerFrame.event(event(&input), seq: input.byte() & 1 == 0 ? nil : wild(&input), rev: wild(&input)).text)
        case 10: scene.advance(by: .milliseconds(Int64(input.below(12_000))))
        default:
            let now = scene.now
            switch input.below(4) {
            case 0: scene.client.ready(now: now)
            case 1: scene.client.leave(now: now)
            case 2: scene.client.join(now: now)
            default:
                scene.client.signal(to: "p_1", connection: "a", epoch: Int(input.byte()), kind: .offer, body: "v=0", now: now)
            }
            scene.drain()
        }
    }

    private func wild(_ input: inout FuzzInput) -> Int64 {
        switch input.below(4) {
        case 0: Int64(input.byte())
        case 1: JSON.largestInteger - Int64(input.byte())
        case 2: 0
        default: Int64(input.number(UInt32.self))
        }
    }

    private func reply(_ reply: Reply, _ input: inout FuzzInput) {
        let id = asked.isEmpty || input.byte() & 7 == 7 ? wild(&input) : asked[input.below(asked.count)]
        scene.say(ServerFrame.reply(id: id, reply).text)
    }

    private func welcome(_ input: inout FuzzInput) {
        let welcome = Welcome(
            session: "s_\(input.below(2))", secret: input.byte() & 1 == 0 ? "1f" : nil, epoch: wild(&input),
            pingMilliseconds: wild(&input),
            resumeMilliseconds: wild(&input), replay: input.byte() & 1 == 0 ? nil : wild(&input),
            iceServers: [ICEServer(urls: [String(decoding: input.chunk(upTo: 30), as: UTF8.self)])])
        reply(.ok(welcome.json), &input)
    }

    private func snapshot(_ input: inout FuzzInput) {
        let peers = (0..<input.below(5)).map {
            PeerDescription(id: "p_\($0)", name: "n", role: "speaker", polite: $0 & 1 == 0)
        }
        let snapshot = RoomSnapshot(
            participant: "p_9", role: "speaker", permissions: [], rev: wild(&input), room: "r", mode: .auto, peers: peers)
        reply(.ok(snapshot.json), &input)
    }

    private func event(_ input: inout FuzzInput) -> Event {
        let id = "p_\(input.below(4))"
        let kinds = SignalKind.allCases
        let kind = kinds[input.below(kinds.count)]
        switch input.below(8) {
        case 0: return .peerJoined(PeerDescription(id: id, name: "n", role: "speaker", polite: true))
        case 1: return .peerLeft(participant: id, reason: "left")
        case 2: return .peerReconnecting(participant: id)
        case 3: return .peerResumed(participant: id)
        case 4: return .signal(from: id, connection: "a", epoch: wild(&input), kind: kind, body: kind.body("x"))
        case 5: return .signalExpired(to: id, connection: "a", epoch: wild(&input), kind: kind)
        case 6: return .resumed(rev: wild(&input), media: .alive)
        default: return .goAway(reason: "stopping", url: nil, retryMilliseconds: wild(&input))
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        [
            0, 3, 0, 0, 0, 1, 3, 0, 0, 39, 16, 3, 0, 0, 39, 16, 0, 0, 0, 0, 5, 2, 0, 1, 0, 1, 11, 0, 8, 0, 4, 0, 1, 1, 1, 0, 1,
            10, 39, 16,
        ],
        [0, 3, 0, 0, 1, 0, 1, 1, 0, 1, 0, 5, 0, 0, 0, 1, 1, 0, 0, 3, 0, 0, 1, 0, 1, 1, 1, 2, 6, 0, 1],
        [0, 2, 12] + Array("{\"t\":\"event\"}".utf8),
    ])
    return 0
}
