public import Measurement
internal import MediaTracks
public import NetworkImpairment
public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// One caller's life, from the moment its join is due until it has left: a machine that either driver hosts.
///
///           joinAt            opened, hello, join           offers, answers            stopAt           drained
///  waiting ───────▶ connecting ───────────────▶ in the room ───────────────▶ in calls ──────▶ draining ─────────▶ leaving ──▶ gone
///                      ▲                         │
///                      │ rejoin        leave     ▼
///                      └──────────────────────  away
///
/// The newcomer offers to those who are there already, or to the server where that forwards media. Media of a connection starts when its keys are agreed. What is lost on the
/// way, signaling or media, is sought again while the bot stays in the room (`Bot+Recovery.swift`).
public final class Bot: HostedMachine {
    /// How long after the stop frames may still arrive.
    public static let drainTime = Duration.seconds(1)
    /// First contact is tried once, for this long.
    public static let firstContact = Duration.seconds(5)
    /// The WebSocket subprotocol under which Janus is spoken to.
    public static let janusSubprotocol = JanusClient.subprotocol
    static let sampleInterval = Duration.seconds(1)
    /// How long the sockets of one who has left count what still comes to them: until the others' consent has expired for sure.
    static let lingering = Duration.seconds(35)

    enum State {
        case waiting
        case connecting
        case joining
        /// In a lobby, or in the queue for a match: others decide when it gets in.
        case held
        case inRoom
        /// Out of the room, to come back.
        case away
        case draining
        case leaving
        /// It has left before the others, whose last packets may still be under way.
        case lingering
        case gone
    }

    let context: BotContext
    let limits: BotLimits
    let kinds: [MediaKind]
    var random: SplitMix64
    var state = State.waiting
    var client: any SignalingClient
    var connections: [MeshConnection] = []
    /// Over, but for a goodbye that has yet to leave.
    var partingConnections: [MeshConnection] = []
    var closedConnections: [MeshConnection] = []
    var requests: [HostRequest] = []
    var nextRequestIndex = 0
    var events: [RunEvent] = []
    var pendingActions: ArraySlice<PlannedAction>
    var joinedAt: Instant?
    var failure: PhaseFailure?
    var phases: [Phase: Duration] = [:]
    var phaseBegan: Instant
    var nextSample: Instant?
    var nextToken: UInt64 = 1
    var names: [String: String] = [:]
    /// The time of the last call: a drain belongs to the change before it.
    var lastTold: Instant
    var interruptedAt: Instant?
    /// When a bot that has left for good asks for its end.
    var lingersUntil: Instant?

    /// The signaling connection's own recovery; `nil` where the scenario lets bots stay away.
    var signalingSeries: ReconnectSeries?
    /// The way out of the room and in again; `nil` like ``signalingSeries``.
    var rejoinSeries: ReconnectSeries?
    /// What series that are over have tried.
    var pastAttempts: [ReconnectAttempt] = []
    /// A socket is opened again at this time, after the bot's own were killed.
    var socketsReturnAt: Instant?
    /// After somebody hung up: until when the room may explain it.
    var doubtsUntil: Instant?
    var mutedKinds: [MediaKind] = []
    /// What is played instead of the plan's files, since a device was switched.
    var playing: [MediaKind: MediaTrack] = [:]
    /// What it shows besides its camera.
    var screen: Screen?
    /// How often it has shown one.
    var shares = 0
    /// When the tracks of screens that are no longer shown are taken away.
    var screensEndAt: Instant?
    /// The id that the room knows this bot by.
    var participantID: String?
    /// Who waits in the lobby, where this bot may admit them.
    var lobby: [WaitingParticipant] = []
    /// With whom it is to be matched, since it last said so.
    var wish: MatchWish?
    /// Somebody was found, and waits to be accepted.
    var isAsked = false
    /// The room that a match led to.
    var matchedRoom: String?
    var lastView: RoomView?
    /// When the server is next told how the calls go; `nil` before the first join, and where it is told nothing.
    var nextReport: Instant?
    var gauge = CallGauge()
    /// Who speaks, by what comes in.
    var speaker = ActiveSpeaker()
    var ownQuality = SteadyQuality()
    var reports: [CallStatement] = []
    /// How often the bot has come back into the room.
    var joins = 0

    public init(context: BotContext, limits: BotLimits = BotLimits(), now: Instant) {
        self.context = context
        self.limits = limits
        random = SplitMix64(seed: SplitMix64.derive(context.plan.seed, "bot"))
        kinds = [.audio, .video]
        client = context.makeClient(seed: SplitMix64.derive(context.plan.seed, "room"), match: context.plan.match, isFirst: true)
        pendingActions = context.plan.actions[...]
        wish = context.plan.match
        phaseBegan = now
        lastTold = now
        if let policy = context.plan.reconnect {
            signalingSeries = ReconnectSeries(policy: policy, seed: SplitMix64.derive(context.plan.seed, "signaling again"))
            rejoinSeries = ReconnectSeries(policy: policy, seed: SplitMix64.derive(context.plan.seed, "rejoin"))
        }
    }

