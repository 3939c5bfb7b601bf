import RTCCore
import RoomCore
import SocketIO

/// One client of an Engine.IO server, over polling, over a WebSocket, or on its way from the one to the other.
///
///                  2probe                    5
///   polling ──────────────────▶ probed ───────────▶ WebSocket
///      ▲   (answered 3probe)      │                     │
///      └──────────────────────────┘                     │
///      │     10 s, or the WebSocket is gone             │
///      └──────────────▶ closed ◀────────────────────────┘
///        silence, a broken rule, a close by either side
///
/// A ping goes out every interval, and its pong must come within the timeout; nothing else counts as a sign of life. While a WebSocket
/// is about to take over, polls are released again and again, so that the client has none in flight when it does.
struct EngineIOSession {
    enum Transport: Hashable {
        case polling
        case webSocket(UInt64)
    }

    /// A WebSocket that wants to take over.
    struct Candidate {
        let socket: UInt64
        let giveUpAt: Instant
        /// When the next poll is released; `nil` before the probe.
        var releaseAt: Instant?
    }

    struct Driver {
        var outputs = OutputQueue<EngineIOOutput>()
        var events = OutputQueue<EngineIOEvent>()
    }

    let id: String
    private let timing: EngineIOTiming
    private let limits: EngineIOLimits
    private(set) var transport: Transport
    private(set) var candidate: Candidate?
    private var poll: UInt64?
    private var upload: UInt64?
    private var waiting: [EngineIOPacket] = []
    private var waitingBytes = 0
    private var pingAt: Instant
    private var pongBy: Instant?
    /// Told to close by the application, while no poll waits: until when the next one is expected.
    private var farewellBy: Instant?
    private(set) var isClosed = false
    /// For which the server has set a timer.
    var timerAt: Instant?

    init(id: String, transport: Transport, timing: EngineIOTiming, limits: EngineIOLimits, now: Instant) {
        self.id = id
        self.transport = transport
        self.timing = timing
        self.limits = limits
        pingAt = now + timing.pingInterval
    }

    var handshake: EngineIOHandshake {
        EngineIOHandshake(
            session: id, upgrades: transport == .polling ? ["websocket"] : [],
            pingIntervalMilliseconds: timing.pingInterval.inNanoseconds / 1_000_000,
            pingTimeoutMilliseconds: timing.pingTimeout.inNanoseconds / 1_000_000, maximumPayload: Int64(limits.payload))
    }

    /// Whether an application can still send on it.
    var isOpen: Bool { !isClosed && farewellBy == nil }

    var deadline: Instant? {
        guard !isClosed else { return nil }
        if let farewellBy { return farewellBy }
        var earliest = pongBy ?? pingAt
        if let candidate {
            earliest = min(earliest, candidate.giveUpAt)
            if let releaseAt = candidate.releaseAt { earliest = min(earliest, releaseAt) }
        }
        return earliest
    }

    mutating func advance(to now: Instant, _ driver: inout Driver) {
        guard !isClosed else { return }
        if let farewellBy {
            if now >= farewellBy { isClosed = true }
            return
        }
        if let candidate {
            if now >= candidate.giveUpAt {
                driver.outputs.append(.close(socket: candidate.socket))
                self.candidate = nil
            } else if let releaseAt = candidate.releaseAt, now >= releaseAt {
                self.candidate?.releaseAt = now + timing.release
                if poll != nil { answerPoll(with: [.noop], &driver) }
            }
        }
        if let pongBy {
            if now >= pongBy { close(.pingTimeout, &driver) }
        } else if now >= pingAt {
            pongBy = now + timing.pingTimeout
            send(.ping(""), &driver)
        }
    }

    // MARK: - Sending

    mutating func send(_ packet: EngineIOPacket, _ driver: inout Driver) {
        guard isOpen else { return }
        switch transport {
        case .webSocket(let socket):
            driver.outputs.append(.send(socket: socket, packet.frame))
        case .polling:
            waiting.append(packet)
            waitingBytes += packet.size
            guard waitingBytes <= limits.waiting else { return close(.overflow, &driver) }
            flush(&driver)
        }
    }

    private mutating func flush(_ driver: inout Driver) {
        guard poll != nil, !waiting.isEmpty else { return }
        answerPoll(with: waiting, &driver)
        waiting = []
        waitingBytes = 0
    }

    private mutating func answerPoll(with packets: [EngineIOPacket], _ driver: inout Driver) {
        guard let request = poll.take() else { return }
        driver.outputs.append(.respond(request: request, .packets(EngineIOPacket.payload(packets))))
    }

    // MARK: - Polling

    mutating func polled(_ request: UInt64, now: Instant, _ driver: inout Driver) {
        guard case .polling = transport, farewellBy == nil else {
            if farewellBy != nil {
                poll = request
                answerPoll(with: waiting + [.close], &driver)
                isClosed = true
            } else {
                driver.outputs.append(.respond(request: request, .refused(.badRequest)))
            }
            return
        }
        guard poll == nil else {
            driver.outputs.append(.respond(request: request, .refused(.badRequest)))
            return close(.violation, &driver)
        }
        poll = request
        flush(&driver)
    }

