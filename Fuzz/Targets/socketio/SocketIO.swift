import FuzzSupport
import RTCCore
import SignalingProtocol
import SocketIO
import SocketIOSessions

/// The server's side of Socket.IO on Engine.IO under clients that poll, upload, upgrade, come back and break off in any order, with packets
/// well formed or not.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let clients = Clients(&input)
    while !input.isEmpty { clients.step(&input) }
    clients.settle()
    return 0
}

private final class Clients {
    private var server: SocketIOServer
    private let clock = FuzzClock(.origin)
    private var now: Instant { clock.now }
    private var nextNumber: UInt64 = 0
    private var requests: Set<UInt64> = []
    private var webSockets: Set<UInt64> = []
    private var sessions: [String] = []
    private var accepted: [SocketIOSocket] = []
    private var secrets: [String] = []

    init(_ input: inout FuzzInput) {
        let choice = input.byte()
        var configuration = SocketIOConfiguration(namespaces: ["/", "/chat"])
        if choice & 1 != 0 { configuration.recovery = .seconds(60) }
        if choice & 2 != 0 { configuration.recoveryEvents = 2 }
        configuration.engineLimits.sessions = 8
        configuration.engineLimits.waiting = 4096
        configuration.engineLimits.payload = 2048
        var random = SplitMix64(seed: 1)
        server = SocketIOServer(configuration: configuration) { random.next() }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(14) {
        case 0: request("GET", sid: nil)
        case 1, 2: request("GET", sid: session(&input))
        case 3, 4, 5:
            guard let number = request("POST", sid: session(&input)) else { break }
            let body = payload(&input)
            server.received(input.byte() & 15 == 15 ? nil : body, of: number, now: now)
        case 6:
            guard let number = requests.min() else { break }
            requests.remove(number)
            server.aborted(number, now: now)
        case 7: open(sid: input.byte() & 1 == 0 ? nil : session(&input))
        case 8, 9:
            guard let socket = webSocket(&input) else { break }
            server.received(frame(&input), on: socket, now: now)
        case 10:
            guard let socket = webSocket(&input) else { break }
            if input.byte() & 1 == 0 {
                webSockets.remove(socket)
                server.closed(socket, now: now)
            } else {
                server.overflowed(socket, now: now)
            }
        case 11: advance(by: .milliseconds(Int64(input.below(60_000))))
        default: say(&input)
        }
        drain()
    }

    func settle() {
        advance(by: .seconds(120))
        for socket in webSockets.sorted() { server.closed(socket, now: now) }
        server.closeAll(now: now)
        drain()
        advance(by: .seconds(300))
        promise(server.sessionCount == 0, "no session stays: \(server.sessionCount)")
        promise(server.socketCount == 0, "no socket stays: \(server.socketCount)")
        promise(server.deadline == nil, "nothing is waited for")
        promise(requests.isEmpty, "every request is answered: \(requests.count)")
    }

    private func session(_ input: inout FuzzInput) -> String {
        sessions.isEmpty ? "nobody" : sessions[sessions.count - 1 - input.below(min(sessions.count, 8))]
    }

    private func webSocket(_ input: inout FuzzInput) -> UInt64? {
        let all = webSockets.sorted()
        return all.isEmpty ? nil : all[input.below(all.count)]
    }

    private func query(_ transport: String, sid: String?) -> URLQuery {
        URLQuery(target: "/socket.io/?EIO=4&transport=\(transport)" + (sid.map { "&sid=\($0)" } ?? ""))
    }

    @discardableResult
    private func request(_ method: String, sid: String?) -> UInt64? {
        nextNumber += 1
        let number = nextNumber
        requests.insert(number)
        server.begin(number, EngineIORequest(method: method, query: query("polling", sid: sid)), now: now)
        drain()
        return requests.contains(number) ? number : nil
    }

    private func open(sid: String?) {
        let query = query("websocket", sid: sid)
        guard server.refusal(of: EngineIORequest(method: "GET", query: query), isUpgrade: true) == nil else { return }
        nextNumber += 1
        webSockets.insert(nextNumber)
        server.opened(nextNumber, query: query, now: now)
    }

    private func packet(_ input: inout FuzzInput) -> SocketIOPacket {
        let namespace = ["/", "/chat", "/nowhere"][input.below(3)]
        switch input.below(7) {
        case 0, 1: return SocketIOPacket(.connect, namespace: namespace)
        case 2:
            let offset: JSON = .string(String(input.byte()))
            let secret: JSON = .string(secrets.last ?? "none")
            return SocketIOPacket(.connect, namespace: namespace, data: .object(["pid": secret, "offset": offset]))
        case 3: return SocketIOPacket(.disconnect, namespace: namespace)
        case 4: return SocketIOPacket(.acknowledgement, namespace: namespace, id: Int64(input.below(4)), data: .array([]))
        case 5:
            return .event("e", [SocketIOPacket.placeholder(0)], namespace: namespace, attachments: [input.chunk(upTo: 20)])
        default: return .event("e", ["x"], namespace: namespace, id: input.byte() & 1 == 0 ? nil : 1)
        }
    }

