public import RTCCore
public import SignalingProtocol

/// A bot's side of `starling.v1`: says hello, joins one room, relays signals, keeps the connection alive.
///
///              opened           welcome          snapshot            ready
///   connecting ──────▶ greeting ───────▶ joining ────────▶ joined ──────────▶ ready
///                         │ refused         │ refused         │ leave           │ leave
///                         ▼                 ▼                 ▼                 ▼
///                      outside ◀────────────┴───────────── leaving ◀────────────┘         closed: from anywhere
///
/// The newcomer offers to those who were in the room before: to each of the peers that ``RoomClientEvent/joined(selfID:peers:)``
/// names. Who is told of a newcomer by ``RoomClientEvent/peerJoined(_:)`` waits for its offer. In a later collision of offers the
/// newcomer yields (``RemoteParticipant/polite``).
///
/// Mutate, then drain ``nextText()`` and ``nextEvent()``; call ``advance(to:)`` at ``deadline``.
public struct RoomClient {
    public let name: String
    public let room: String
    public private(set) var state = RoomClientState.connecting
    /// This client's participant id; `nil` outside a room.
    public private(set) var selfID: String?
    /// Who else is in the room, in the order in which they joined.
    public private(set) var peers: [RemoteParticipant] = []
    /// What the server wants used, known from `hello` on.
    public private(set) var iceServers: [ICEServer] = []

    private let timing: RoomClientTiming
    private let token: String?
    private let mode: RoomMode
    private var random: SplitMix64
    private var nextID: Int64 = 1
    private var pending: [Pending] = []
    private var lastSeq: Int64 = 0
    private var acknowledged: Int64 = 0
    private var acknowledgeAt: Instant?
    private var pingInterval: Duration?
    private var pingAt: Instant?
    private var texts: [String] = []
    private var textsTaken = 0
    private var events: [RoomClientEvent] = []
    private var eventsTaken = 0

    private struct Pending {
        let id: Int64
        let request: Request
        let answerBy: Instant
    }

    /// - Parameters:
    ///   - name: What others see, 1 to 64 bytes.
    ///   - seed: This machine's own share of the run's seed; it jitters the pings.
    ///   - token: What the server asks for, if it does.
    public init(
        name: String, room: String, seed: UInt64, token: String? = nil, mode: RoomMode = .auto,
        timing: RoomClientTiming = RoomClientTiming()
    ) {
        self.name = name
        self.room = room
        self.token = token
        self.mode = mode
        self.timing = timing
        random = SplitMix64(seed: seed)
    }

    /// The connection is open.
    public mutating func opened(now: Instant) {
        guard state == .connecting else { return }
        state = .greeting
        let hello = HelloRequest(version: 1, token: token, clientName: "starling-bot", clientVersion: "0.1")
        request(.hello(hello), now: now)
    }

    /// The connection is gone, or could not be made.
    public mutating func closed(code: UInt16?, reason: String, now: Instant) {
        guard state != .closed else { return }
        state = .closed
        selfID = nil
        peers = []
        pending = []
        pingAt = nil
        acknowledgeAt = nil
        texts = []
        textsTaken = 0
        events.append(.closed(code: code, reason: reason))
    }

    /// Sends something to one peer. Outside a room, where the client may just have been put, this does nothing.
    ///
    /// - Parameters:
    ///   - connection: Which connection between the two; both sides use the same name.
    ///   - epoch: Rises when the connection begins anew, such as at an ICE restart.
    ///   - body: An SDP; or candidate lines, separated by line feeds; or a reason.
    public mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant
    ) {
        guard state == .joined || state == .ready else { return }
        let signal = SignalRequest(
            to: participant, connection: connection, epoch: Int64(epoch), kind: kind, body: kind.body(body).text)
        request(.signal(signal), now: now)
    }

    /// The bot has acted on its ``RoomClientEvent/joined(selfID:peers:)``: the server may let room events and signals through.
    public mutating func ready(now: Instant) {
        guard state == .joined else { return }
        state = .ready
        request(.ready(rev: nil), now: now)
    }

    public mutating func leave(now: Instant) {
        guard state == .joined || state == .ready else { return }
        state = .leaving
        request(.leave, now: now)
    }

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public var deadline: Instant? {
        earliest(earliest(pingAt, acknowledgeAt), pending.first?.answerBy)
    }

    public mutating func advance(to now: Instant) {
        while let first = pending.first, first.answerBy <= now {
            pending.removeFirst()
            refused(first.request, RequestError(.timeout, "no reply to '\(first.request.type)'"))
        }
        if let pingAt, pingAt <= now { request(.ping, now: now) }
        if let acknowledgeAt, acknowledgeAt <= now { acknowledge() }
    }

    /// The next frame to send.
    public mutating func nextText() -> String? {
        guard textsTaken < texts.count else { return nil }
        defer {
            textsTaken += 1
            if textsTaken == texts.count {
                texts.removeAll(keepingCapacity: true)
                textsTaken = 0
            }
        }
        return texts[textsTaken]
    }

    public mutating func nextEvent() -> RoomClientEvent? {
        guard eventsTaken < events.count else { return nil }
        defer {
            eventsTaken += 1
            if eventsTaken == events.count {
                events.removeAll(keepingCapacity: true)
                eventsTaken = 0
            }
        }
        return events[eventsTaken]
    }

    /// A text frame arrived.
    public mutating func received(_ text: String, now: Instant) {
        guard state != .connecting, state != .closed else { return }
        let frame: ServerFrame
        do throws(FrameError) {
            frame = try ServerFrame(text)
        } catch {
            events.append(.protocolBroken("\(error.code.rawValue): \(error.message)"))
            return
        }
        switch frame {
        case .reply(let id, let reply):
            answered(id, reply, now: now)
        case .event(let event, let seq, _):
            if let seq { count(seq, now: now) }
            happened(event)
        }
    }
}