    /// The head of a request with packets has come.
    mutating func uploads(_ request: UInt64, _ head: EngineIORequest, _ driver: inout Driver) {
        let isOfPolling = transport == .polling && isOpen
        guard isOfPolling, upload == nil, head.contentType?.hasPrefix("application/octet-stream") != true else {
            driver.outputs.append(.respond(request: request, .refused(.badRequest)))
            if isOfPolling { close(.violation, &driver) }
            return
        }
        guard head.contentLength ?? 0 <= limits.payload else {
            driver.outputs.append(.respond(request: request, .tooLarge))
            return
        }
        upload = request
    }

    /// Its body has come.
    mutating func uploaded(_ request: UInt64, _ body: String?, now: Instant, _ driver: inout Driver) {
        guard upload == request else { return }
        upload = nil
        guard let body else {
            driver.outputs.append(.respond(request: request, .tooLarge))
            return
        }
        guard let packets = try? EngineIOPacket.packets(inPayload: body, limit: limits.packetsPerPayload) else {
            driver.outputs.append(.respond(request: request, .refused(.badRequest)))
            return close(.violation, &driver)
        }
        if packets.contains(.close) {
            driver.outputs.append(.respond(request: request, .accepted))
            for packet in packets.prefix(while: { $0 != .close }) where !isClosed { receive(packet, now: now, &driver) }
            if poll != nil { answerPoll(with: [.noop], &driver) }
            return close(.client, &driver)
        }
        for packet in packets where !isClosed { receive(packet, now: now, &driver) }
        driver.outputs.append(.respond(request: request, isClosed ? .refused(.badRequest) : .accepted))
    }

    /// A request broke off before it was answered.
    mutating func aborted(_ request: UInt64, _ driver: inout Driver) {
        if poll == request { poll = nil } else if upload == request { upload = nil } else { return }
        // A client that moves to its WebSocket may let go of its last poll.
        if transport == .polling { close(.lost, &driver) }
    }

    // MARK: - WebSocket

    /// - Returns: Whether a WebSocket may try to take over.
    mutating func offered(_ socket: UInt64, now: Instant) -> Bool {
        guard transport == .polling, isOpen, candidate == nil else { return false }
        candidate = Candidate(socket: socket, giveUpAt: now + timing.upgrade)
        return true
    }

    mutating func received(_ message: EngineIOMessage, on socket: UInt64, now: Instant, _ driver: inout Driver) {
        guard transport != .webSocket(socket) else {
            switch message {
            case .binary: receive(.message(message), now: now, &driver)
            case .text(let text):
                guard let packet = try? EngineIOPacket(text: text) else { return close(.violation, &driver) }
                receive(packet, now: now, &driver)
            }
            return
        }
        guard let candidate, candidate.socket == socket else { return }
        switch message {
        case .text("2probe") where candidate.releaseAt == nil:
            driver.outputs.append(.send(socket: socket, EngineIOPacket.pong("probe").frame))
            self.candidate?.releaseAt = now + timing.release
            if poll != nil { answerPoll(with: [.noop], &driver) }
        case .text("5") where candidate.releaseAt != nil:
            self.candidate = nil
            if poll != nil { answerPoll(with: [.noop], &driver) }
            transport = .webSocket(socket)
            let packets = waiting
            waiting = []
            waitingBytes = 0
            for packet in packets { send(packet, &driver) }
        default:
            self.candidate = nil
            driver.outputs.append(.close(socket: socket))
        }
    }

    mutating func lost(_ socket: UInt64, _ driver: inout Driver) {
        if candidate?.socket == socket { candidate = nil }
        if transport == .webSocket(socket) { close(.lost, &driver) }
    }

    // MARK: - Packets

    private mutating func receive(_ packet: EngineIOPacket, now: Instant, _ driver: inout Driver) {
        guard isOpen else { return }
        switch packet {
        case .message(let message):
            driver.events.append(.message(session: id, message))
        case .pong:
            pongBy = nil
            pingAt = now + timing.pingInterval
        case .close:
            close(.client, &driver)
        case .ping:
            close(.violation, &driver)
        case .open, .upgrade, .noop:
            break
        }
    }

    // MARK: - Closing

    mutating func close(_ reason: EngineIOClosing, _ driver: inout Driver) {
        guard isOpen else { return }
        driver.events.append(.closed(session: id, reason))
        if let candidate = candidate.take() { driver.outputs.append(.close(socket: candidate.socket)) }
        if let upload = upload.take() { driver.outputs.append(.respond(request: upload, .refused(.badRequest))) }
        switch transport {
        case .webSocket(let socket):
            driver.outputs.append(.close(socket: socket))
            isClosed = true
        case .polling:
            let mayPollAgain = reason == .server && poll == nil
            if poll != nil { answerPoll(with: waiting + [.close], &driver) }
            isClosed = !mayPollAgain
        }
    }

    /// The application closes: a client that polls learns of it by its next poll.
    mutating func close(now: Instant, _ driver: inout Driver) {
        guard isOpen else { return }
        close(.server, &driver)
        if !isClosed { farewellBy = now + timing.farewell }
    }
}
