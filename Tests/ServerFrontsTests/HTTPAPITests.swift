import AccessCore
import HandmadeTokens
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIOSessions
import Testing

@Suite("The HTTP API")
struct HTTPAPITests {
    private let scene: FrontScene
    private let api: HTTPAPI
    private static let admin = HandmadeTokens.token(["sub": "root"], starling: #"{"admin":true}"#)

    init() {
        (scene, api) = Self.make()
    }

    private static func make(
        keys: HandmadeTokens? = HandmadeTokens(), _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) -> (FrontScene, HTTPAPI) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configuration.relays = RelayAccess(urls: ["turn:192.0.2.1"], secret: "s", lifetime: .seconds(600))
        configure(&configuration)
        let settled = configuration
        let scene = FrontScene(keys: keys) { $0 = settled }
        return (scene, HTTPAPI(configuration: settled, rooms: scene.rooms, keys: keys) { 7 })
    }

    private func ask(
        _ method: String, _ target: String, _ bearer: String? = admin, body: String = "", from address: SocketAddress? = nil
    ) -> APIResponse {
        let path = String(target.prefix { $0 != "?" })
        let request = APIRequest(
            method: method, path: path, query: URLQuery(target: target), bearer: bearer, body: body)
        let response = api.answer(request, from: ClientOrigin(address: address), now: scene.now)
        scene.drain()
        return response
    }

