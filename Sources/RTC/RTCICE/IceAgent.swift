public import RTCCore
internal import RTCWire

/// Finds a working way to the other side and keeps it: a full ICE agent for one component over UDP and TCP (RFC 8445, RFC 6544),
/// with trickle (RFC 8838), patience before failure (RFC 8863) and consent (RFC 7675).
///
///           credentials        nominated              silence
///  ┌─────┐ + candidate ┌──────────┐     ┌───────────┐ 5 s  ┌──────────────┐
///  │ new ├────────────▶│ checking ├────▶│ connected ├─────▶│ disconnected │
///  └─────┘             └────┬─────┘     │           │◀─────┤              │
///     ▲                     │           └───────────┘ life └──────┬───────┘
///     │ restart             │ 39.5 s, nothing works               │ consent expired
///     │                ┌────▼─────┐                               │
///     └────────────────┤  failed  │◀──────────────────────────────┘
///                      └──────────┘
///
/// Candidates are host, server-reflexive from the STUN servers of ``gather(from:now:)``, peer-reflexive, and relayed by a TURN server of
/// ``relay(through:policy:streams:timing:now:)``. A relayed candidate is its own base: its pairs have paths that begin at the relayed
/// address, and ``route(of:)`` and ``unwrap(_:on:now:)`` stand between those and the datagrams on the wire.
///
/// There is one checklist and no frozen state: with one component there is nothing to unfreeze. Reflexive candidates are
/// signalled but not paired, because their base already is (RFC 8445 §6.1.2.4). As controlling it nominates once, the best pair
/// that works; as controlled it follows every nomination. A request is answered with the credentials it came with, so that an
/// ICE restart never cuts the old path before the new one is nominated.
public struct IceAgent: ~Copyable {
    let timing: Timing
    var random: SplitMix64
    var tieBreaker: UInt64
    public internal(set) var role: IceRole
    var isRemoteLite: Bool
    /// Since when the other side has claimed this side's role although it was refused.
    var roleRefusedAt: Instant?

    var generation: Generation
    /// The generation that a selected pair still belongs to, or did until the last restart was through.
    var previous: Generation?
    var selected: SelectedPair?
    /// The nominated pair's way; `nil` before, and once consent has expired.
    public internal(set) var selectedPath: Path?
    /// Lives as long as ``selected``; on its own because each packet touches it.
    var consent: ConsentFreshness?

    var locals: [LocalCandidate] = []
    /// Kind and base address of each foundation, in the order of their numbers.
    var foundations: [FoundationKey] = []
    var remotes: [IceCandidate] = []
    /// Candidates that came before their generation's credentials.
    var waitingRemotes: [IceCandidate] = []
    var stunServers: [SocketAddress] = []
    var queries: [ReflexiveQuery] = []
    var earlyChecks: [EarlyCheck] = []

    public internal(set) var transportPolicy = IceTransportPolicy.all
    var turnServers: [TURNServer] = []
    var turnTiming = TURNClient.Timing()
    /// At most one for each server: the one in use, and one that may take its place.
    var relays: [Relay] = []
    /// Which server is asked next.
    var nextServer = 0
    var nextStream: UInt64 = 1
    var streamRequests: [IceStreamRequest] = []
    /// Since a server last served, or since the last restart.
    var relayFailures: [TURNFailure] = []
    var relayRetryAt: Instant?
    var hasOfferedRelay = false
    /// All servers have refused or not answered, and none ever served.
    var hasGivenUpRelays = false
    var allowsTCP = false
    /// The connections of pairs.
    var streams: [PairStream] = []
    /// The generation that last nominated a pair.
    var nominatedGeneration: UInt32?

    var pairs: [CandidatePair] = []
    var nextPairID: UInt32 = 0

    var transactions: [CheckTransaction] = []
    var triggered: [UInt32] = []
    /// Checks that answered the other side's since the last ordinary one.
    var triggeredInARow = 0
    var pacer: Pacer
    var nominating: UInt32?
    var firstSuccessAt: Instant?
    var nextKeepaliveAt: Instant?
    var failureAt: Instant?
    var isPatienceOver = false

    var outbox = Outbox()
    var events: [IceEvent] = []
    public internal(set) var state: IceConnectionState = .new
    public internal(set) var counters = IceCounters()
    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public internal(set) var deadline: Instant?

