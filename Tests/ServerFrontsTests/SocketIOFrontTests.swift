import RoomCore
import ServerFronts
public import SignalingProtocol
import Testing

@Suite("Rooms over Socket.IO")
struct SocketIOFrontTests {
    private let scene = FrontScene()

    /// Connects and joins, and takes what is said about it.
    private func enter(_ id: String, room: String = "r", _ auth: JSONObject = [:], scene: FrontScene? = nil) throws -> UInt64 {
        let scene = scene ?? self.scene
        let connection = try scene.connect(auth)
        let answer = try scene.call("join-room", ["room": .string(room), "id": .string(id)], on: connection)
        #expect(answer["ok"] == .bool(true))
        _ = scene.take(connection)
        return connection
    }

    private func ids(_ users: JSON?) -> [String] {
        (users?.arrayValue ?? []).compactMap { $0.objectValue?["id"]?.stringValue }
    }

    // MARK: Joining

    @Test("a newcomer is answered with who is here, hears it as an event too, and the others hear of the newcomer")
    func join() throws {
        let ana = try enter("ana")
        let bo = try scene.connect()
        let answer = try scene.call("join-room", ["room": "r", "id": "bo", "name": "Bo"], on: bo)
        #expect(answer["id"] == "bo")
        #expect(answer["room"] == "r")
        #expect(ids(answer["users"]) == ["ana"])
        let joined = try #require(scene.heard(bo).first)
        #expect(joined.first == "room-joined")
        #expect(ids(joined[1].objectValue?["users"]) == ["ana"])
        let connected = try #require(scene.heard(ana).first)
        #expect(connected.prefix(2) == ["user-connected", "bo"])
        #expect(connected[2].objectValue?["name"] == "Bo")
        #expect(connected[2].objectValue?["participant"] == answer["participant"])
    }

    @Test("a room and an id may come as bare arguments, and without an id the socket's own is shown")
    func bareArguments() throws {
        let ana = try scene.connect()
        scene.emit("join-room", "r", "ana", on: ana)
        #expect(scene.heard(ana).first?.first == "room-joined")
        let bo = try scene.connect()
        scene.emit("join-room", "r", on: bo)
        let id = try #require(scene.heard(bo).first?[1].objectValue?["id"]?.stringValue)
        #expect(id.utf8.count == 20)
        #expect(scene.heard(ana).first?.prefix(2) == ["user-connected", .string(id)])
    }

    @Test(
        "a join that is wrong is refused with its reason",
        arguments: [
            ([:], "bad_request"), (["room": ""], "bad_request"), (["room": "r", "id": "a\u{1}"], "bad_request"),
            (["room": "r", "id": "ana"], "duplicate_identity"),
        ] as [(JSONObject, String)])
    func wrongJoin(argument: JSONObject, code: String) throws {
        _ = try enter("ana")
        let bo = try scene.connect()
        let answer = try scene.call("join-room", .object(argument), on: bo)
        #expect(answer["ok"] == .bool(false))
        #expect(answer["error"]?.objectValue?["code"] == .string(code))
    }

    @Test("who asks for no answer hears of the failure as an event")
    func failureEvent() throws {
        let ana = try scene.connect()
        scene.emit("offer", ["sdp": "v=0"], on: ana)
        let failure = try #require(scene.heard(ana).first)
        #expect(failure.first == "room-error")
        #expect(failure[1].objectValue?["code"] == "conflict")
        #expect(failure[1].objectValue?["event"] == "offer")
    }

