import FuzzSignaling
import FuzzSupport
import RTCCore
import SignalingClients
import SignalingProtocol

/// A bot's side of PeerJS under a server, and far peers, that say what they like: known messages in any order, and text.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let server = Server(&input)
    while !input.isEmpty { server.step(&input) }
    server.scene.settle()
    return 0
}

private final class Server {
    private static let participants = 4
    private static let bots = ["a", "b", "c"]
    let scene: ClientScene<PeerJSClient>

    init(_ input: inout FuzzInput) {
        var timing = PeerJSClientTiming()
        timing.participants = Self.participants
        let room = PeerJSRoom("r", bots: Self.bots)
        let client = PeerJSClient(name: Self.bots[input.below(3)], room: room, seed: 1, timing: timing)
        scene = ClientScene(client) { text in
            guard let message = (try? JSONParser.parse(text))?.objectValue, let type = message["type"]?.stringValue else {
                fatalError("the client says what is not of PeerJS: \(text)")
            }
            let isToSomebody = message["dst"]?.stringValue != nil && message["payload"]?.objectValue?["connectionId"] != nil
            promise(
                type == "HEARTBEAT" || ["OFFER", "ANSWER", "CANDIDATE"].contains(type) && isToSomebody,
                "it says only what a server passes on: \(text)")
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(12) {
        case 0: scene.open()
        case 1: scene.close(code: [nil, 1000, 1001, 4000][input.below(4)])
        case 2: scene.say(String(decoding: input.chunk(upTo: 400), as: UTF8.self))
        case 3: scene.say(#"{"type":"\#(["OPEN", "ERROR", "ID-TAKEN", "INVALID-KEY"][input.below(4)])"}"#)
        case 4...7: scene.say(message(&input))
        case 8: scene.advance(by: .milliseconds(Int64(input.below(30_000))))
        default: scene.act(&input)
        }
        let peers = scene.client.peers
        promise(peers.count <= Self.participants, "callers are bounded: \(peers.count)")
        promise(Set(peers.map(\.id)).count == peers.count, "nobody is there twice")
    }

    private func message(_ input: inout FuzzInput) -> String {
        let types = ["OFFER", "ANSWER", "CANDIDATE", "LEAVE", "EXPIRE", "HEARTBEAT"]
        let from = ["r-a", "r-b", "r-c", "s0", "s1", "s2", "s3", "s4"][input.below(8)]
        let choice = input.byte()
        var payload: JSONObject = ["type": choice & 1 == 0 ? "media" : "data"]
        if choice & 2 == 0 { payload["connectionId"] = choice & 4 == 0 ? .string(connection ?? "c") : "d" }
        if choice & 8 == 0 { payload["sdp"] = .object(["sdp": "v=0", "type": "offer"]) }
        if choice & 16 == 0 { payload["candidate"] = .object(["candidate": choice & 32 == 0 ? "candidate:1" : ""]) }
        if choice & 64 == 0 { payload["metadata"] = .object(["name": "n"]) }
        let message: JSONObject = [
            "type": .string(types[input.below(types.count)]), "src": .string(from), "payload": .object(payload),
        ]
        return JSON.object(message).text
    }

    /// Of the client's newest offer.
    private var connection: String? {
        for text in scene.said.reversed() {
            let message = (try? JSONParser.parse(text))?.objectValue
            if let id = message?["payload"]?.objectValue?["connectionId"]?.stringValue { return id }
        }
        return nil
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(
        [
            // The last of three calls those before it; one answers; a stranger calls, is answered, and goes.
            [
                2, 0, 3, 0, 9, 0, 0, 9, 0, 5, 1, 0, 3, 118, 61, 48, 9, 0, 5, 1, 2, 2, 104, 105, 4, 0, 0, 1, 4, 0, 0, 2, 4, 4, 4,
                0,
                9, 2, 5, 1, 1, 3, 118, 61, 48, 4, 4, 4, 2, 4, 4, 0, 3, 8, 39, 16, 1, 0, 0, 3, 0,
            ],
            // Somebody does not come, five times.
            [2, 0, 3, 0, 9, 0, 0, 9, 1, 5, 1, 0, 3, 118, 61, 48]
                + [[UInt8]](repeating: [4, 1, 0, 4, 8, 4, 0], count: 5).joined(),
            [0, 0, 3, 0, 4, 1, 0, 0, 4, 2, 0, 0, 4, 3, 0, 0, 4, 4, 0, 0, 4, 5, 0, 0, 4, 6, 0, 0, 1, 1, 0, 3, 0],
            [0, 0, 2, 13] + Array(#"{"type":"OPEN"}"#.utf8),
        ], words: ["OPEN", "OFFER", "EXPIRE", #""type":"#, #""src":"#, #""payload":"#, #""connectionId":"#])
    return 0
}
