public import AccessCore
import RTCCore
public import RoomCore
import SignalingProtocol

/// The rooms that the fronts of one server share, and which front speaks for whom.
///
/// A front carries out commands on ``core`` and then takes what is for it by ``next(for:)``; what is for sessions of other fronts waits
/// for them. Each front shows participants under the ids of its own dialect: those are aliases of the participant's id, and all fronts
/// but the native one use them.
public final class SharedRooms {
    public enum Front: Hashable, Sendable, CaseIterable {
        case native
        case socketIO
        case peerJS

        var recordedName: String {
            switch self {
            case .native: "native"
            case .socketIO: "socketio"
            case .peerJS: "peerjs"
            }
        }
    }

    public var core: RoomCore
    /// Who comes in, by whatever front.
    public var gate: Gate
    var passes: SessionPasses
    /// Joins by all fronts.
    var joins = JoinLimiter()
    /// Sessions of fronts other than the native one.
    private var fronts: [SessionKey: Front] = [:]
    private var waiting: [Front: OutputQueue<RoomOutput>] = [:]
    private var aliases = Aliases()

    /// - Parameters:
    ///   - seed: Where the ids come from.
    ///   - unixMilliseconds: The wall clock at ``RTCCore/Instant/origin``.
    ///   - keys: Whose tokens are believed.
    ///   - secretBits: Where the sessions' tokens come from, 64 bits at a time; `nil` for the seed, which real clients could guess.
    public init(
        configuration: ServerConfiguration, seed: UInt64, unixMilliseconds: Int64 = 0, keys: (any TokenKeys)? = nil,
        secretBits: (() -> UInt64)? = nil
    ) {
        gate = Gate(
            policy: configuration.access, fixed: configuration.accessTokens.map(\.fixed), keys: keys,
            unixMilliseconds: unixMilliseconds)
        for revocation in configuration.revocations { gate.revoke(revocation) }
        var random = SplitMix64(seed: SplitMix64.derive(seed, "passes"))
        passes = SessionPasses(bits: secretBits ?? { random.next() })
        core = RoomCore(
            limits: configuration.roomLimits, timing: configuration.roomTiming, defaults: configuration.roomDefaults,
            seed: SplitMix64.derive(seed, "rooms"), unixMilliseconds: unixMilliseconds)
    }

    /// Begins a session of a front.
    ///
    /// - Parameter tab: Which tab of its identity this is; an older session of the same tab ends.
    func open(_ bearer: Bearer, address: String?, tab: String? = nil, for front: Front) -> SessionKey {
        let key = core.open(
            address: address, tab: tab, grant: bearer.grant, until: bearer.until, front: front.recordedName
        ).key
        fronts[key] = front
        return key
    }

    /// The next thing that the rooms have to say to a session of this front.
    func next(for front: Front) -> RoomOutput? {
        if let output = waiting[front]?.next() { return output }
        while let output = core.nextOutput() {
            let owner = fronts.isEmpty ? .native : fronts[output.session] ?? .native
            if output.isLast {
                fronts[output.session] = nil
                passes.forget(output.session)
            }
            if owner == front { return output }
            waiting[owner, default: OutputQueue()].append(output)
        }
        return nil
    }

    // MARK: - Aliases

    /// Under which id the fronts show a participant.
    func alias(of participant: String) -> String {
        aliases.alias(of: participant)
    }

    /// Whom an id means in a room: a participant's alias, or its own id.
    func participant(_ id: String, in room: String) -> String? {
        if let participant = aliases.participant(id, in: room) { return participant }
        return core.participants(in: room).contains(id) ? id : nil
    }

    func isTaken(_ alias: String, in room: String) -> Bool {
        participant(alias, in: room) != nil
    }

    func name(_ participant: String, as alias: String, in room: String) {
        aliases.add(alias, of: participant, in: room)
    }

    /// The alias is free again; what is still said about the participant shows it all the same.
    func unname(_ participant: String, in room: String) {
        aliases.retire(participant, in: room)
    }
}

extension RoomOutput {
    var session: SessionKey {
        switch self {
        case .reply(let session, _, _), .event(let session, _, _, _), .volatile(let session, _), .end(let session, _, _),
            .over(let session):
            session
        }
    }

    /// Whether the session is over with it.
    var isLast: Bool {
        switch self {
        case .reply, .event, .volatile: false
        case .end, .over: true
        }
    }
}
