import AccessCore
import HandmadeTokens
import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import SocketIO
import SocketIOSessions
import Testing

/// All fronts over one set of rooms, in virtual time, and what each said to whom.
final class FrontScene {
    let rooms: SharedRooms
    let native: NativeFront
    let sockets: SocketIOFront
    let peers: PeerJSFront
    var now = Instant.origin
    /// What was said on each connection, of any front.
    private var said: [UInt64: [String]] = [:]
    private(set) var closes: [UInt64: UInt16] = [:]
    private var lastID: [UInt64: Int64] = [:]
    private var lastConnection: UInt64 = 0
    private var lastAck: Int64 = 0

    static let stranger = SocketAddress("192.0.2.7", port: 5)

    /// - Parameter keys: Whose tokens are needed; time then begins with ``HandmadeTokens/begin``.
    init(keys: HandmadeTokens? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in }) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configure(&configuration)
        rooms = SharedRooms(
            configuration: configuration, seed: 1, unixMilliseconds: keys == nil ? 0 : HandmadeTokens.begin * 1000, keys: keys)
        var random = SplitMix64(seed: 2)
        let bits = { random.next() }
        native = NativeFront(configuration: configuration, seed: 1, at: .origin, rooms: rooms)
        sockets = SocketIOFront(configuration: configuration, rooms: rooms, bits: bits)
        peers = PeerJSFront(configuration: configuration, rooms: rooms, bits: bits)
    }

    func drain() {
        var goesOn = true
        while goesOn {
            goesOn = false
            // A front takes what is for it whenever it is called; this asks for nothing else.
            native.advance(to: now)
            sockets.listen(now: now)
            peers.listen(now: now)
            while let output = native.nextOutput() ?? peers.nextOutput() {
                goesOn = true
                switch output {
                case .send(let connection, let text): said[connection, default: []].append(text)
                case .close(let connection, let code, _): closes[connection] = code
                }
            }
            while let output = sockets.nextOutput() {
                goesOn = true
                switch output {
                case .send(let connection, .text(let text)): said[connection, default: []].append(text)
                case .send(let connection, .binary): said[connection, default: []].append("bytes")
                case .close(let connection): closes[connection] = 1000
                case .respond: break
                }
            }
        }
    }

    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = earliest(earliest(native.deadline, sockets.deadline), peers.deadline), deadline <= end {
            now = max(now, deadline)
            native.advance(to: now)
            sockets.advance(to: now)
            peers.advance(to: now)
            drain()
        }
        now = end
    }

    /// Takes what was said on a connection since the last time.
    func take(_ connection: UInt64) -> [String] {
        said.removeValue(forKey: connection) ?? []
    }

    // MARK: - Native

    func ask(_ connection: UInt64, _ request: Request) -> Reply? {
        let id = lastID[connection, default: 0] + 1
        lastID[connection] = id
        let before = said[connection]?.count ?? 0
        native.received(ClientFrame.request(id: id, request).text, on: connection, now: now)
        drain()
        guard let texts = said[connection], texts.count > before,
            case .reply(id, let reply)? = try? ServerFrame(texts[before])
        else { return nil }
        return reply
    }

    /// Opens a native connection and says `hello`.
    func greet(
        token: String? = nil, bearer: String? = nil, resume: ResumeRequest? = nil, from address: SocketAddress? = nil
    ) -> (connection: UInt64, reply: Reply?) {
        let connection = openNative(from: address, bearer: bearer)
        return (connection, ask(connection, .hello(HelloRequest(token: token, resume: resume))))
    }

    func openNative(from address: SocketAddress?, bearer: String? = nil) -> UInt64 {
        lastConnection += 1
        native.opened(lastConnection, from: address, bearer: bearer, now: now)
        return lastConnection
    }

    /// Lets a native client into a room.
    func enter(
        _ room: String, name: String, create: RoomSettings? = nil
    ) throws -> (connection: UInt64, snapshot: RoomSnapshot) {
        lastConnection += 1
        let connection = lastConnection
        native.opened(connection, from: nil, now: now)
        _ = ask(connection, .hello(HelloRequest()))
        guard case .ok(let result)? = ask(connection, .join(JoinRequest(room: room, name: name, create: create))) else {
            throw Missing()
        }
        _ = ask(connection, .ready(rev: nil))
        _ = take(connection)
        return (connection, try #require(RoomSnapshot(result)))
    }

    func events(_ connection: UInt64) -> [Event] {
        take(connection).compactMap { text in
            guard case .event(let event, _, _)? = try? ServerFrame(text) else { return nil }
            return event
        }
    }

    struct Missing: Error {}

    // MARK: - Socket.IO

    /// - Returns: The connection; it may have been refused.
    func openSocket(from address: SocketAddress? = nil) -> UInt64? {
        lastConnection += 1
        let query = URLQuery(target: "?EIO=4&transport=websocket")
        let origin = ClientOrigin(address: address)
        guard sockets.refusal(of: EngineIORequest(method: "GET", query: query), from: origin, isUpgrade: true) == nil else {
            return nil
        }
        sockets.opened(lastConnection, query: query, from: origin, now: now)
        drain()
        return lastConnection
    }

    func connect(
        _ auth: JSONObject = [:], namespace: String = "", from address: SocketAddress? = nil
    ) throws -> UInt64 {
        let connection = try #require(openSocket(from: address))
        send("40\(namespace.isEmpty ? "" : namespace + ",")\(JSON.object(auth).text)", on: connection)
        let texts = take(connection)
        try #require(texts.count == 2)
        return connection
    }

    func send(_ text: String, on connection: UInt64) {
        sockets.received(.text(text), on: connection, now: now)
        drain()
    }

    func emit(_ name: String, _ arguments: JSON..., namespace: String = "", on connection: UInt64) {
        let prefix = namespace.isEmpty ? "" : namespace + ","
        send("42\(prefix)\(JSON.array([.string(name)] + arguments).text)", on: connection)
    }

    /// Emits, and takes the acknowledgement from among what was said.
    func call(_ name: String, _ argument: JSON, namespace: String = "", on connection: UInt64) throws -> JSONObject {
        lastAck += 1
        let prefix = namespace.isEmpty ? "" : namespace + ","
        send("42\(prefix)\(lastAck)\(JSON.array([.string(name), argument]).text)", on: connection)
        let start = "43\(prefix)\(lastAck)["
        let index = try #require(said[connection]?.firstIndex { $0.hasPrefix(start) })
        let text = said[connection]?.remove(at: index) ?? ""
        return try #require(JSONParser.parse(String(text.dropFirst(start.utf8.count).dropLast())).objectValue)
    }

    func drop(_ connection: UInt64) {
        sockets.closed(connection, now: now)
        drain()
    }

    /// The events that were said on a connection, each as the array that it is.
    func heard(_ connection: UInt64, namespace: String = "") -> [[JSON]] {
        let start = "42\(namespace.isEmpty ? "" : namespace + ",")["
        return take(connection).compactMap { text in
            guard text.hasPrefix(start) else { return nil }
            return (try? JSONParser.parse(String(text.dropFirst(start.utf8.count - 1))))?.arrayValue
        }
    }

    // MARK: - PeerJS

    func peer(
        _ id: String, token: String = "t", key: String = "peerjs", bearer: String? = nil, from address: SocketAddress? = nil
    ) -> UInt64 {
        lastConnection += 1
        let query = URLQuery(target: "?key=\(key)&id=\(id)&token=\(token)&version=1.5.5")
        peers.opened(lastConnection, query: query, from: ClientOrigin(address: address, bearer: bearer), now: now)
        drain()
        return lastConnection
    }

    func say(_ text: String, on connection: UInt64) {
        peers.received(text, on: connection, now: now)
        drain()
    }

    func hangUp(_ connection: UInt64, isClean: Bool) {
        peers.closed(connection, isClean: isClean, now: now)
        drain()
    }
}
