import RTCCore
import SignalingClients
import SignalingProtocol
import Testing

@Suite("Tokens of a room client")
struct RoomClientTokenTests {
    private func requests(_ client: inout RoomClient) -> [Request] {
        var requests: [Request] = []
        while let text = client.nextText() {
            if case .request(_, let request, _)? = try? ClientFrame(text) { requests.append(request) }
        }
        return requests
    }

    /// In a room, by a token that names the second in which it was made, with a session's token of a minute.
    private func joined() -> RoomClient {
        var client = RoomClient(
            name: "Ana", room: "r", seed: 1, makeToken: { "made at \(($0 - .origin).inSeconds)" })
        client.opened(now: .origin)
        let welcome = Welcome(session: "s_1", secret: "x", pingMilliseconds: 3_600_000, resumeMilliseconds: 30_000)
        client.received(ServerFrame.reply(id: 1, .ok(welcome.json)).text, now: .origin)
        let snapshot = RoomSnapshot(
            participant: "p_1", role: "speaker", permissions: [], rev: 3, room: "r", mode: .auto, peers: [])
        var told = snapshot.json
        told["token"] = "sp_1"
        told["token_ms"] = 60_000
        client.received(ServerFrame.reply(id: 2, .ok(told)).text, now: .origin)
        return client
    }

    private static func token(_ requests: [Request]) -> String? {
        for case .hello(let hello) in requests { return hello.token }
        return nil
    }

    @Test("each new session is begun with a token of its own, and a resume with that of the session")
    func hello() {
        var client = joined()
        #expect(Self.token(requests(&client)) == "made at 0.0")
        let later = Instant.origin + .seconds(5)
        client.closed(code: nil, reason: "cut", now: later)
        client.opened(now: later)
        #expect(Self.token(requests(&client)) == "sp_1")
        let refusal = RequestError(.resumeExpired, "over")
        client.received(ServerFrame.reply(id: 3, .refused(refusal)).text, now: later)
        #expect(Self.token(requests(&client)) == "made at 5.0")
    }

    @Test("the session's token is refreshed before its time is over, again and again, and nobody is told")
    func refresh() throws {
        var client = joined()
        _ = requests(&client)
        while client.nextEvent() != nil {}
        var last = Instant.origin
        for round in 1..<5 as Range<Int64> {
            let now = try #require(client.deadline)
            #expect((29...43).contains((now - last).inSeconds))
            client.advance(to: now)
            #expect(requests(&client) == [.refreshToken("sp_\(round)")])
            let next: JSONObject = ["token": .string("sp_\(round + 1)"), "token_ms": 60_000]
            client.received(ServerFrame.reply(id: 2 + round, .ok(next)).text, now: now)
            #expect(client.nextEvent() == nil)
            last = now
        }
    }

    @Test("where the session's token is refused, a new one is shown once")
    func refused() throws {
        var client = joined()
        let now = try #require(client.deadline)
        _ = requests(&client)
        client.advance(to: now)
        _ = requests(&client)
        let refusal = ServerFrame.reply(id: 3, .refused(RequestError(.unauthenticated, "no")))
        client.received(refusal.text, now: now)
        #expect(requests(&client) == [.refreshToken("made at \((now - .origin).inSeconds)")])
        client.received(ServerFrame.reply(id: 4, .refused(RequestError(.unauthenticated, "no"))).text, now: now)
        #expect(requests(&client).isEmpty)
    }

    @Test("a server that gives no token is asked for no other")
    func none() {
        var client = RoomClient(name: "Ana", room: "r", seed: 1, token: "t")
        client.opened(now: .origin)
        #expect(Self.token(requests(&client)) == "t")
        let welcome = Welcome(session: "s_1", pingMilliseconds: 3_600_000)
        client.received(ServerFrame.reply(id: 1, .ok(welcome.json)).text, now: .origin)
        let snapshot = RoomSnapshot(
            participant: "p_1", role: "speaker", permissions: [], rev: 3, room: "r", mode: .auto, peers: [])
        client.received(ServerFrame.reply(id: 2, .ok(snapshot.json)).text, now: .origin)
        _ = requests(&client)
        #expect(client.deadline.map { $0 > .origin + .seconds(2000) } == true)
    }
}