    var joinDue: Instant { context.epoch + (context.plan.joinAt - .origin) }
    /// When it stops sending: the end of the run, its own leaving, or an interruption.
    var stopDue: Instant {
        min(interruptedAt ?? context.stopAt, min(context.stopAt, context.epoch + (context.plan.leaveAt - .origin)))
    }

    /// Ends the bot's sending early; it drains and leaves as at the end of its plan.
    public func stop(at now: Instant) {
        interruptedAt = interruptedAt ?? now
        lingersUntil = lingersUntil.map { min($0, now) }
    }

    public var hasJoined: Bool { joinedAt != nil }

    // MARK: - HostedMachine

    public var deadline: Instant? {
        switch state {
        case .gone: return nil
        case .waiting: return joinDue
        case .lingering: return lingersUntil
        case .leaving: return earliest(client.deadline, stopDue + Self.drainTime + .seconds(1))
        default: break
        }
        var next: Instant? = state == .draining ? stopDue + Self.drainTime : stopDue
        if isMakingFirstContact { next = earliest(next, joinDue + Self.firstContact) }
        next = earliest(next, client.deadline)
        if isSampling { next = earliest(next, nextSample) }
        next = earliest(next, reportDeadline)
        if state != .draining {
            if let action = pendingActions.first { next = earliest(next, context.epoch + (action.at - .origin)) }
            if isRecovering { next = earliest(next, recoveryDeadline) }
            next = earliest(next, screensEndAt)
        }
        for connection in connections {
            next = earliest(next, connection.peer.deadline)
            if state != .draining { next = earliest(next, connection.mediaDeadline(until: stopDue)) }
        }
        return next
    }

    public func advance(to now: Instant) {
        lastTold = now
        if state == .waiting, now >= joinDue { begin(now: now) }
        if state == .lingering, let lingersUntil, now >= lingersUntil { finish() }
        guard state != .waiting, state != .gone, state != .lingering else { return }
        performActions(now: now)
        client.advance(to: now)
        if isMakingFirstContact, now >= joinDue + Self.firstContact {
            fail(state == .connecting ? .connect : .signaling, "no answer within \(Self.firstContact)", now: now)
        }
        for connection in connections {
            if let due = connection.peer.deadline, due <= now {
                connection.peer.advance(to: now)
                drain(connection, now: now)
            }
            if state == .inRoom { connection.advanceMedia(to: now, until: stopDue) }
        }
        if state != .draining { giveUpScreensIfDue(now: now) }
        recover(now: now)
        reportIfDue(now: now)
        afterChange(now: now)
        sampleIfDue(now: now)
        stopIfDue(now: now)
    }