extension RoomClient {
    private mutating func request(_ request: Request, now: Instant) {
        let id = nextID
        nextID += 1
        let seq = lastSeq > acknowledged ? lastSeq : nil
        texts.append(ClientFrame.request(id: id, request, acknowledged: seq).text)
        if let seq { acknowledged = seq }
        acknowledgeAt = nil
        pending.append(Pending(id: id, request: request, answerBy: now + timing.reply))
        schedulePing(now: now)
    }

    private mutating func acknowledge() {
        acknowledgeAt = nil
        guard lastSeq > acknowledged else { return }
        acknowledged = lastSeq
        texts.append(ClientFrame.acknowledgement(lastSeq).text)
    }

    /// Pings are drawn from 80 % to 100 % of the server's interval, so that bots do not march in step.
    private mutating func schedulePing(now: Instant) {
        guard let pingInterval else { return }
        pingAt = now + pingInterval * (0.8 + 0.2 * random.unitInterval())
    }

    private mutating func count(_ seq: Int64, now: Instant) {
        if seq != lastSeq + 1 { events.append(.protocolBroken("event \(seq) came after \(lastSeq)")) }
        lastSeq = max(lastSeq, seq)
        if lastSeq - acknowledged >= timing.acknowledgeEvery {
            acknowledge()
        } else if acknowledgeAt == nil {
            acknowledgeAt = now + timing.acknowledgement
        }
    }

    private mutating func answered(_ id: Int64, _ reply: Reply, now: Instant) {
        guard let index = pending.firstIndex(where: { $0.id == id }) else {
            if id == 0, case .refused(let error) = reply {
                events.append(.protocolBroken("\(error.code.rawValue): \(error.message)"))
            } else {
                events.append(.protocolBroken("a second or late reply to request \(id)"))
            }
            return
        }
        let request = pending.remove(at: index).request
        switch reply {
        case .refused(let error): refused(request, error)
        case .ok(let result): granted(request, result, now: now)
        }
    }

    private mutating func granted(_ request: Request, _ result: JSONObject, now: Instant) {
        switch request {
        case .hello:
            guard let welcome = Welcome(result) else {
                events.append(.protocolBroken("a welcome without session or ping_ms"))
                return
            }
            iceServers = welcome.iceServers
            pingInterval = .milliseconds(min(welcome.pingMilliseconds, 3_600_000))
            state = .joining
            self.request(.join(JoinRequest(room: room, name: name, mode: mode)), now: now)
        case .join:
            guard let snapshot = RoomSnapshot(result) else {
                events.append(.protocolBroken("a join's reply without participant, rev or room"))
                return
            }
            state = .joined
            selfID = snapshot.participant
            peers = snapshot.peers.map(RemoteParticipant.init)
            events.append(.joined(selfID: snapshot.participant, peers: peers))
        case .leave:
            state = .outside
            selfID = nil
            peers = []
            events.append(.left)
        case .ready, .signal, .ping, .unknown:
            break
        }
    }

    private mutating func refused(_ request: Request, _ error: RequestError) {
        switch request {
        case .signal(let signal):
            events.append(
                .signalFailed(
                    to: signal.to, connection: signal.connection, epoch: Int(signal.epoch), kind: signal.kind, code: error.code))
        case .ping, .unknown:
            break
        case .hello, .join:
            state = .outside
            events.append(.refused(code: error.code, message: error.message))
        case .ready, .leave:
            events.append(.refused(code: error.code, message: error.message))
        }
    }

    private mutating func happened(_ event: Event) {
        switch event {
        case .peerJoined(let description):
            let peer = RemoteParticipant(description)
            guard !peers.contains(where: { $0.id == peer.id }) else {
                events.append(.protocolBroken("'\(peer.id)' joined twice"))
                return
            }
            peers.append(peer)
            events.append(.peerJoined(peer))
        case .peerLeft(let participant, let reason):
            guard peers.contains(where: { $0.id == participant }) else {
                events.append(.protocolBroken("'\(participant)' left without having joined"))
                return
            }
            peers.removeAll { $0.id == participant }
            events.append(.peerLeft(id: participant, reason: reason))
        case .signal(let from, let connection, let epoch, let kind, let body):
            guard let text = kind.text(of: body) else {
                events.append(.protocolBroken("a body of '\(kind.rawValue)' from '\(from)' without its text"))
                return
            }
            events.append(.signal(from: from, connection: connection, epoch: Int(epoch), kind: kind, body: text))
        case .signalExpired(let to, let connection, let epoch, let kind):
            events.append(.signalFailed(to: to, connection: connection, epoch: Int(epoch), kind: kind, code: .timeout))
        case .goAway(let reason, _):
            events.append(.goingAway(reason: reason))
        case .unknown:
            break
        }
    }
}

extension RemoteParticipant {
    init(_ description: PeerDescription) {
        self.init(
            id: description.id, name: description.name, role: description.role, polite: description.polite)
    }
}
