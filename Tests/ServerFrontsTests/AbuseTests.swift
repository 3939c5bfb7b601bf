import AccessCore
import HandmadeTokens
import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

@Suite("Abuse, while somebody is served")
struct AbuseTests {
    /// What an attacker says on a connection of its own, round after round.
    enum Attack: CaseIterable {
        case malformed
        case oversized
        case nested
        case flood
        case wrongTokens
        case forgedTokens
        case silence
        case strangers
        case peerJSNoise
        case socketNoise

        /// With which codes its connections may end; none where it is only refused.
        var codes: Set<UInt16> {
            switch self {
            case .malformed, .nested: [4000]
            case .oversized: [1009]
            case .flood: [4015]
            case .wrongTokens, .forgedTokens: [4001]
            case .silence: [4004]
            case .strangers: []
            case .peerJSNoise: [4015]
            case .socketNoise: [1000]
            }
        }
    }

    /// Two who behave well, who are not trusted either.
    private static func pair(_ scene: FrontScene) throws -> (ana: UInt64, bo: UInt64, participant: String) {
        var participant = ""
        var connections: [UInt64] = []
        for (index, name) in ["ana", "bo"].enumerated() {
            let token = HandmadeTokens.token(["sub": .string(name)])
            let address = SocketAddress("198.51.100.\(index + 1)", port: 5)
            let connection = scene.greet(token: token, from: address).connection
            guard case .ok(let joined)? = scene.ask(connection, .join(JoinRequest(room: "r", name: name))) else {
                throw FrontScene.Missing()
            }
            participant = try #require(joined["participant"]?.stringValue)
            _ = scene.ask(connection, .ready(rev: nil))
            connections.append(connection)
        }
        return (connections[0], connections[1], participant)
    }

    @Test(
        "each attack is refused with its code, and whoever means well has every answer at once and every message on time",
        arguments: Attack.allCases)
    func served(attack: Attack) throws {
        let scene = FrontScene(keys: HandmadeTokens()) {
            $0.trustLoopback = false
            $0.peerJS.keys = ["peerjs"]
        }
        let (ana, bo, participant) = try Self.pair(scene)
        var attackers: Set<UInt64> = []
        for round in 0..<40 {
            attackers.formUnion(try Self.attack(scene, attack, round))
            _ = scene.take(bo)
            let before = scene.now
            let offer = SignalRequest(
                to: participant, connection: "a", epoch: Int64(round), kind: .offer, body: #"{"sdp":"v=0"}"#)
            #expect(scene.ask(ana, .signal(offer)) == .done)
            #expect(scene.ask(ana, .chat(ChatRequest(text: "\(round)"))) != nil)
            #expect(scene.now == before)
            let heard = scene.events(bo)
            #expect(heard.contains { if case .signal = $0 { true } else { false } })
            #expect(heard.contains { if case .chat = $0 { true } else { false } })
            #expect(scene.ask(bo, .ping) == .done)
            scene.wait(.seconds(1))
            _ = scene.take(ana)
        }
        #expect(scene.closes[ana] == nil && scene.closes[bo] == nil)
        let codes = Set(attackers.compactMap { scene.closes[$0] })
        #expect(codes == attack.codes)
        #expect(scene.rooms.core.participants(in: "r").count == 2)
    }

    /// One second of an attack.
    private static func attack(_ scene: FrontScene, _ attack: Attack, _ round: Int) throws -> [UInt64] {
        let stranger = SocketAddress("203.0.113.\(round + 1)", port: 5)
        let token = HandmadeTokens.token(["sub": .string("mallory\(round)")], starling: #"{"rooms":["*"]}"#)
        var used: [UInt64] = []
        switch attack {
        case .malformed:
            for text in ["", "{", "\u{0}", #"{"t":1}"#, #"{"t":"hello","id":1,"id":2}"#, "[]", "null"] {
                let connection = scene.openNative(from: stranger)
                scene.native.received(text, on: connection, now: scene.now)
                used.append(connection)
            }
        case .oversized:
            let connection = scene.greet(token: token, from: stranger).connection
            let text = #"{"t":"ping","id":7,"d":{"x":"\#(String(repeating: "x", count: 1 << 18))"}}"#
            scene.native.received(text, on: connection, now: scene.now)
            used.append(connection)
        case .nested:
            let connection = scene.greet(token: token, from: stranger).connection
            scene.native.received(String(repeating: #"{"d":"#, count: 10_000), on: connection, now: scene.now)
            used.append(connection)
        case .flood:
            let connection = scene.greet(token: token, from: stranger).connection
            for id in 2..<600 { scene.native.received(#"{"t":"ping","id":\#(id)}"#, on: connection, now: scene.now) }
            used.append(connection)
        case .wrongTokens:
            for _ in 0..<20 { used.append(scene.greet(token: "guess\(round)", from: stranger).connection) }
        case .forgedTokens:
            for secret in 100..<120 as Range<UInt64> {
                let forged = HandmadeTokens.token(["sub": "ana"], starling: #"{"admin":true}"#, secret: secret)
                used.append(scene.greet(token: forged, from: stranger).connection)
            }
        case .silence:
            for _ in 0..<20 { used.append(scene.openNative(from: stranger)) }
        case .strangers:
            // Those who are let in, and join over and over what they may not.
            let outsider = HandmadeTokens.token(["sub": .string("m\(round)")], starling: #"{"room":"s"}"#)
            let connection = scene.greet(token: outsider, from: stranger).connection
            for _ in 0..<10 { _ = scene.ask(connection, .join(JoinRequest(room: "r", name: "n"))) }
            scene.native.closed(connection, code: nil, now: scene.now)
            used.append(connection)
        case .peerJSNoise:
            let peer = scene.peer("m\(round)", token: token, from: stranger)
            for _ in 0..<150 { scene.say("not JSON", on: peer) }
            used.append(peer)
        case .socketNoise:
            guard let socket = scene.openSocket(from: stranger) else { return [] }
            for text in ["9", "4x", "2probe", "451-[\"a\"]"] { scene.send(text, on: socket) }
            used.append(socket)
        }
        scene.drain()
        return used
    }
}
