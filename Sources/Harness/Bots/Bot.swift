public import Measurement
internal import MediaTracks
public import NetworkImpairment
public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCPeer
internal import Scenario
internal import SignalingClients

/// One caller's life, from the moment its join is due until it has left: a machine that either driver hosts.
///
///           joinAt            opened, hello, join           offers, answers            stopAt           drained
///  waiting ───────▶ connecting ───────────────▶ in the room ───────────────▶ in calls ──────▶ draining ─────────▶ gone
///
/// The newcomer offers to those who are there already. Media of a connection starts when its keys are agreed.
public final class Bot: HostedMachine {
    /// How long after the stop frames may still arrive.
    public static let drainTime = Duration.seconds(1)
    /// First contact is tried once, for this long.
    public static let firstContact = Duration.seconds(5)
    static let sampleInterval = Duration.seconds(1)

    enum State {
        case waiting
        case connecting
        case joining
        case inRoom
        case draining
        case leaving
        case gone
    }

    let context: BotContext
    let kinds: [MediaKind]
    var random: SplitMix64
    var state = State.waiting
    var client: RoomClient
    var connections: [MeshConnection] = []
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

    public init(context: BotContext, now: Instant) {
        self.context = context
        random = SplitMix64(seed: SplitMix64.derive(context.plan.seed, "bot"))
        kinds = [.audio, .video]
        client = RoomClient(
            name: context.plan.name, room: context.plan.room, seed: SplitMix64.derive(context.plan.seed, "room"))
        pendingActions = context.plan.actions[...]
        phaseBegan = now
        lastTold = now
    }

    var joinDue: Instant { context.epoch + (context.plan.joinAt - .origin) }
    /// When it stops sending: the end of the run, its own leaving, or an interruption.
    var stopDue: Instant {
        min(interruptedAt ?? context.stopAt, min(context.stopAt, context.epoch + (context.plan.leaveAt - .origin)))
    }

    /// Ends the bot's sending early; it drains and leaves as at the end of its plan.
    public func stop(at now: Instant) {
        interruptedAt = interruptedAt ?? now
    }

    public var hasJoined: Bool { joinedAt != nil }

    // MARK: - HostedMachine

    public var deadline: Instant? {
        switch state {
        case .gone: return nil
        case .waiting: return joinDue
        case .leaving: return earliest(client.deadline, stopDue + Self.drainTime + .seconds(1))
        default: break
        }
        var next: Instant? = state == .draining ? stopDue + Self.drainTime : stopDue
        if state == .connecting || state == .joining { next = earliest(next, joinDue + Self.firstContact) }
        next = earliest(next, client.deadline)
        if isSampling { next = earliest(next, nextSample) }
        if let action = pendingActions.first { next = earliest(next, context.epoch + (action.at - .origin)) }
        for connection in connections {
            next = earliest(next, connection.peer.deadline)
            if state != .draining { next = earliest(next, connection.mediaDeadline(until: stopDue)) }
        }
        return next
    }

    public func advance(to now: Instant) {
        lastTold = now
        if state == .waiting, now >= joinDue { begin(now: now) }
        guard state != .waiting, state != .gone else { return }
        performActions(now: now)
        client.advance(to: now)
        if joinedAt == nil, state == .connecting || state == .joining, now >= joinDue + Self.firstContact {
            fail(state == .connecting ? .connect : .signaling, "no answer within \(Self.firstContact)", now: now)
        }
        for connection in connections {
            if let due = connection.peer.deadline, due <= now {
                connection.peer.advance(to: now)
                drain(connection, now: now)
            }
            if state == .inRoom { connection.advanceMedia(to: now, until: stopDue) }
        }
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

    private func begin(now: Instant) {
        state = .connecting
        phaseBegan = joinDue
        log(.started, now: now)
        requests.append(.setNetwork(context.plan.network))
        if context.plan.ecn.isCapable { requests.append(.markECN(context.plan.ecn)) }
        requests.append(.openSignaling(url: context.signalingURL))
        nextSample = joinDue + Self.sampleInterval
    }

    func endPhase(_ phase: Phase, at now: Instant) {
        phases[phase] = now - phaseBegan
        phaseBegan = now
    }

    func fail(_ phase: Phase, _ reason: String, now: Instant) {
        failure = failure ?? PhaseFailure(phase: phase, reason: reason)
        log(.refused, detail: "\(phase.rawValue): \(reason)", now: now)
        requests.append(.closeSignaling(code: 1000, reason: "leave"))
        finish()
    }

    private func finish() {
        state = .gone
        requests.append(.finished)
    }

    private func performActions(now: Instant) {
        while let action = pendingActions.first, context.epoch + (action.at - .origin) <= now {
            pendingActions.removeFirst()
            let due = context.epoch + (action.at - .origin)
            switch action.verb {
            case .network(let profile):
                requests.append(.setNetwork(profile))
                log(.networkChanged, detail: profile.name, now: now)
            case .blackout(let duration):
                // It ends when the plan says, also for a bot that joined in the midst of it or was told late.
                guard due + duration > now else { continue }
                requests.append(.blackout(due + duration - now))
                log(.blackout, detail: "\(duration)", now: now)
            case .leave:
                break
            }
        }
    }

    private var isSampling: Bool { state == .inRoom || state == .draining }

    private func sampleIfDue(now: Instant) {
        guard let due = nextSample, now >= due, isSampling else { return }
        for connection in connections where connection.connectedAt != nil { connection.sample(at: now, kinds: kinds) }
        nextSample = due + Self.sampleInterval
        if let next = nextSample, next <= now { nextSample = now + Self.sampleInterval }
    }

    private func stopIfDue(now: Instant) {
        if state != .draining, state != .leaving, state != .gone, now >= stopDue {
            state = .draining
            pendingActions = []
            for connection in connections { connection.noteStop() }
        }
        if state == .draining, now >= stopDue + Self.drainTime { leave(now: now) }
        if state == .leaving, now >= stopDue + Self.drainTime + .seconds(1) { finish() }
    }

    private func leave(now: Instant) {
        state = .leaving
        nextSample = nil
        log(.left, now: now)
        for connection in connections { connection.close(kinds: kinds, now: now) }
        client.leave(now: now)
        afterChange(now: now)
    }

    func signalingIsClosed() {
        guard state == .leaving else { return }
        for connection in connections {
            if let socket = connection.socket { requests.append(.closeSocket(local: socket)) }
        }
        finish()
    }

    func log(_ kind: RunEvent.Kind, peer: String? = nil, detail: String? = nil, now: Instant) {
        events.append(RunEvent(at: now, bot: context.plan.name, kind: kind, peer: peer, detail: detail))
    }

    /// Everything that the bot's life left behind, once it is over or interrupted.
    public func record() -> BotRecord {
        for connection in connections where state != .leaving && state != .gone {
            connection.peer.flushReceivers()
            _ = connection.collectFrames(kinds: kinds)
        }
        let all = closedConnections + connections
        return BotRecord(
            name: context.plan.name, room: context.plan.room, joinDue: joinDue, stopDue: stopDue,
            publishes: publishedKinds, joinedAt: joinedAt, failure: failure, phases: phases, events: events,
            connections: all.map { $0.record() }, slip: all.reduce(into: ScheduleSlip()) { $0.merge($1.slip) })
    }

    var publishedKinds: [MediaKind] {
        kinds.filter { file(for: $0) != nil }
    }

    func file(for kind: MediaKind) -> MediaTrack? {
        let path = kind == .audio ? context.plan.publication.audio : context.plan.publication.video
        return path.flatMap { context.media[$0] }
    }
}