    private func packets(_ input: inout FuzzInput) -> [EngineIOPacket] {
        switch input.below(8) {
        case 0: [.pong("")]
        case 1: [.close]
        case 2: [.ping("probe")]
        case 3: [.upgrade]
        default: packet(&input).messages.map { .message($0) }
        }
    }

    private func payload(_ input: inout FuzzInput) -> String {
        if input.byte() & 7 == 7 { return String(decoding: input.chunk(upTo: 200), as: UTF8.self) }
        return EngineIOPacket.payload((0...input.below(3)).flatMap { _ in packets(&input) })
    }

    private func frame(_ input: inout FuzzInput) -> EngineIOMessage {
        switch input.below(8) {
        case 0: .text(String(decoding: input.chunk(upTo: 200), as: UTF8.self))
        case 1: .binary(input.chunk(upTo: 40))
        default: packets(&input)[0].frame
        }
    }

    /// What the application does.
    private func say(_ input: inout FuzzInput) {
        guard !accepted.isEmpty else { return }
        let socket = accepted[input.below(accepted.count)]
        switch input.below(6) {
        case 0: server.disconnect(socket, now: now)
        case 1: _ = server.ask("q", ["x"], of: socket)
        case 2: server.acknowledge(socket, Int64(input.byte()), [])
        case 3: server.emit("b", [SocketIOPacket.placeholder(0)], attachments: [[1, 2]], to: socket)
        case 4: server.emit("v", [.string(String(repeating: "x", count: input.below(2000)))], isVolatile: true, to: socket)
        default: server.emit("e", [.string(String(repeating: "x", count: input.below(2000)))], to: socket)
        }
    }

    private func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { server.deadline }) { now in
            server.advance(to: now)
            drain()
            return 1
        }
    }

    private func drain() {
        while true {
            if let event = server.nextEvent() {
                happened(event)
            } else if let output = server.nextOutput() {
                perform(output)
            } else {
                break
            }
        }
        promise(server.sessionCount <= 8, "no more sessions than there may be: \(server.sessionCount)")
    }

    private func happened(_ event: SocketIOEvent) {
        switch event {
        case .opened(let session): sessions.append(session)
        case .closed: break
        case .connecting(let socket, _, _, let auth, _):
            if auth["refuse"] == nil { server.accept(socket) } else { server.refuse(socket, message: "no") }
            if !accepted.contains(socket) { accepted.append(socket) }
        case .event(let socket, _, let arguments, let attachments, let id):
            if let id { server.acknowledge(socket, id, arguments, attachments: attachments) }
        case .disconnected(let socket, _): accepted.removeAll { $0 == socket }
        case .acknowledged, .lost: break
        }
    }

    private func perform(_ output: EngineIOOutput) {
        switch output {
        case .respond(let request, let response):
            promise(requests.remove(request) != nil, "one answer to each request")
            for packet in (try? EngineIOPacket.packets(inPayload: response.body, limit: 10_000)) ?? [] { learn(packet) }
        case .send(let socket, let message):
            promise(webSockets.contains(socket), "nothing is said to whom is gone")
            if case .text(let text) = message, let packet = try? EngineIOPacket(text: text) { learn(packet) }
        case .close(let socket): webSockets.remove(socket)
        }
    }

    /// The secrets with which clients may come back.
    private func learn(_ packet: EngineIOPacket) {
        var decoder = SocketIODecoder()
        guard case .message(let message) = packet, let packet = (try? decoder.take(message)) ?? nil,
            let secret = packet.data?.objectValue?["pid"]?.stringValue
        else { return }
        secrets.append(secret)
    }
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked([
        // Polling: opened, connected, polled, an event, a poll that waits, an answer, upgraded.
        [
            0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 3, 0, 0, 0, 4, 0, 6, 1, 0, 1, 0, 12, 0, 5, 0, 10, 7, 1, 0, 8, 0, 2, 2, 8, 0, 2, 3,
            1, 0,
        ],
        // A WebSocket with two namespaces, attachments, a loss, and a return.
        [
            1, 7, 0, 8, 0, 3, 4, 0, 0, 8, 0, 3, 4, 1, 0, 8, 0, 3, 4, 0, 5, 3, 1, 2, 3, 10, 0, 0, 7, 0, 8, 0, 3, 4, 0, 2, 0, 11,
            50, 0,
        ],
        [0, 0, 3, 0, 7, 20] + Array("40\u{1E}42[\"e\",{\"a\":1}]x".utf8), [3, 0, 11, 200, 200, 1, 0, 6, 0],
    ])
    return 0
}