    /// Lets somebody in whose token is for every room.
    private func enter(_ room: String, _ name: String) throws -> (connection: UInt64, participant: String) {
        let token = HandmadeTokens.token(["sub": .string(name)], starling: #"{"rooms":["*"]}"#)
        let connection = scene.greet(token: token).connection
        guard case .ok(let joined)? = scene.ask(connection, .join(JoinRequest(room: room, name: name))) else {
            throw FrontScene.Missing()
        }
        return (connection, try #require(joined["participant"]?.stringValue))
    }

    @Test(
        "what is for administrators is for nobody else",
        arguments: [
            ("GET", "/v1/rooms"), ("GET", "/v1/rooms/r"), ("GET", "/v1/rooms/r/participants"), ("POST", "/v1/rooms/r:end"),
            ("POST", "/v1/rooms/r:lock"), ("POST", "/v1/participants/p:kick"), ("POST", "/v1/participants/p:mute"),
            ("POST", "/v1/revocations"),
        ])
    func administrators(method: String, path: String) throws {
        _ = try enter("r", "ana")
        #expect(ask(method, path, nil).status == 401)
        #expect(ask(method, path, nil).fields.map(\.name) == ["WWW-Authenticate"])
        #expect(ask(method, path, HandmadeTokens.token(secret: 8)).status == 401)
        #expect(ask(method, path, HandmadeTokens.token()).status == 403)
        #expect(scene.rooms.core.participantCount == 1 && scene.rooms.core.overview.first?.settings.locked == false)
        let (open, api) = Self.make(keys: nil)
        let request = APIRequest(method: method, path: path, bearer: "anything")
        #expect(api.answer(request, from: ClientOrigin(), now: open.now).status == 403)
    }

    @Test("rooms and who is in them are listed")
    func rooms() throws {
        let ana = try enter("r/1", "ana")
        #expect(ask("GET", "/v1/rooms").body["rooms"]?.arrayValue?.count == 1)
        #expect(ask("GET", "/v1/rooms/r%2F1").body["participants"] == 1)
        let people = ask("GET", "/v1/rooms/r%2F1/participants").body["participants"]?.arrayValue
        #expect(people?.first?.objectValue?["id"] == .string(ana.participant) && people?.count == 1)
        #expect(ask("GET", "/v1/rooms/r").status == 404 && ask("GET", "/v1/rooms/r/participants").status == 404)
        #expect(ask("GET", "/v1/rooms/r%2F1?tenant=acme").status == 404)
    }

    @Test("a room is locked and ended, a participant muted, kicked and banned")
    func acts() throws {
        let ana = try enter("r", "ana")
        let bo = try enter("r", "bo")
        #expect(ask("POST", "/v1/rooms/r:lock").body["ok"] == .bool(true))
        #expect(scene.rooms.core.overview.first?.settings.locked == true)
        #expect(ask("POST", "/v1/rooms/r:lock", body: #"{"locked":false}"#).status == 200)
        let mute = ask("POST", "/v1/participants/\(ana.participant):mute", body: #"{"source":"camera","hard":true}"#)
        #expect(mute.status == 200 && scene.rooms.core.residents(of: "r")?.first?.media.camera == .locked)
        #expect(ask("POST", "/v1/participants/\(ana.participant):kick", body: #"{"ban_s":60}"#).status == 200)
        #expect(scene.closes[ana.connection] == 4011)
        #expect(throws: FrontScene.Missing.self) { _ = try enter("r", "ana") }
        #expect(ask("POST", "/v1/rooms/r:end", body: #"{"reason":"over"}"#).status == 200)
        #expect(scene.closes[bo.connection] == 4012 && ask("POST", "/v1/rooms/r:end").status == 404)
        #expect(ask("POST", "/v1/participants/p_none:kick").status == 404)
    }

    @Test("what is revoked over HTTP is out at once")
    func revocations() throws {
        let ana = try enter("r", "ana")
        #expect(ask("POST", "/v1/revocations", body: #"{"sub":"ana"}"#).status == 200)
        #expect(scene.closes[ana.connection] == 4001)
        #expect(ask("POST", "/v1/revocations").status == 400)
    }

    @Test("a TURN user is for those who are let in, and bears their name")
    func turn() throws {
        #expect(ask("GET", "/v1/turn", nil).status == 401)
        let answer = ask("GET", "/v1/turn", HandmadeTokens.token())
        #expect(answer.body["ttl"] == 600 && answer.body["uris"] == .array(["turn:192.0.2.1"]))
        let user = "\(HandmadeTokens.begin + 600):\(Base64URL.encode(Array("ana".utf8)))"
        #expect(answer.body["username"] == .string(user) && answer.body["password"] == answer.body["credential"])
        let once = HandmadeTokens.token(["jti": "1"], starling: #"{"room":"r","once":true}"#)
        #expect(ask("GET", "/v1/turn", once).status == 401)
        let (_, bare) = Self.make { $0.relays = nil }
        let request = APIRequest(method: "GET", path: "/v1/turn", bearer: HandmadeTokens.token())
        #expect(bare.answer(request, from: ClientOrigin(), now: .origin).status == 404)
    }

    @Test("the token of a session asks for a TURN user long after the one that it joined with")
    func turnBySession() throws {
        let token = HandmadeTokens.token(starling: #"{"room":"r","ttl_session":3600}"#)
        let connection = scene.greet(token: token).connection
        guard case .ok(let joined)? = scene.ask(connection, .join(JoinRequest(room: "r", name: "n"))) else {
            throw FrontScene.Missing()
        }
        scene.now = scene.now + .seconds(1000)
        #expect(ask("GET", "/v1/turn", token).status == 401)
        #expect(ask("GET", "/v1/turn", joined["token"]?.stringValue).status == 200)
    }

    @Test("tokens are made for developers alone, where the server is told to, and open the room that they were asked for")
    func tokens() throws {
        #expect(ask("POST", "/v1/tokens", nil, body: #"{"room":"r"}"#).status == 404)
        let (scene, api) = Self.make { $0.issuesTokens = true }
        let make = { (body: String) in
            api.answer(APIRequest(method: "POST", path: "/v1/tokens", body: body), from: ClientOrigin(), now: .origin)
        }
        let made = make(#"{"room":"r","sub":"ana","role":"host","ttl":60}"#)
        #expect(made.status == 201 && made.body["ttl"] == 60)
        let connection = scene.greet(token: made.body["token"]?.stringValue).connection
        guard case .ok(let joined)? = scene.ask(connection, .join(JoinRequest(room: "r", name: "n"))) else {
            throw FrontScene.Missing()
        }
        #expect(joined["role"] == "host")
        for wrong in ["", "[]", "{", #"{"room":""}"#, #"{"room":"r","role":"king"}"#, #"{"room":"r","ttl":601}"#] {
            #expect(make(wrong).status == 400)
        }
    }

    @Test("an address that asks too often waits, and a body that is too large is refused")
    func limits() {
        for _ in 0..<50 { #expect(ask("GET", "/v1/turn", nil, from: FrontScene.stranger).status == 401) }
        let refused = ask("GET", "/v1/turn", nil, from: FrontScene.stranger)
        #expect(refused.status == 429 && refused.fields.map(\.name) == ["Retry-After"])
        let other = SocketAddress("192.0.2.8", port: 5)
        #expect(ask("GET", "/v1/turn", nil, from: other).status == 401)
        let request = APIRequest(method: "POST", path: "/v1/revocations", bearer: Self.admin, body: nil)
        #expect(api.answer(request, from: ClientOrigin(), now: scene.now).status == 413)
    }

    @Test("paths are this API's by whole names")
    func paths() {
        for path in ["/v1/rooms", "/v1/rooms/r:end", "/v1/turn", "/v1/tokens"] { #expect(HTTPAPI.owns(path)) }
        for path in ["/v1/roomsy", "/v1/stats/calls/p", "/v1", "/v2/rooms", "/rooms"] { #expect(!HTTPAPI.owns(path)) }
        #expect(ask("DELETE", "/v1/rooms/r").status == 404 && ask("GET", "/v1/tokens").status == 404)
    }
}
