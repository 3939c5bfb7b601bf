import AccessCore
import FuzzSupport
import HandmadeTokens
import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIOSessions

/// The HTTP API under requests of anyone, with a native client in the rooms.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let desk = Desk(&input)
    while !input.isEmpty { desk.step(&input) }
    desk.settle()
    return 0
}

private final class Desk {
    /// What docs/security.md has an answer for.
    private static let statuses: Set<Int> = [200, 201, 400, 401, 403, 404, 413, 429]
    private static let admin = HandmadeTokens.token(["sub": "root"], starling: #"{"admin":true}"#)
    private static let member = HandmadeTokens.token(["sub": "ana"], starling: #"{"rooms":["*"]}"#)
    private let hasKeys: Bool
    private let rooms: SharedRooms
    private let front: NativeFront
    private let api: HTTPAPI
    private let clock = FuzzClock(.origin)
    private var open: Set<UInt64> = []
    private var asked: [UInt64: Int64] = [:]
    private var participants = ["p_nobody"]
    private var requests = 0

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        hasKeys = choice & 1 == 0
        let keys = hasKeys ? HandmadeTokens() : nil
        var configuration = ServerConfiguration(trustLoopback: choice & 2 == 0)
        configuration.issuesTokens = choice & 4 == 0
        if choice & 8 == 0 { configuration.relays = RelayAccess(urls: ["turn:192.0.2.1"], secret: "s", lifetime: .seconds(600)) }
        configuration.access.revocations = 4
        configuration.roomTiming.disconnectGrace = .seconds(5)
        rooms = SharedRooms(
            configuration: configuration, seed: 1, unixMilliseconds: HandmadeTokens.begin * 1000, keys: keys)
        front = NativeFront(configuration: configuration, seed: 1, at: .origin, rooms: rooms)
        var random = SplitMix64(seed: 2)
        api = HTTPAPI(configuration: configuration, rooms: rooms, keys: keys) { random.next() }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(10) {
        case 0...5: ask(&input)
        case 6, 7: act(&input)
        case 8: advance(by: .milliseconds(Int64(input.below(12_000))))
        default: close(UInt64(input.below(3)))
        }
        drain()
    }

    func settle() {
        for connection in open.sorted() { close(connection) }
        advance(by: .seconds(60))
        let metrics = front.metrics
        promise(metrics.rooms == 0 && metrics.participants == 0 && metrics.sessions == 0, "nothing is left: \(metrics)")
        promise(api.answers.values.reduce(0, +) == requests, "each request is counted once")
    }

    // MARK: - HTTP

    private func ask(_ input: inout FuzzInput) {
        let choice = input.byte()
        let names = ["r", "r%2F1", "a:b", participants[input.below(participants.count)], "%1F", "nobody"]
        let name = choice & 1 == 0 ? names[input.below(names.count)] : String(decoding: input.chunk(upTo: 30), as: UTF8.self)
        let paths = [
            "/v1/rooms", "/v1/rooms/\(name)", "/v1/rooms/\(name)/participants", "/v1/rooms/\(name):end", "/v1/rooms/\(name):lock",
            "/v1/participants/\(name):kick", "/v1/participants/\(name):mute", "/v1/revocations", "/v1/turn", "/v1/tokens",
            "/v1/rooms/", "/v1/\(name)",
        ]
        var path = paths[input.below(paths.count)]
        let isRead = choice & 2 == 0
        let method = choice & 4 == 0 ? (isRead ? "GET" : "POST") : ["PUT", "DELETE", "HEAD", "", "get"][input.below(5)]
        let bearers = [Self.admin, Self.member, nil, "wrong", HandmadeTokens.token(secret: 8)]
        let bearer = bearers[Int(choice >> 3 & 3)] ?? (choice & 32 == 0 ? nil : bearers[4])
        let query = choice & 64 == 0 ? "" : "?tenant=\(name)"
        if choice & 128 != 0 { path += String(decoding: input.chunk(upTo: 20), as: UTF8.self) }
        guard HTTPAPI.owns(path) else { return }
        let request = APIRequest(
            method: method, path: path, query: URLQuery(target: path + query), bearer: bearer, body: body(&input))
        let address = SocketAddress(ipv4: 0xC000_0200 + UInt32(input.byte() & 3), port: 1)
        let response = api.answer(request, from: ClientOrigin(address: address), now: clock.now)
        requests += 1
        drain()
        check(response, to: request)
    }

    private func body(_ input: inout FuzzInput) -> String? {
        let choice = input.byte()
        if choice & 7 == 7 { return nil }
        if choice & 7 == 6 { return String(decoding: input.chunk(upTo: 200), as: UTF8.self) }
        if choice & 7 == 5 { return "" }
        var body: JSONObject = ["room": "r"]
        let names = ["sub", "jti", "name", "role", "ttl", "once", "reason", "locked", "ban_s", "source", "hard"]
        for _ in 0..<(choice >> 3 & 3) {
            let values: [JSON] = [
                "ana", "host", "camera", .bool(true), .integer(60), .integer(-1), .null,
                .string(String(repeating: "x", count: 200)),
                .integer(JSON.largestInteger), "\u{7F}",
            ]
            body[names[input.below(names.count)]] = values[input.below(values.count)]
        }
        return JSON.object(body).text
    }

    private func check(_ response: APIResponse, to request: APIRequest) {
        promise(Self.statuses.contains(response.status), "the status is a documented one: \(response.status) to \(request)")
        promise((try? JSONParser.parse(JSON.object(response.body).text)) != nil, "an answer is JSON: \(response.body)")
        for field in response.fields {
            promise(field.value.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "a field is one line: \(field)")
        }
        let isFine = response.status < 300
        promise(isFine == (response.body["error"] == nil), "a refusal says why, and nothing else does: \(response)")
        let isForAll = request.path.hasPrefix("/v1/turn") || request.path.hasPrefix("/v1/tokens")
        promise(
            !isFine || isForAll || (hasKeys && request.bearer == Self.admin), "only administrators administer: \(request)")
    }

    // MARK: - The native client

    private func act(_ input: inout FuzzInput) {
        let connection = UInt64(input.below(3))
        if open.insert(connection).inserted {
            front.opened(connection, from: SocketAddress(ipv4: 7, port: 1), now: clock.now)
            asked[connection] = 0
            return say(.hello(HelloRequest(token: hasKeys ? Self.member : nil)), on: connection)
        }
        switch input.below(4) {
        case 0, 1: say(.join(JoinRequest(room: ["r", "r/1"][input.below(2)], name: "n")), on: connection)
        case 2: say(.ready(rev: nil), on: connection)
        default: say(.leave, on: connection)
        }
    }

    private func say(_ request: Request, on connection: UInt64) {
        let id = asked[connection, default: 0] + 1
        asked[connection] = id
        front.received(ClientFrame.request(id: id, request).text, on: connection, now: clock.now)
        drain()
    }

    private func close(_ connection: UInt64) {
        guard open.remove(connection) != nil else { return }
        front.closed(connection, code: nil, now: clock.now)
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { front.deadline }) { now in
            front.advance(to: now)
            drain()
            return 1
        }
    }

