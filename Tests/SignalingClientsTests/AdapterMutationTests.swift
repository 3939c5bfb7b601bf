import MutatedInput
import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("Adapters and damaged messages")
struct AdapterMutationTests {
    private static let words = [
        #"{"type":"joined","people":[{"id":"b","name":"Bo"},{"id":"c"}],"ice_servers":[{"urls":"stun:192.0.2.1"}]}"#,
        #"{"type":"arrived","id":"d","name":"Di"}"#, #"{"type":"left","id":"b"}"#,
        #"{"type":"offer","from":"b","sdp":"v=0\r\na=x-starling-name:callers[1]\r\nm=audio"}"#,
        #"{"type":"answer","from":"c","sdp":"v=0"}"#, #"{"type":"candidate","from":"b","candidate":{"candidate":"candidate:1"}}"#,
        #"{"type":"chat","from":"b","text":"hi"}"#, #"{"type":"refused","reason":"full"}"#,
    ]
    private static let packets = [
        #"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#, #"40{"sid":"s"}"#, "2",
        #"430[{"ok":true}]"#, #"42["offer",{"from":"b"}]"#, #"4213["a",{"_placeholder":true}]"#, "41", #"44{"message":"no"}"#,
        "1",
    ]
    private static let peerMessages = [
        #"{"type":"OPEN"}"#, #"{"type":"EXPIRE","src":"r-a"}"#, #"{"type":"LEAVE","src":"r-b"}"#,
        #"{"type":"OFFER","src":"r-b","payload":{"type":"media","connectionId":"mc_1","sdp":{"type":"offer","sdp":"v=0"}}}"#,
        #"{"type":"ANSWER","src":"r-a","payload":{"connectionId":"mc_1","sdp":{"type":"answer","sdp":"v=0"}}}"#,
        #"{"type":"CANDIDATE","src":"r-b","payload":{"connectionId":"mc_1","candidate":{"candidate":"candidate:1"}}}"#,
    ]

    /// Plays ten thousand of them, a new client for each hundred, and answers as a bot would.
    private func play<Client: SignalingClient>(_ corpus: [String], _ make: (UInt64) -> Client) {
        var mutator = Mutator(seed: 7)
        let bytes = corpus.map { Array($0.utf8) }
        for round in 0..<100 {
            var client = make(UInt64(round))
            var now = Instant.origin
            client.opened(now: now)
            for _ in 0..<100 {
                let isWhole = mutator.below(2) == 0
                let text = isWhole ? corpus[mutator.below(corpus.count)] : String(decoding: mutator.mutate(bytes), as: UTF8.self)
                client.received(text, now: now)
                while let event = client.nextEvent() {
                    if case .joined(_, let peers) = event {
                        client.ready(now: now)
                        for peer in peers {
                            client.signal(to: peer.id, connection: "a", epoch: 1, kind: .offer, body: "v=0", now: now)
                        }
                    }
                    if case .signal(let from, _, let epoch, .offer, _) = event {
                        client.signal(to: from, connection: "a", epoch: epoch, kind: .answer, body: "v=0", now: now)
                    }
                }
                while let text = client.nextText() { #expect(!text.isEmpty) }
                now = now + .milliseconds(100)
                if let due = client.deadline, due <= now { client.advance(to: now) }
                #expect(client.peers.count <= 512)
            }
        }
    }

    @Test("ten thousand to a mapped client on a plain WebSocket")
    func plain() { play(Self.words) { MappedClient(name: "a", room: "r", mapping: .program, seed: $0) } }

    @Test("ten thousand packets to a mapped client on Socket.IO")
    func socketIO() {
        var mapping = RoomMapping.program
        mapping.transport = .socketio
        mapping.eventPath = MessagePath(["0"])
        mapping.heard.joined?.rule.event = nil
        play(Self.packets) { MappedClient(name: "a", room: "r", mapping: mapping, seed: $0) }
    }

    @Test("ten thousand to a PeerJS client")
    func peerJS() { play(Self.peerMessages) { PeerJSClient(name: "c", room: PeerJSRoom("r", bots: ["a", "b", "c"]), seed: $0) } }
}
