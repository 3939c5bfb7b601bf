import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIOSessions
import Testing

@Suite("PeerJS")
struct PeerJSFrontTests {
    private let scene = FrontScene()

    private static let offer =
        #""payload":{"connectionId":"mc_1","metadata":{"a":1},"sdp":{"sdp":"v=0","type":"offer"},"type":"media"}"#
    private static let open = [#"{"type":"OPEN"}"#]

    private func message(_ type: String, to receiver: String, _ payload: String = Self.offer) -> String {
        #"{"type":"\#(type)","dst":"\#(receiver)",\#(payload)}"#
    }

    // MARK: Coming in

    @Test("a peer with a free id is let in")
    func opening() {
        #expect(scene.take(scene.peer("alice")) == Self.open)
        #expect(scene.native.participants(in: "peerjs:peerjs").count == 1)
    }

    @Test(
        "what is missing or not known is told, and the socket closes",
        arguments: [
            ("", "t", "peerjs", "No id, token, or key supplied to websocket server"),
            ("alice", "", "peerjs", "No id, token, or key supplied to websocket server"),
            ("alice", "t", "other", "Invalid key provided"),
        ])
    func refused(id: String, token: String, key: String, reason: String) {
        let socket = scene.peer(id, token: token, key: key)
        #expect(scene.take(socket) == [#"{"payload":{"msg":"\#(reason)"},"type":"ERROR"}"#])
        #expect(scene.closes[socket] != nil)
    }

    @Test("an id that somebody has is taken, and its owner stays")
    func taken() {
        let alice = scene.peer("alice", token: "hers")
        let other = scene.peer("alice", token: "his")
        #expect(scene.take(other) == [#"{"payload":{"msg":"ID is taken"},"type":"ID-TAKEN"}"#])
        #expect(scene.closes[other] != nil)
        #expect(scene.closes[alice] == nil)
    }

    @Test("the same peer on another socket is told OPEN, and the older socket closes")
    func reconnect() {
        let bob = scene.peer("bob")
        let old = scene.peer("alice", token: "hers")
        let new = scene.peer("alice", token: "hers")
        #expect(scene.take(new) == Self.open)
        #expect(scene.closes[old] == 4009)
        // The host tells of the older one's end afterwards.
        scene.hangUp(old, isClean: false)
        _ = scene.take(bob)
        scene.say(message("OFFER", to: "alice"), on: bob)
        #expect(scene.take(new).count == 1)
    }

    @Test("a room that is full says so as the protocol has it")
    func full() {
        let scene = FrontScene { $0.roomLimits.capacity = 1 }
        _ = scene.peer("alice")
        let bob = scene.peer("bob")
        #expect(
            scene.take(bob) == [#"{"payload":{"msg":"Server has reached its concurrent user limit"},"type":"ERROR"}"#])
        #expect(scene.closes[bob] != nil)
        #expect(scene.peers.peerCount == 1)
    }

    // MARK: Messages

    @Test("an offer, an answer and a candidate arrive as they were sent, with their sender's name")
    func relay() {
        let alice = scene.peer("alice")
        let bob = scene.peer("bob")
        _ = (scene.take(alice), scene.take(bob))
        scene.say(message("OFFER", to: "bob"), on: alice)
        #expect(scene.take(bob) == [#"{"dst":"bob",\#(Self.offer),"src":"alice","type":"OFFER"}"#])
        let answer = #""payload":{"connectionId":"mc_1","sdp":{"sdp":"v=0","type":"answer"},"type":"media"}"#
        scene.say(message("ANSWER", to: "alice", answer), on: bob)
        #expect(scene.take(alice) == [#"{"dst":"alice",\#(answer),"src":"bob","type":"ANSWER"}"#])
        let candidate =
            #""payload":{"candidate":{"candidate":"candidate:1","sdpMid":"0"},"connectionId":"mc_1","type":"media"}"#
        scene.say(message("CANDIDATE", to: "alice", candidate), on: bob)
        #expect(scene.take(alice) == [#"{"dst":"alice",\#(candidate),"src":"bob","type":"CANDIDATE"}"#])
    }

    @Test("data connections beside a media connection go through, each with its own id")
    func dataConnection() {
        let alice = scene.peer("alice")
        let bob = scene.peer("bob")
        _ = scene.take(bob)
        let data =
            #""payload":{"connectionId":"dc_1","label":"dc_1","reliable":true,"sdp":{"sdp":"v=0","type":"offer"},"serialization":"json","type":"data"}"#
        scene.say(message("OFFER", to: "bob"), on: alice)
        for _ in 0..<20 { scene.say(message("OFFER", to: "bob", data), on: alice) }
        let texts = scene.take(bob)
        #expect(texts.count == 21)
        #expect(texts.last == #"{"dst":"bob",\#(data),"src":"alice","type":"OFFER"}"#)
    }

    @Test("what is sent to a peer that is not here waits for it, in order, behind its OPEN")
    func waiting() {
        let alice = scene.peer("alice")
        scene.say(message("OFFER", to: "bob"), on: alice)
        scene.say(message("CANDIDATE", to: "bob", #""payload":{"candidate":{"candidate":"x"},"connectionId":"mc_1"}"#), on: alice)
        scene.wait(.milliseconds(4999))
        let texts = scene.take(scene.peer("bob"))
        #expect(texts.count == 3)
        #expect(texts.first == Self.open.first)
        #expect(texts[1].hasSuffix(#""type":"OFFER"}"#))
        #expect(texts[2].hasSuffix(#""type":"CANDIDATE"}"#))
        scene.wait(.seconds(5))
        #expect(scene.take(alice) == Self.open)
    }

    @Test("a peer that does not come within five seconds is told of once, however much waited for it")
    func expiry() {
        let alice = scene.peer("alice")
        _ = scene.take(alice)
        for _ in 0..<3 { scene.say(message("OFFER", to: "bob"), on: alice) }
        scene.wait(.seconds(5))
        #expect(scene.take(alice) == [#"{"dst":"alice","src":"bob","type":"EXPIRE"}"#])
        #expect(scene.take(scene.peer("bob")) == Self.open)
    }

    @Test("a farewell for a peer that is not here does not wait")
    func lateFarewell() {
        let alice = scene.peer("alice")
        scene.say(message("LEAVE", to: "bob"), on: alice)
        #expect(scene.take(scene.peer("bob")) == Self.open)
        scene.wait(.seconds(6))
        #expect(scene.take(alice) == Self.open)
    }

    @Test("a farewell reaches the one whom it is for; one for nobody takes its sender out")
    func farewell() {
        let alice = scene.peer("alice")
        let bob = scene.peer("bob")
        _ = scene.take(bob)
        scene.say(message("LEAVE", to: "bob"), on: alice)
        #expect(scene.take(bob) == [#"{"dst":"bob","src":"alice","type":"LEAVE"}"#])
        scene.say(#"{"type":"LEAVE"}"#, on: alice)
        #expect(scene.closes[alice] == 1000)
        #expect(scene.take(bob) == [#"{"dst":"bob","src":"alice","type":"LEAVE"}"#])
        #expect(scene.peers.peerCount == 1)
    }

    @Test(
        "a message that is none is answered, and nobody is the worse for it",
        arguments: ["", "{", "[]", "null", "{}", #"{"type":7}"#, #"{"type":"OFFER","dst":"bob","dst":"bob"}"#])
    func malformed(text: String) {
        let alice = scene.peer("alice")
        let bob = scene.peer("bob")
        _ = (scene.take(alice), scene.take(bob))
        scene.say(text, on: alice)
        #expect(scene.take(alice) == [#"{"payload":{"msg":"A message is a JSON object with a type"},"type":"ERROR"}"#])
        scene.say(message("OFFER", to: "bob"), on: alice)
        #expect(scene.take(bob).count == 1)
    }

    @Test("who goes on sending what is no message is put out")
    func abuse() {
        let alice = scene.peer("alice")
        for _ in 0...100 { scene.say("{", on: alice) }
        #expect(scene.closes[alice] == 4015)
    }

    @Test("a type that the protocol does not have is dropped and counted")
    func unknown() {
        let alice = scene.peer("alice")
        _ = scene.take(alice)
        scene.say(#"{"type":"DANCE","dst":"alice"}"#, on: alice)
        #expect(scene.take(alice) == [])
        #expect(scene.peers.counts.unknown == 1)
    }

    // MARK: Liveness

    @Test("without a heartbeat for ninety seconds a peer is lost; other messages do not count")
    func heartbeat() {
        let alice = scene.peer("alice")
        scene.wait(.seconds(60))
        scene.say(#"{"type":"HEARTBEAT"}"#, on: alice)
        scene.wait(.seconds(60))
        scene.say(message("OFFER", to: "bob"), on: alice)
        scene.wait(.seconds(29))
        #expect(scene.closes[alice] == nil)
        scene.wait(.seconds(1))
        #expect(scene.closes[alice] == 4008)
    }

    @Test("a peer whose socket breaks keeps its id for the grace, and then gives it up")
    func brokenSocket() {
        let alice = scene.peer("alice", token: "hers")
        scene.hangUp(alice, isClean: false)
        #expect(scene.take(scene.peer("alice", token: "his")).first?.hasSuffix(#""type":"ID-TAKEN"}"#) == true)
        scene.wait(.seconds(30))
        #expect(scene.take(scene.peer("alice", token: "his")) == Self.open)
    }

    @Test("a peer that closes its socket gives its id up at once")
    func closedSocket() {
        scene.hangUp(scene.peer("alice", token: "hers"), isClean: true)
        #expect(scene.take(scene.peer("alice", token: "his")) == Self.open)
    }

    // MARK: HTTP

    @Test("an id is asked for over HTTP, under each of the paths that clients use, and the key counts")
    func ids() throws {
        for path in ["/peerjs/id", "/peerjs/peerjs/id"] {
            let answer = try #require(scene.peers.answer(path: path))
            #expect(answer.status == 200)
            #expect(answer.contentType == "text/html")
            let parts = answer.body.split(separator: "-").map(\.utf8.count)
            #expect(parts == [8, 4, 4, 4, 12])
            #expect(answer.body.split(separator: "-")[2].hasPrefix("4"))
        }
        #expect(scene.peers.answer(path: "/peerjs/id") != scene.peers.answer(path: "/peerjs/id"))
        #expect(scene.peers.answer(path: "/peerjs/other/id")?.status == 401)
        #expect(scene.peers.answer(path: "/elsewhere/id") == nil)
        #expect(scene.peers.answer(path: "/peerjs")?.contentType == "application/json")
    }

    @Test("the peers are listed where that is allowed")
    func discovery() {
        #expect(scene.peers.answer(path: "/peerjs/peers")?.status == 401)
        let open = FrontScene { $0.peerJS.allowsDiscovery = true }
        _ = open.peer("alice")
        _ = open.peer("bob")
        #expect(open.peers.answer(path: "/peerjs/peers")?.body == #"["alice","bob"]"#)
    }

    @Test("ten thousand mutations of valid messages neither stop the front nor its other peers")
    func mutations() {
        var random = SplitMix64(seed: 9)
        let corpus = [
            message("OFFER", to: "bob"), message("LEAVE", to: "bob"), message("EXPIRE", to: "bob"), #"{"type":"HEARTBEAT"}"#,
            message("CANDIDATE", to: "bob", #""payload":{"candidate":{"candidate":"x"},"connectionId":"mc_1"}"#),
            message("ANSWER", to: "nobody"),
        ]
        let scene = FrontScene { $0.limits.abuse = RateLimit(perSecond: 1, burst: 1e9) }
        let bob = scene.peer("bob")
        var alice = scene.peer("alice")
        for _ in 0..<10_000 {
            var bytes = Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8)
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes.removeSubrange(place...)
            default: bytes.remove(at: place)
            }
            scene.say(String(decoding: bytes, as: UTF8.self), on: alice)
            if scene.closes[alice] != nil { alice = scene.peer("alice") }
        }
        _ = scene.take(bob)
        scene.say(message("OFFER", to: "bob"), on: alice)
        #expect(scene.take(bob).count == 1)
    }
}