    /// - Parameters:
    ///   - remoteIsLite: Whether the other side only answers (RFC 8445 §2.5); this side then controls, whatever `role` says.
    ///   - seed: This machine's own share of the run's seed.
    public init(
        role: IceRole, remoteIsLite: Bool = false, seed: UInt64, timing: Timing = Timing(), at now: Instant
    ) {
        self.timing = timing
        var random = SplitMix64(seed: SplitMix64.derive(seed, "ice"))
        tieBreaker = random.next()
        generation = Generation(id: 0, local: IceCredentials(using: &random))
        self.random = random
        self.role = remoteIsLite ? .controlling : role
        isRemoteLite = remoteIsLite
        pacer = Pacer(interval: timing.pace)
    }

    /// What to signal; new after each ``restart(role:now:)``.
    public var localCredentials: IceCredentials { generation.local }

    /// The other side's, once they are known.
    public var remoteCredentials: IceCredentials? { generation.remote }

    /// Does what is due.
    public mutating func advance(to now: Instant) {
        guard let deadline, now >= deadline else { return }
        work(now)
    }

    public mutating func nextEvent() -> IceEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    /// Ends at once and silently: nothing more is sent or answered.
    public mutating func close() {
        guard state != .closed else { return }
        forgetChecks()
        deselect()
        outbox.removeAll()
        deadline = nil
        enter(.closed)
    }

    /// Authenticated media or DTLS arrived: a sign of life, though no consent.
    public mutating func noteInboundTraffic(on path: Path, at now: Instant) {
        guard selectedPath == path else { return }
        consent?.noteLife(at: now)
        if state == .disconnected {
            updateState()
            reschedule(now)
        }
    }

    /// The role that signaling gives, where it is known only after the agent was made: who answers is controlled (RFC 8445 §6.1.1).
    public mutating func setRole(_ role: IceRole) {
        switchRole(to: isRemoteLite ? .controlling : role)
    }

    /// Tells whether the other side is lite; if so this side controls (RFC 8445 §6.1.1).
    public mutating func setRemoteIsLite(_ lite: Bool) {
        isRemoteLite = lite
        if lite { switchRole(to: .controlling) }
    }
}

extension IceAgent {
    /// Everything that may be due, in the order in which one thing leads to the next.
    mutating func work(_ now: Instant) {
        guard state != .closed, state != .failed else {
            deadline = nil
            return
        }
        tendRelays(now)
        openStreams(now)
        runTransactions(now)
        runQueries(now)
        nominate(now)
        sendChecks(now)
        showValidPair(now)
        keepConsent(now)
        judgeFailure(now)
        updateState()
        reschedule(now)
    }

    mutating func enter(_ next: IceConnectionState) {
        guard next != state else { return }
        state = next
        events.append(.stateChanged(next))
    }

    mutating func updateState() {
        guard state != .closed, state != .failed else { return }
        if let consent {
            enter(consent.isSilent ? .disconnected : .connected)
        } else {
            enter(generation.remote != nil && !remotes.isEmpty ? .checking : .new)
        }
    }

    mutating func reschedule(_ now: Instant) {
        guard state != .closed, state != .failed else {
            deadline = nil
            return
        }
        var next = earliest(consent?.deadline, failureDeadline)
        for transaction in transactions { next = earliest(next, transaction.nextAt) }
        next = earliest(next, nominationDeadline)
        next = earliest(next, checkDeadline)
        next = earliest(next, queryDeadline)
        next = earliest(next, relayDeadline)
        next = earliest(next, streamDeadline)
        deadline = earliest(next, nextKeepaliveAt)
    }

    /// Whether a pair of the current generation is nominated.
    var isNominated: Bool { selected?.generation == generation.id }

    /// Whether one was, though its path may be gone.
    var hasNominated: Bool { nominatedGeneration == generation.id }

    mutating func deselect() {
        selected = nil
        selectedPath = nil
        consent = nil
    }

    func index(ofPair id: UInt32) -> Int? {
        pairs.firstIndex { $0.id == id }
    }

    /// Changes sides (RFC 8445 §7.3.1.1); pair priorities depend on who controls.
    mutating func switchRole(to next: IceRole) {
        guard next != role, !(isRemoteLite && next == .controlled) else { return }
        role = next
        nominating = nil
        for index in pairs.indices {
            pairs[index].priority = priority(local: pairs[index].local, remote: pairs[index].remote)
            pairs[index].nominateOnSuccess = false
        }
        events.append(.roleSwitched(next))
    }
}
