import FuzzSignaling
import FuzzSupport
import RTCCore
import SignalingClients
import SignalingProtocol

/// A bot's side of Janus's VideoRoom under a server that says what it likes: known messages in any order, and text.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let server = Server(&input)
    while !input.isEmpty { server.step(&input) }
    server.scene.settle()
    return 0
}

private final class Server {
    let scene: ClientScene<JanusClient>

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        let client = JanusClient(
            name: "n", room: JanusRoom(choice & 1 == 0 ? "room" : "1234"), publishes: choice & 2 == 0,
            subscribes: choice & 4 == 0,
            seed: 1)
        scene = ClientScene(client) { text in
            guard let message = (try? JSONParser.parse(text))?.objectValue, let verb = message["janus"]?.stringValue,
                message["transaction"]?.stringValue != nil
            else { fatalError("the client says what Janus would not take: \(text)") }
            promise(verb == "create" || message["session_id"] != nil, "every request but the first names the session: \(text)")
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(14) {
        case 0: scene.open()
        case 1: scene.close(code: [nil, 1000, 1001, 1006][input.below(4)])
        case 2: scene.say(String(decoding: input.chunk(upTo: 600), as: UTF8.self))
        case 3...6: answer(&input)
        case 7, 8: happen(&input)
        case 9: scene.advance(by: .milliseconds(Int64(input.below(30_000))))
        case 10:
            let kinds = SignalKind.allCases
            let peers = scene.client.peers
            let to = peers.isEmpty ? "nobody" : peers[input.below(peers.count)].id
            scene.client.signal(
                to: to, connection: "a", epoch: Int(input.byte()), kind: kinds[input.below(kinds.count)],
                body: String(decoding: input.chunk(upTo: 40), as: UTF8.self), now: scene.now)
        case 11: if let peer = scene.client.peers.last { scene.client.askForOffer(from: peer.id, now: scene.now) }
        default:
            switch input.below(3) {
            case 0: scene.client.ready(now: scene.now)
            case 1: scene.client.leave(now: scene.now)
            default: scene.client.join(now: scene.now)
            }
        }
        scene.drain()
        let (peers, limit) = (scene.client.peers.count, JanusClientTiming().participants)
        promise(peers <= limit + 1, "the others, and the server, are bounded: \(peers)")
    }

    private func id(_ input: inout FuzzInput) -> JSON {
        switch input.below(6) {
        case 0: .string("s\(input.byte())")
        case 1: .integer(JSON.largestInteger - Int64(input.byte()))
        case 2: .null
        default: .integer(Int64(input.below(6)))
        }
    }

    private func participants(_ input: inout FuzzInput) -> JSON {
        .array((0..<input.below(4)).map { _ in .object(["id": id(&input), "display": "d"]) })
    }

    private func body(_ input: inout FuzzInput) -> JSONObject {
        var data: JSONObject = ["videoroom": .string(["joined", "event", "attached", "destroyed", "left"][input.below(5)])]
        let choice = input.byte()
        data["id"] = id(&input)
        if choice & 1 == 0 { data["publishers"] = participants(&input) }
        if choice & 2 != 0 { data["attendees"] = participants(&input) }
        if choice & 4 != 0 { data["joining"] = .object(["id": id(&input)]) }
        if choice & 8 != 0 { data["leaving"] = input.byte() & 1 == 0 ? "ok" : id(&input) }
        if choice & 16 != 0 { data["unpublished"] = id(&input) }
        if choice & 32 != 0 { data["kicked"] = id(&input) }
        if choice & 64 != 0 { data["error_code"] = .integer(Int64(420 + input.below(40))) }
        if choice & 128 != 0 { data["participants"] = participants(&input) }
        return data
    }

    private func message(_ verb: String, _ input: inout FuzzInput) -> JSONObject {
        var message: JSONObject = [
            "janus": .string(verb), "data": .object(["id": id(&input)]),
            "plugindata": .object(["plugin": "janus.plugin.videoroom", "data": .object(body(&input))]),
        ]
        switch input.below(4) {
        case 0: message["jsep"] = .object(["type": "offer", "sdp": "v=0"])
        case 1: message["jsep"] = .object(["type": "answer", "sdp": "v=0"])
        case 2 where input.byte() & 7 == 0:
            message["error"] = .object(["code": .integer(Int64(450 + input.below(20))), "reason": "no"])
        default: break
        }
        return message
    }

    private func answer(_ input: inout FuzzInput) {
        guard !scene.said.isEmpty else { return }
        let question = try? JSONParser.parse(scene.said[scene.said.count - 1 - input.below(scene.said.count)])
        var message = message(["success", "event", "ack", "error"][input.below(4)], &input)
        message["transaction"] = question?.objectValue?["transaction"]
        scene.say(JSON.object(message).text)
    }

    private func happen(_ input: inout FuzzInput) {
        let verbs = ["event", "trickle", "hangup", "detached", "slowlink", "media", "timeout", "error", "webrtcup", "ack"]
        var message = message(verbs[input.below(verbs.count)], &input)
        message["sender"] = id(&input)
        message["candidate"] = .object(
            input.byte() & 1 == 0 ? ["completed": .bool(true)] : ["candidate": "candidate:1 1 udp 1 10.0.0.1 1 typ host"])
        message["uplink"] = .bool(input.byte() & 1 == 0)
        message["receiving"] = .bool(false)
        message["lost"] = id(&input)
        scene.say(JSON.object(message).text)
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // A session, a handle, a room, inside with two publishers, ready.
        [
            0, 0, 3, 0, 0, 3, 1, 0, 1, 3, 3, 3, 0, 0, 3, 1, 0, 1, 3, 3, 3, 0, 0, 3, 1, 0, 1, 3, 3, 3, 0, 1, 3, 1, 0, 0, 3, 5, 2,
            3, 1, 3, 2, 3, 12, 0, 3, 0, 0, 3, 4, 0, 1, 3, 3, 10, 0, 1, 0, 3, 118, 61, 48, 9, 30, 0,
        ],
        [7, 0, 3, 0, 0, 3, 1, 0, 1, 3, 3, 3, 0, 0, 3, 1, 0, 1, 3, 3, 7, 0, 3, 1, 1, 4, 3, 2, 7, 2, 3, 1, 12, 1, 9, 100, 0],
        [0, 0, 2, 17] + Array("{\"janus\":\"event\"}".utf8),
    ])
    return 0
}