    private func drain() {
        front.advance(to: clock.now)
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text):
                promise(open.contains(connection), "nothing is said on a connection that is gone")
                guard let frame = try? ServerFrame(text) else { fatalError("the server says what it would not take: \(text)") }
                guard case .reply(_, .ok(let result)) = frame, let snapshot = RoomSnapshot(result) else { continue }
                participants = participants.suffix(7) + [snapshot.participant]
            case .close(let connection, _, _): close(connection)
            }
        }
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(
        [
            // Two come in; rooms are listed, one is locked; one of them is muted, and kicked; tokens, TURN, a revocation; the end.
            [
                0, 6, 0, 6, 0, 0, 0, 6, 0, 2, 6, 1, 6, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 2, 5, 0, 0,
                2,
                0, 0, 4, 5, 0, 0, 2, 1, 3, 6, 5, 0, 0, 2, 1, 3, 5, 5, 0, 0, 2, 0, 0, 9, 0, 0, 0, 0, 0, 0, 8, 5, 0, 0, 2, 0, 0, 7,
                8,
                0, 0, 0, 0, 2, 0, 0, 3, 5, 0, 8, 0, 100, 9, 0,
            ],
            [1, 6, 0, 6, 0, 0, 0, 0, 8, 0, 0, 5, 0, 8, 39, 16, 9, 0], [2] + [UInt8](repeating: 0, count: 120),
            [0, 0, 131, 4, 97, 58, 37, 50, 11, 6, 3] + Array(":end".utf8),
        ], words: ["/v1/", "rooms/", ":end", ":lock", ":kick", ":mute", "%2F", "%1F", "participants"])
    return 0
}