    @Test("the others hear of a leave, and of a connection that is gone, at once")
    func leaving() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        let cy = try enter("cy")
        _ = scene.take(ana)
        #expect(try scene.call("leave-room", .null, on: bo)["ok"] == .bool(true))
        scene.drop(cy)
        let heard = scene.heard(ana)
        #expect(heard.map { $0.prefix(2) } == [["user-disconnected", "bo"], ["user-disconnected", "cy"]])
        #expect(heard[1][2].objectValue?["reason"] == "disconnected")
    }

    @Test("an id is free again once its owner has left")
    func freeID() throws {
        let ana = try enter("ana")
        _ = try enter("bo")
        scene.drop(ana)
        _ = try enter("ana")
    }

    @Test("a client with its own secret takes the place of what it left behind")
    func ghost() throws {
        let watcher = try enter("watcher")
        let old = try enter("ana", ["session": "secret"])
        _ = scene.take(watcher)
        _ = try enter("ana", ["session": "secret"])
        #expect(scene.closes[old] == 1000)
        #expect(scene.heard(watcher).map { $0.prefix(2) } == [["user-disconnected", "ana"], ["user-connected", "ana"]])
        #expect(scene.native.participants(in: "r").count == 2)
    }

    // MARK: Signals

    @Test("an offer, its answer and candidates reach the one whom they are for, with whatever else they hold")
    func signals() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        let cy = try enter("cy")
        for connection in [ana, bo, cy] { _ = scene.take(connection) }
        let offer: JSON = ["to": "ana", "sdp": ["type": "offer", "sdp": "v=0"], "label": "screen"]
        #expect(try scene.call("offer", offer, on: bo)["ok"] == .bool(true))
        #expect(
            scene.heard(ana) == [["offer", ["from": "bo", "label": "screen", "sdp": ["type": "offer", "sdp": "v=0"]]]])
        scene.emit("answer", ["target": "bo", "answer": "v=0 too"], on: ana)
        scene.emit(
            "ice-candidate", ["to": "bo", "candidate": ["candidate": "candidate:1", "sdpMid": "audio", "sdpMLineIndex": 0]],
            on: ana)
        #expect(
            scene.heard(bo) == [
                ["answer", ["from": "ana", "sdp": ["type": "answer", "sdp": "v=0 too"]]],
                [
                    "ice-candidate",
                    ["from": "ana", "candidate": ["candidate": "candidate:1", "sdpMid": "audio", "sdpMLineIndex": 0]],
                ],
            ])
        #expect(scene.take(cy) == [])
    }

    @Test("in a room of two nobody needs to say whom")
    func roomOfTwo() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        _ = scene.take(ana)
        scene.emit("offer", ["offer": ["type": "offer", "sdp": "v=0"]], on: bo)
        #expect(scene.heard(ana).first?.first == "offer")
        _ = try enter("cy")
        #expect(
            try scene.call("offer", ["sdp": "v=0"], on: bo)["error"]?.objectValue?["message"]
                == "say to whom: 'to' is missing")
    }

    @Test("a signal for somebody in another room is refused")
    func otherRoom() throws {
        _ = try enter("ana", room: "other")
        let bo = try enter("bo")
        let answer = try scene.call("offer", ["to": "ana", "sdp": "v=0"], on: bo)
        #expect(answer["error"]?.objectValue?["code"] == "no_such_peer")
    }

    // MARK: Beside the call

    @Test("in the coordination dialect, who comes, goes and is how, is told as presence and status")
    func coordination() throws {
        let ns = "/coordination"
        let ana = try scene.connect(namespace: ns)
        _ = try scene.call("join", ["room": "r", "id": "ana", "status": ["muted": .bool(true)]], namespace: ns, on: ana)
        let bo = try scene.connect(namespace: ns)
        let answer = try scene.call("join", ["room": "r", "id": "bo"], namespace: ns, on: bo)
        #expect(answer["users"]?.arrayValue?.first?.objectValue?["status"] == ["muted": .bool(true)])
        _ = scene.take(bo)
        let presence = try #require(scene.heard(ana, namespace: ns).last)
        #expect(presence.count == 2)
        #expect(presence.first == "presence")
        #expect(presence[1].objectValue?["type"] == "joined")
        #expect(presence[1].objectValue?["id"] == "bo")
        #expect(try scene.call("status", ["muted": .bool(false)], namespace: ns, on: ana)["ok"] == .bool(true))
        #expect(scene.heard(bo, namespace: ns) == [["status", ["id": "ana", "status": ["muted": .bool(false)]]]])
        scene.drop(bo)
        #expect(scene.heard(ana, namespace: ns).last?[1].objectValue?["type"] == "left")
    }

    @Test("a message is for everybody else, or for the one that it names")
    func relay() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        let cy = try enter("cy")
        for connection in [ana, bo, cy] { _ = scene.take(connection) }
        scene.emit("message", ["text": "all"], on: ana)
        scene.emit("message", ["text": "one", "to": "cy"], on: ana)
        #expect(scene.heard(ana) == [])
        #expect(scene.heard(bo) == [["message", ["from": "ana", "text": "all"]]])
        #expect(
            scene.heard(cy) == [
                ["message", ["from": "ana", "text": "all"]], ["message", ["from": "ana", "text": "one", "to": "cy"]],
            ])
        #expect(
            try scene.call("message", ["to": "nobody"], on: ana)["error"]?.objectValue?["code"] == "no_such_peer")
    }

    @Test("chat has one order for all, its sender too")
    func chat() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        _ = scene.take(ana)
        scene.emit("chat-message", ["text": "hi"], on: ana)
        scene.emit("chat-message", "hello", on: bo)
        let expected: [[JSON]] = [
            ["chat-message", ["from": "ana", "id": 1, "name": "ana", "text": "hi", "ts": 0]],
            ["chat-message", ["from": "bo", "id": 2, "name": "bo", "text": "hello", "ts": 0]],
        ]
        #expect(scene.heard(ana) == expected)
        #expect(scene.heard(bo) == expected)
    }

    @Test("what the microphone, the camera and the screen do is told, and so are reactions and hands")
    func besides() throws {
        let ana = try enter("ana")
        let bo = try enter("bo")
        _ = scene.take(ana)
        #expect(try scene.call("toggle-media", ["audio": .bool(true)], on: ana)["ok"] == .bool(true))
        #expect(
            scene.heard(bo) == [
                ["user-toggled-media", ["id": "ana", "audio": .bool(true), "video": .bool(false), "screen": .bool(false)]]
            ])
        scene.emit("toggle-media", ["kind": "audio", "enabled": .bool(false)], on: ana)
        #expect(scene.heard(bo).first?[1].objectValue?["audio"] == .bool(false))
        scene.emit("reaction", ["emoji": "👏", "target": "ana"], on: bo)
        #expect(scene.heard(ana) == [["reaction", ["from": "bo", "emoji": "👏", "target": "ana"]]])
        scene.emit("raise-hand", on: bo)
        #expect(scene.heard(ana) == [["hands", ["bo"]]])
        scene.emit("raise-hand", .bool(false), on: bo)
        #expect(scene.heard(ana) == [["hands", []]])
    }

    @Test("whatever else the native protocol has goes by its native name, with this front's ids")
    func nativeNames() throws {
        let scene = FrontScene {
            $0.accessTokens = [AccessToken(token: "h", identity: "h", role: .host), AccessToken(token: "g")]
        }
        let host = try enter("host", ["token": "h"], scene: scene)
        let guest = try enter("guest", ["token": "g"], scene: scene)
        _ = scene.take(host)
        let refused = try scene.call("mod.kick", ["participant": "host"], on: guest)
        #expect(refused["error"]?.objectValue?["code"] == "forbidden")
        #expect(try scene.call("mod.mute", ["participant": "guest"], on: host)["ok"] == .bool(true))
        let muted = try #require(scene.heard(guest).first { $0.first == "mod.muted" })
        #expect(muted[1].objectValue?["by"] == "host")
        #expect(try scene.call("mod.kick", ["participant": "guest", "reason": "enough"], on: host)["ok"] == .bool(true))
        #expect(scene.closes[guest] == 1000)
        #expect(scene.heard(host).last?.prefix(2) == ["user-disconnected", "guest"])
    }

    @Test("who waits in a lobby is told so, and enters when it is let in")
    func lobby() throws {
        let (host, _) = try scene.enter("r", name: "host", create: RoomSettings(lobby: true))
        let user = try scene.connect()
        let answer = try scene.call("join-room", ["room": "r", "id": "ana"], on: user)
        #expect(answer["waiting"] == .bool(true))
        guard case .lobbyRequest(let waiting)? = scene.events(host).last else {
            Issue.record("the host was not asked")
            return
        }
        _ = scene.ask(host, .admit(participant: waiting.participant))
        let joined = try #require(scene.heard(user).first)
        #expect(joined.first == "room-joined")
        #expect(joined[1].objectValue?["id"] == "ana")
    }

    @Test("an event that no preset knows is refused where an answer is asked for, and counted")
    func unknown() throws {
        let ana = try scene.connect()
        #expect(try scene.call("dance", .null, on: ana)["error"]?.objectValue?["code"] == "unknown_type")
        scene.emit("dance", on: ana)
        #expect(scene.take(ana) == [])
        #expect(scene.sockets.counts.unknownEvents == 2)
    }

    // MARK: Who may

    @Test("where tokens are needed, a client without one is refused, and one with it is who the token says")
    func tokens() throws {
        let scene = FrontScene { $0.accessTokens = [AccessToken(token: "good", identity: "ana")] }
        let connection = try #require(scene.openSocket())
        scene.send(#"40{"token":"bad"}"#, on: connection)
        let refusal = try #require(scene.take(connection).last)
        #expect(refusal.hasPrefix(#"44{"data":{"code":"unauthenticated"}"#))
        let first = try enter("a", ["token": "good"], scene: scene)
        _ = try enter("b", ["token": "good"], scene: scene)
        #expect(scene.closes[first] == 1000)
    }

    @Test("a client over its rate is refused, then put out; one on this machine is not")
    func rates() throws {
        let scene = FrontScene {
            $0.limits.messages = RateLimit(perSecond: 1, burst: 2)
            $0.limits.abuse = RateLimit(perSecond: 1, burst: 2)
        }
        let stranger = try scene.connect(from: FrontScene.stranger)
        for _ in 0..<2 { scene.emit("get-users", on: stranger) }
        #expect(scene.heard(stranger).allSatisfy { $0[1].objectValue?["code"] == "conflict" })
        for _ in 0..<3 { scene.emit("get-users", on: stranger) }
        #expect(scene.heard(stranger).allSatisfy { $0[1].objectValue?["code"] == "rate_limited" })
        #expect(scene.closes[stranger] == 1000)
        let local = try scene.connect()
        for _ in 0..<10 { scene.emit("get-users", on: local) }
        #expect(scene.closes[local] == nil)
    }

    @Test("one address has so many sessions and no more, until one is over")
    func sessionsPerAddress() throws {
        let scene = FrontScene { $0.socketIO.sessionsPerAddress = 2 }
        let first = try scene.connect(from: FrontScene.stranger)
        _ = try scene.connect(from: FrontScene.stranger)
        #expect(scene.openSocket(from: FrontScene.stranger) == nil)
        #expect(scene.openSocket() != nil)
        scene.drop(first)
        #expect(scene.openSocket(from: FrontScene.stranger) != nil)
    }

    // MARK: Coming back

    private func recovering() -> FrontScene {
        FrontScene { $0.socketIO.recovers = true }
    }

    @Test("a lost socket that comes back is in its room as before, hears what it missed, and the others saw nobody leave")
    func recovery() throws {
        let scene = recovering()
        let ana = try #require(scene.openSocket())
        scene.send("40", on: ana)
        let reply = try JSONParser.parse(String(scene.take(ana)[1].dropFirst(2))).objectValue
        let pid = try #require(reply?["pid"]?.stringValue)
        _ = try scene.call("join-room", ["room": "r", "id": "ana"], on: ana)
        let bo = try enter("bo", scene: scene)
        let offset = try #require(scene.heard(ana).last?.last?.stringValue)
        scene.drop(ana)
        scene.emit("message", ["text": "are you there"], on: bo)
        scene.emit("offer", ["to": "ana", "sdp": "v=0"], on: bo)
        scene.wait(.seconds(20))
        let again = try #require(scene.openSocket())
        scene.send(#"40{"pid":"\#(pid)","offset":"\#(offset)"}"#, on: again)
        #expect(scene.heard(again).map { $0.first } == ["message", "offer"])
        let gone = scene.heard(bo).filter { $0.first == "user-disconnected" }
        #expect(gone == [])
        #expect(scene.sockets.counts.recovered == 1)
        #expect(scene.native.participants(in: "r").count == 2)
    }

    @Test("a socket that was in no room yet comes back as itself, too")
    func recoveryOutside() throws {
        let scene = recovering()
        let ana = try #require(scene.openSocket())
        scene.send("40", on: ana)
        let reply = try #require(JSONParser.parse(String(scene.take(ana)[1].dropFirst(2))).objectValue)
        let pid = try #require(reply["pid"]?.stringValue)
        scene.drop(ana)
        let again = try #require(scene.openSocket())
        scene.send(#"40{"pid":"\#(pid)"}"#, on: again)
        #expect(try JSONParser.parse(String(scene.take(again)[1].dropFirst(2))).objectValue == reply)
        #expect(try scene.call("join-room", ["room": "r"], on: again)["ok"] == .bool(true))
    }

    @Test("a lost socket that does not come back leaves when the grace is over")
    func graceOver() throws {
        let scene = recovering()
        let ana = try enter("ana", scene: scene)
        let bo = try enter("bo", scene: scene)
        scene.drop(ana)
        scene.wait(.seconds(24))
        #expect(scene.heard(bo).map { $0.first } == ["user-reconnecting"])
        scene.send("3", on: bo)
        scene.wait(.seconds(6))
        #expect(scene.heard(bo).map { $0.first } == ["user-disconnected"])
        #expect(scene.sockets.sessionCount == 1)
    }
}

extension JSON: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }
}

extension JSON: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
