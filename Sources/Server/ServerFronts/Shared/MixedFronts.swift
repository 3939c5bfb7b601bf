public import AccessCore
public import NetworkImpairment
public import RTCCore
import RoomCore
import SignalingProtocol
import SocketIO
import SocketIOSessions

/// All fronts of a server over one set of rooms, as one machine: what the server on sockets is made of, for virtual time.
///
/// The path of a connection's address says which front it is for, as on sockets; only WebSockets come here, so that Engine.IO has no polling.
public final class MixedFronts: SignalingService {
    private enum Route { case native, engineIO, peerJS }

    private let native: NativeFront
    private let engineIO: SocketIOFront
    private let peerJS: PeerJSFront
    private var routes: [UInt64: Route] = [:]
    private var outputs = OutputQueue<SignalingOutput>()

    /// - Parameters:
    ///   - seed: Where ids and secrets come from, which real clients could guess.
    ///   - tokens: Whose tokens let clients in, and the wall clock at ``RTCCore/Instant/origin``; `nil` lets everybody in.
    public init(
        configuration: ServerConfiguration, seed: UInt64, at now: Instant,
        tokens: (keys: any TokenKeys, unixMilliseconds: Int64)? = nil
    ) {
        let rooms = SharedRooms(
            configuration: configuration, seed: seed, unixMilliseconds: tokens?.unixMilliseconds ?? 0, keys: tokens?.keys)
        var random = SplitMix64(seed: SplitMix64.derive(seed, "fronts"))
        let bits = { random.next() }
        native = NativeFront(configuration: configuration, seed: seed, at: now, rooms: rooms)
        engineIO = SocketIOFront(configuration: configuration, rooms: rooms, bits: bits)
        peerJS = PeerJSFront(configuration: configuration, rooms: rooms, bits: bits)
    }

    public func opened(_ connection: UInt64, url: String, now: Instant) {
        let path = Self.path(of: url)
        if path == engineIO.path || path + "/" == engineIO.path {
            routes[connection] = .engineIO
            engineIO.opened(connection, query: URLQuery(target: url), from: ClientOrigin(), now: now)
        } else if peerJS.isPath(path) {
            routes[connection] = .peerJS
            peerJS.opened(connection, query: URLQuery(target: url), from: ClientOrigin(), now: now)
        } else {
            routes[connection] = .native
            native.opened(connection, url: url, now: now)
        }
        pump(now: now)
    }

    private static func path(of url: String) -> String {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        return String(rest.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" })
    }

    public func received(_ text: String, on connection: UInt64, now: Instant) {
        switch routes[connection] {
        case .native: native.received(text, on: connection, now: now)
        case .engineIO: engineIO.received(.text(text), on: connection, now: now)
        case .peerJS: peerJS.received(text, on: connection, now: now)
        case nil: return
        }
        pump(now: now)
    }

    public func closed(_ connection: UInt64, code: UInt16?, now: Instant) {
        switch routes.removeValue(forKey: connection) {
        case .native: native.closed(connection, code: code, now: now)
        case .engineIO: engineIO.closed(connection, now: now)
        case .peerJS: peerJS.closed(connection, isClean: code != nil, now: now)
        case nil: return
        }
        pump(now: now)
    }

    public var deadline: Instant? { earliest(earliest(native.deadline, engineIO.deadline), peerJS.deadline) }

    public func advance(to now: Instant) {
        native.advance(to: now)
        engineIO.advance(to: now)
        peerJS.advance(to: now)
        pump(now: now)
    }

    public func nextOutput() -> SignalingOutput? { outputs.next() }

    /// What one front does may give the others something to say.
    private func pump(now: Instant) {
        var isOver = false
        while !isOver {
            isOver = true
            native.drainRooms(now: now)
            engineIO.listen(now: now)
            peerJS.listen(now: now)
            while let output = native.nextOutput() ?? peerJS.nextOutput() {
                outputs.append(output)
                isOver = false
            }
            while let output = engineIO.nextOutput() {
                isOver = false
                switch output {
                case .send(let socket, .text(let text)): outputs.append(.send(connection: socket, text))
                case .close(let socket):
                    outputs.append(.close(connection: socket, code: CloseCode.left.rawValue, reason: ""))
                // Bots neither poll nor take bytes.
                case .send, .respond: break
                }
            }
        }
    }
}