    public func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        lastTold = now
        guard let connection = connections.first(where: { $0.socket?.port == path.local.port && $0.socket == path.local })
        else { return }
        datagram.withUnsafeMutableBytes { connection.peer.receive($0, on: path, arrivedAt: arrivedAt, now: now) }
        drain(connection, now: now)
    }

    public func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        for connection in connections where connection.needsDrain {
            if case .full = connection.peer.nextDatagrams(into: &batch, now: lastTold) { return .full }
            connection.needsDrain = false
        }
        while let connection = partingConnections.first {
            if case .full = connection.peer.nextDatagrams(into: &batch, now: lastTold) { return .full }
            partingConnections.removeFirst()
            finishParting(connection)
        }
        return .drained
    }

    public func nextRequest() -> HostRequest? {
        guard nextRequestIndex < requests.count else {
            requests.removeAll(keepingCapacity: true)
            nextRequestIndex = 0
            return nil
        }
        defer { nextRequestIndex += 1 }
        return requests[nextRequestIndex]
    }

    // MARK: - Life

    /// Whether the bot has never been in the room and is about to be.
    var isMakingFirstContact: Bool {
        joinedAt == nil && (state == .connecting || state == .joining)
    }

    /// Whether what is lost is sought.
    var isRecovering: Bool { state == .inRoom || state == .connecting || state == .joining || state == .held }

    private func begin(now: Instant) {
        state = .connecting
        phaseBegan = joinDue
        log(.started, now: now)
        requests.append(.setNetwork(context.plan.network))
        if context.plan.ecn.isCapable { requests.append(.markECN(context.plan.ecn)) }
        requests.append(.openSignaling(url: client.url(context.signalingURL)))
        nextSample = joinDue + Self.sampleInterval
    }

    /// Phases are those of the first way in.
    func endPhase(_ phase: Phase, at now: Instant) {
        guard joinedAt == nil else { return }
        phases[phase] = now - phaseBegan
        phaseBegan = now
    }

    func fail(_ phase: Phase, _ reason: String, now: Instant) {
        failure = failure ?? PhaseFailure(phase: phase, reason: reason)
        log(.refused, detail: "\(phase.rawValue): \(reason)", now: now)
        requests.append(.closeSignaling(code: 1000, reason: "leave"))
        finish()
    }

    func finish() {
        state = .gone
        requests.append(.finished)
    }

    private var isSampling: Bool { state == .inRoom || state == .draining }

    private func sampleIfDue(now: Instant) {
        guard let due = nextSample, now >= due, isSampling else { return }
        for connection in connections where connection.connectedAt != nil { connection.sample(at: now, kinds: kinds) }
        nextSample = due + Self.sampleInterval
        if let next = nextSample, next <= now { nextSample = now + Self.sampleInterval }
    }

    private func stopIfDue(now: Instant) {
        guard state != .lingering, state != .gone else { return }
        if state == .away, now >= stopDue { return finish() }
        if state != .draining, state != .leaving, now >= stopDue {
            if state == .inRoom, now >= context.stopAt || interruptedAt != nil { lastView = view }
            state = .draining
            pendingActions = []
            for connection in connections { connection.noteStop() }
        }
        if state == .draining, now >= stopDue + Self.drainTime { leave(now: now) }
        if state == .leaving, now >= stopDue + Self.drainTime + .seconds(1) { finishLeaving(now: now) }
    }

    func leave(now: Instant) {
        state = .leaving
        nextSample = nil
        log(.left, now: now)
        if now < context.stopAt, interruptedAt == nil {
            // The others go on: what they have under way finds the sockets closed, and is named.
            hangUp(now: now)
        } else {
            for connection in connections { connection.close(kinds: kinds, now: now) }
        }
        client.leave(now: now)
        afterChange(now: now)
        if client.state == .lost || client.state == .closed { finishLeaving(now: now) }
    }

    /// Nobody is left to say anything to.
    func finishLeaving(now: Instant) {
        guard state == .leaving else { return }
        for connection in connections {
            if let socket = connection.socket { requests.append(.closeSocket(local: socket)) }
        }
        // Everybody else has been interrupted, too.
        let last = interruptedAt == nil ? min(now + Self.lingering, context.stopAt + Self.drainTime) : now
        guard last > now else { return finish() }
        state = .lingering
        lingersUntil = last
    }

    func log(_ kind: RunEvent.Kind, peer: String? = nil, detail: String? = nil, now: Instant) {
        guard events.count < limits.events else {
            if events.count == limits.events {
                let detail = "more than \(limits.events) events; the others are not kept"
                events.append(RunEvent(at: now, bot: context.plan.name, kind: .refused, detail: detail))
            }
            return
        }
        events.append(RunEvent(at: now, bot: context.plan.name, kind: kind, peer: peer, detail: detail))
    }

    /// Everything that the bot's life left behind, once it is over or interrupted.
    public func record() -> BotRecord {
        for connection in connections where state != .leaving && state != .lingering && state != .gone {
            connection.peer.flushReceivers()
            _ = connection.collectFrames(kinds: kinds)
        }
        let all = closedConnections + partingConnections + connections
        var record = BotRecord(
            name: context.plan.name, room: matchedRoom ?? context.plan.room, joinDue: joinDue, stopDue: stopDue,
            publishes: publishedKinds, subscribes: subscribes, joinedAt: joinedAt, failure: failure, phases: phases,
            events: events,
            connections: all.map { $0.record() }, slip: all.reduce(into: ScheduleSlip()) { $0.merge($1.slip) },
            attempts: attempts, lastView: lastView)
        record.reports = context.plan.statsInterval == nil ? nil : reports
        return record
    }

    var subscribes: Bool { context.plan.subscription == .all }

    var publishedKinds: [MediaKind] {
        kinds.filter { file(for: $0) != nil || $0 == .video && !layers.isEmpty }
    }

    /// The layers of a simulcast and what is played on each.
    var layers: [(rid: String, media: MediaTrack)] {
        context.plan.publication.simulcast.compactMap { layer in context.media[layer.video].map { (layer.rid, $0) } }
    }

    func file(for kind: MediaKind) -> MediaTrack? {
        if let other = playing[kind] { return other }
        let path = kind == .audio ? context.plan.publication.audio : context.plan.publication.video
        return path.flatMap { context.media[$0] }
    }
}
