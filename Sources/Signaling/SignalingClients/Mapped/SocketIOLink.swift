import RTCCore
import SignalingProtocol
import SocketIO

/// A client's side of Socket.IO 5 on Engine.IO 4, on a WebSocket from the first.
///
///            0{sid, …}           40{sid}
///   opening ──────────▶ joining ─────────▶ open ──────▶ over
///                          │ 44{message}      41, 1       ▲
///                          └───────────────────────────── ┘
///
/// The server pings; a client that hears nothing for an interval and a timeout takes the connection for dead.
struct SocketIOLink {
    private enum State { case opening, joining, open, over }

    private let namespace: String
    private let auth: JSON?
    private var state = State.opening
    private var decoder = SocketIODecoder()
    private var patience: Duration?
    private var silentAt: Instant?
    private var lastNumber: Int64 = -1
    var texts = Outbox<String>()
    var inputs = Outbox<MessageLink.Input>()

    /// Longer promises of a server are taken for this.
    private static let longestPatience = Duration.seconds(600)

    init(namespace: String, auth: JSON?) {
        self.namespace = namespace
        self.auth = auth
    }

    var deadline: Instant? { state == .over ? nil : silentAt }

    mutating func advance(to now: Instant) {
        guard let due = silentAt, due <= now, state != .over else { return }
        silentAt = nil
        inputs.append(.silent)
    }

    mutating func received(_ text: String, now: Instant) {
        guard state != .over else { return }
        do throws(SocketIOError) {
            switch try EngineIOPacket(text: text) {
            case .open(let handshake): opened(handshake, now: now)
            case .ping(let probe):
                texts.append(EngineIOPacket.pong(probe).text)
                silentAt = patience.map { now + $0 }
            case .message(let message):
                if let packet = try decoder.take(message) { take(packet) }
            case .close: end("the server has closed the session")
            case .pong, .upgrade, .noop: break
            }
        } catch {
            inputs.append(.broken(error.description))
        }
    }

    /// - Returns: The number of the acknowledgement, where one is asked for.
    mutating func send(_ message: JSON, acknowledged: Bool) -> Int64? {
        guard state == .open else { return nil }
        if acknowledged { lastNumber += 1 }
        say(SocketIOPacket(.event, namespace: namespace, id: acknowledged ? lastNumber : nil, data: message))
        return acknowledged ? lastNumber : nil
    }

    private mutating func opened(_ text: String, now: Instant) {
        guard state == .opening else { return }
        guard let handshake = EngineIOHandshake(text) else {
            inputs.append(.broken("a handshake that is none"))
            return
        }
        let limit = Self.longestPatience
        let milliseconds = max(0, handshake.pingIntervalMilliseconds) &+ max(0, handshake.pingTimeoutMilliseconds)
        let promised = milliseconds > 0 && milliseconds < 600_000 ? Duration.milliseconds(milliseconds) : limit
        patience = promised
        silentAt = now + promised
        state = .joining
        say(SocketIOPacket(.connect, namespace: namespace, data: auth))
    }

    private mutating func take(_ packet: SocketIOPacket) {
        guard packet.namespace == namespace else { return }
        switch packet.kind {
        case .connect:
            guard state == .joining else { return }
            state = .open
            inputs.append(.opened(id: packet.data?.objectValue?["sid"]?.stringValue))
        case .connectError:
            let reason = packet.data?.stringValue ?? packet.data?.objectValue?["message"]?.stringValue
            end(reason ?? "the server refused the connection")
        case .disconnect: end("the server has disconnected this client")
        case .event:
            guard state == .open, let message = packet.data else { return }
            if let id = packet.id {
                say(SocketIOPacket(.acknowledgement, namespace: namespace, id: id, data: .array([])))
            }
            inputs.append(.message(message))
        case .acknowledgement:
            if let id = packet.id, let data = packet.data { inputs.append(.acknowledged(id, data)) }
        }
    }

    private mutating func end(_ reason: String) {
        state = .over
        inputs.append(.refused(reason))
    }

    private mutating func say(_ packet: SocketIOPacket) {
        for message in packet.messages { texts.append(EngineIOPacket.message(message).text) }
    }
}

extension EngineIOPacket {
    /// What this client writes is text.
    fileprivate var text: String {
        if case .text(let text) = frame { text } else { "" }
    }
}
