import AccessCore
import HandmadeTokens
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

@Suite("Tokens at every front")
struct TokenTests {
    private static func scene(_ configure: (inout ServerConfiguration) -> Void = { _ in }) -> FrontScene {
        FrontScene(keys: HandmadeTokens(), configure)
    }

    private static func code(_ reply: Reply?) -> ErrorCode? {
        guard case .refused(let error)? = reply else { return nil }
        return error.code
    }

    private static func result(_ reply: Reply?) -> JSONObject? {
        guard case .ok(let result)? = reply else { return nil }
        return result
    }

    /// Greets with a token and enters a room.
    private static func enter(
        _ scene: FrontScene, _ room: String = "r", token: String
    ) throws -> (connection: UInt64, joined: JSONObject) {
        let (connection, reply) = scene.greet(token: token)
        try #require(result(reply) != nil)
        let joined = scene.ask(connection, .join(JoinRequest(room: room, name: "n")))
        let told = try #require(result(joined))
        _ = scene.ask(connection, .ready(rev: nil))
        _ = scene.take(connection)
        return (connection, told)
    }

    @Test("without a token, or with a wrong one, nobody comes in by any front, and each says so in its own words")
    func refused() throws {
        let scene = Self.scene()
        for token in [nil, "made up", HandmadeTokens.token(secret: 8)] {
            let (connection, reply) = scene.greet(token: token)
            #expect(Self.code(reply) == .unauthenticated && scene.closes[connection] == 4001)
            let socket = try #require(scene.openSocket())
            _ = scene.take(socket)
            scene.send("40" + (token.map { #"{"token":"\#($0)"}"# } ?? ""), on: socket)
            let said = scene.take(socket)
            #expect(said.count == 1 && said[0].hasPrefix("44{") && said[0].contains(#""code":"unauthenticated""#))
            let peer = scene.peer("bo", token: token ?? "random")
            #expect(scene.take(peer).first?.hasPrefix(#"{"payload":{"msg":"#) == true && scene.closes[peer] == 4001)
        }
        #expect(scene.rooms.core.sessionCount == 0)
        #expect(scene.rooms.gate.refusals == [.missing: 2, .unknown: 4, .signature: 3])
    }

    @Test("the same token opens every front")
    func admitted() throws {
        let scene = Self.scene()
        let token = HandmadeTokens.token(starling: #"{"rooms":["r","peerjs:*"]}"#)
        let native = try Self.enter(scene, token: token)
        let socket = try scene.connect(["token": .string(token)])
        #expect(try scene.call("join-room", ["room": "r", "id": "cy"], on: socket)["ok"] == .bool(true))
        #expect(scene.closes[native.connection] == 4009, "one identity, and the newer replaces the older")
        let peer = scene.peer("bo", token: token)
        #expect(scene.take(peer) == [#"{"type":"OPEN"}"#])
    }

    @Test("the Bearer token of a request counts where the client shows none in its own protocol")
    func bearer() {
        let scene = Self.scene()
        let token = HandmadeTokens.token(starling: #"{"rooms":["*"]}"#)
        #expect(Self.result(scene.greet(bearer: token).reply) != nil)
        #expect(Self.code(scene.greet(token: "x", bearer: token).reply) == .unauthenticated)
        #expect(scene.take(scene.peer("bo", bearer: token)) == [#"{"type":"OPEN"}"#])
    }

    @Test("an expired token is refused as that, so that clients know to get another")
    func expired() {
        let scene = Self.scene()
        scene.wait(.seconds(700))
        let (connection, reply) = scene.greet(token: HandmadeTokens.token())
        #expect(Self.code(reply) == .tokenExpired && scene.closes[connection] == 4001)
    }

    @Test("a token is for its rooms, at every front")
    func rooms() throws {
        let scene = Self.scene()
        let token = HandmadeTokens.token()
        let (connection, _) = scene.greet(token: token)
        #expect(Self.code(scene.ask(connection, .join(JoinRequest(room: "s", name: "n")))) == .forbidden)
        let socket = try scene.connect(["token": .string(token)])
        let answer = try scene.call("join-room", ["room": "s"], on: socket)
        #expect(answer["error"]?.objectValue?["code"] == "forbidden")
        let peer = scene.peer("bo", token: token)
        #expect(scene.take(peer).first?.contains("the token is not for the room") == true && scene.closes[peer] != nil)
        #expect(scene.rooms.core.roomCount == 0)
    }

    @Test("a session ends with 4001 when its time is over, the room is told, and a refresh before that keeps it")
    func expiry() throws {
        let scene = Self.scene { $0.timing.idle = .seconds(3600) }
        let short = { HandmadeTokens.token(["sub": $0], starling: #"{"room":"r","ttl_session":60}"#) }
        let ana = try Self.enter(scene, token: short("ana"))
        let bo = try Self.enter(scene, token: short("bo"))
        #expect(ana.joined["token_ms"] == 60_000)
        let pass = try #require(ana.joined["token"]?.stringValue)
        scene.wait(.seconds(50))
        let refreshed = try #require(Self.result(scene.ask(ana.connection, .refreshToken(pass))))
        #expect(refreshed["token_ms"] == 60_000 && refreshed["token"]?.stringValue != pass)
        scene.wait(.seconds(11))
        #expect(scene.closes == [bo.connection: 4001])
        let left = scene.events(ana.connection).contains { event in
            if case .peerLeft(_, "expired") = event { true } else { false }
        }
        #expect(left)
        scene.wait(.seconds(60))
        #expect(scene.closes[ana.connection] == 4001 && scene.rooms.core.sessionCount == 0)
    }

    @Test("a session is refreshed by its own token or a newer one of its identity, and by no other")
    func refresh() throws {
        let scene = Self.scene()
        let ana = try Self.enter(scene, token: HandmadeTokens.token())
        let bo = try Self.enter(scene, token: HandmadeTokens.token(["sub": "bo"]))
        let foreign = try #require(bo.joined["token"]?.stringValue)
        for token in [foreign, "x", HandmadeTokens.token(["sub": "bo"]), HandmadeTokens.token(secret: 8)] {
            #expect(Self.code(scene.ask(ana.connection, .refreshToken(token))) == .unauthenticated)
        }
        #expect(Self.result(scene.ask(ana.connection, .refreshToken(HandmadeTokens.token()))) != nil)
    }

    @Test("a session's own token opens the connection that resumes it, long after the token that it joined with")
    func resume() throws {
        let scene = Self.scene { $0.timing.idle = .seconds(3600) }
        let (connection, reply) = scene.greet(token: HandmadeTokens.token())
        let welcome = try #require(Self.result(reply).flatMap { Welcome($0) })
        let joined = Self.result(scene.ask(connection, .join(JoinRequest(room: "r", name: "n"))))
        let pass = try #require(joined?["token"]?.stringValue)
        scene.wait(.seconds(1000))
        scene.native.closed(connection, code: nil, now: scene.now)
        let wish = ResumeRequest(session: welcome.session, secret: try #require(welcome.secret), seq: 0)
        #expect(Self.code(scene.greet(token: HandmadeTokens.token(), resume: wish).reply) == .tokenExpired)
        #expect(Self.code(scene.greet(resume: wish).reply) == .unauthenticated)
        #expect(Self.result(scene.greet(token: pass, resume: wish).reply)?["resumed"] == .bool(true))
    }

    @Test("a session's own token is worth nothing once the session is over")
    func passEnds() throws {
        let scene = Self.scene()
        let ana = try Self.enter(scene, token: HandmadeTokens.token())
        scene.native.closed(ana.connection, code: 1000, now: scene.now)
        scene.drain()
        #expect(Self.code(scene.greet(token: ana.joined["token"]?.stringValue).reply) == .unauthenticated)
    }

    @Test("a one-time token opens one session, whichever front it is shown at")
    func once() throws {
        let scene = Self.scene()
        let token = HandmadeTokens.token(["jti": "1"], starling: #"{"rooms":["*"],"once":true}"#)
        _ = try Self.enter(scene, token: token)
        #expect(Self.code(scene.greet(token: token).reply) == .unauthenticated)
        let peer = scene.peer("bo", token: token)
        #expect(scene.closes[peer] == 4001)
    }

    @Test("what is revoked is out at once, at every front, and does not come back")
    func revoked() throws {
        let scene = Self.scene()
        let token = { (name: String) in HandmadeTokens.token(["sub": .string(name), "jti": "1"], starling: #"{"rooms":["*"]}"#) }
        let native = try Self.enter(scene, token: token("ana"))
        let socket = try scene.connect(["token": .string(token("bo"))])
        _ = try scene.call("join-room", ["room": "r"], on: socket)
        let peer = scene.peer("cy", token: token("cy"))
        let other = try Self.enter(scene, token: HandmadeTokens.token(["sub": "di"]))
        scene.rooms.revoke(.token("1"))
        scene.drain()
        #expect(scene.closes[native.connection] == 4001 && scene.closes[peer] == 4001)
        #expect(scene.take(socket).contains("41"))
        #expect(scene.closes[other.connection] == nil && scene.rooms.core.sessionCount == 1)
        #expect(Self.code(scene.greet(token: token("ana")).reply) == .unauthenticated)
    }

    @Test("Socket.IO users hear when their session ends, and refresh it under the native name")
    func socketRefresh() throws {
        let scene = Self.scene()
        let token = HandmadeTokens.token(starling: #"{"room":"r","ttl_session":30}"#)
        let socket = try scene.connect(["token": .string(token)])
        let joined = try scene.call("join-room", ["room": "r"], on: socket)
        let pass = try #require(joined["token"]?.stringValue)
        scene.wait(.seconds(20))
        scene.send("3", on: socket)
        #expect(try scene.call("token.refresh", ["token": .string(pass)], on: socket)["token_ms"] == 30_000)
        scene.wait(.seconds(20))
        #expect(!scene.take(socket).contains("41"))
        scene.send("3", on: socket)
        scene.wait(.seconds(11))
        let said = scene.take(socket)
        #expect(said.contains("41") && said.contains { $0.contains("has expired") })
    }

    @Test("rooms of one name are different rooms for different tenants, and for those without one")
    func tenants() throws {
        let scene = Self.scene()
        let token = { (name: String, tenant: String) in
            HandmadeTokens.token(["sub": .string(name)], starling: #"{"room":"r","tenant":"\#(tenant)"}"#)
        }
        let first = try Self.enter(scene, token: token("ana", "acme"))
        let second = try Self.enter(scene, token: token("bo", "other"))
        let third = try Self.enter(scene, token: HandmadeTokens.token(["sub": "cy"]))
        let fourth = try Self.enter(scene, token: token("di", "acme"))
        let peers = [first, second, third, fourth].map { RoomSnapshot($0.joined)?.peers.count }
        #expect(peers == [0, 0, 0, 1])
        #expect([first, second, third, fourth].allSatisfy { RoomSnapshot($0.joined)?.room == "r" })
        #expect(Set(scene.rooms.core.overview.map(\.tenant)) == ["acme", "other", nil])
    }
}
