public import RTCCore
public import SignalingProtocol

/// Pairs strangers: a queue, told the time, that knows no rooms.
///
///             enqueue              found                    both accept
///   nowhere ──────────▶ waiting ──────────▶ asked, 5 s ──────────────────▶ nowhere, matched
///      ▲                 │    ▲               │     │
///      │ cancel, gone    │    │ partner gone, │     │ cancel, gone,
///      └─────────────────┘    │ skip          │     │ no answer
///      ▲                      └───────────────┘     │
///      └────────────────────────────────────────────┘
///
/// Only those of one pool whose media agree meet. What else they asked for, common interests and a distance, is asked of each by its
/// own wish and relaxes as it waits, unless it is strict. Among those who fit, the best score wins, the oldest first. Who accepted and
/// was let down goes back to its old place; who skipped goes to the end, and does not meet its last partners again.
public struct Matchmaker: Sendable {
    public struct Timing: Hashable, Sendable {
        /// For both to accept.
        public var acceptWithin: Duration = .seconds(5)
        /// How often those who wait are looked at again.
        public var interval: Duration = .milliseconds(500)
        /// Waiting after which no common interest is needed.
        public var interestsUntil: Duration = .seconds(10)
        /// Waiting after which twice the distance will do, and so on.
        public var distanceDoubles: Duration = .seconds(5)
        /// Waiting after which any distance will do.
        public var distanceUntil: Duration = .seconds(30)

        public init() {}
    }

    public enum Output: Hashable, Sendable {
        case found(SessionKey, MatchOffer)
        /// - Parameter isQueued: Whether it waits again.
        case ended(SessionKey, MatchEnd, isQueued: Bool)
        /// Both accepted.
        ///
        /// - Parameter since: When the waiting of each began.
        case made(SessionKey, SessionKey, MatchMedia, since: [Instant])
    }

    /// Partners that one does not meet again.
    static let rememberedPartners = 4
    /// How many of those who wait are looked at for each, so that a pass over a long queue stays short.
    static let candidates = 256

    struct Ticket: Sendable {
        let key: SessionKey
        let wish: MatchWish
        /// In lower case, sorted, none twice.
        let interests: [String]
        var since: Instant
        var order: UInt64

        func isBefore(_ other: Ticket) -> Bool { (since, order) < (other.since, other.order) }
    }

    struct Proposal: Sendable {
        let number: UInt64
        var tickets: [Ticket]
        var accepted: [SessionKey] = []
        let media: MatchMedia
    }

    public let timing: Timing
    /// The longest waiting first.
    var waiting: [Ticket] = []
    private var proposals: [UInt64: Proposal] = [:]
    private var proposalOf: [SessionKey: UInt64] = [:]
    private var since: [SessionKey: Instant] = [:]
    var lastPartners: [SessionKey: [SessionKey]] = [:]
    private var timers = DueQueue<UInt64>()
    private var passAt: Instant?
    private var outputs = OutputQueue<Output>()
    private var lastNumber: UInt64 = 0
    private var lastOrder: UInt64 = 0

    public init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// How many wait, those who are asked to accept not among them.
    public var waitingCount: Int { waiting.count }
    /// How many matches wait to be accepted.
    public var proposalCount: Int { proposals.count }

    public var deadline: Instant? { earliest(timers.first, passAt) }

    public mutating func nextOutput() -> Output? { outputs.next() }

    /// Whether a session waits or is asked.
    public func holds(_ key: SessionKey) -> Bool { since[key] != nil }

    public func isAsked(_ key: SessionKey) -> Bool { proposalOf[key] != nil }

    /// - Parameter since: When its waiting began, where that was before a lost connection.
    public mutating func enqueue(_ wish: MatchWish, for key: SessionKey, since: Instant? = nil, now: Instant) {
        guard !holds(key) else { return }
        lastOrder += 1
        var interests = wish.interests.map { $0.lowercased() }.sorted()
        for index in interests.indices.dropFirst().reversed() where interests[index] == interests[index - 1] {
            interests.remove(at: index)
        }
        let ticket = Ticket(key: key, wish: wish, interests: interests, since: since ?? now, order: lastOrder)
        self.since[key] = ticket.since
        if let partner = partner(for: ticket, in: waiting[...], now: now) {
            waiting.remove(at: partner.index)
            propose(partner.ticket, ticket, now: now)
        } else {
            insert(ticket)
        }
        schedule(now)
    }

    /// When a session's waiting began.
    public func waitingSince(_ key: SessionKey) -> Instant? { since[key] }

    /// - Returns: Whether it was asked.
    public mutating func accept(_ key: SessionKey) -> Bool {
        guard let number = proposalOf[key] else { return false }
        if proposals[number]?.accepted.contains(key) == false { proposals[number]?.accepted.append(key) }
        guard let proposal = proposals[number], proposal.accepted.count == 2 else { return true }
        close(proposal)
        let (first, second) = (proposal.tickets[0].key, proposal.tickets[1].key)
        remember(first, second)
        since[first] = nil
        since[second] = nil
        outputs.append(.made(first, second, proposal.media, since: proposal.tickets.map(\.since)))
        return true
    }

    /// Wants someone else.
    ///
    /// - Returns: Whether it was asked.
    public mutating func skip(_ key: SessionKey, now: Instant) -> Bool {
        guard let number = proposalOf[key], let proposal = proposals[number] else { return false }
        close(proposal)
        remember(proposal.tickets[0].key, proposal.tickets[1].key)
        for var ticket in proposal.tickets {
            if ticket.key == key {
                ticket.since = now
                since[key] = now
                outputs.append(.ended(key, .skipped, isQueued: true))
            } else {
                outputs.append(.ended(ticket.key, .partnerGone, isQueued: true))
            }
            insert(ticket)
        }
        schedule(now)
        return true
    }

    /// Takes a session out, wherever it is; its partner goes back to its old place.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    public mutating func withdraw(_ key: SessionKey, now: Instant) -> Bool {
        guard since.removeValue(forKey: key) != nil else { return false }
        if let number = proposalOf[key], let proposal = proposals[number] {
            close(proposal)
            for ticket in proposal.tickets where ticket.key != key { letDown(ticket) }
        } else {
            waiting.removeAll { $0.key == key }
        }
        schedule(now)
        return true
    }

    /// The session is over.
    public mutating func forget(_ key: SessionKey, now: Instant) {
        withdraw(key, now: now)
        lastPartners[key] = nil
    }

    public mutating func advance(to now: Instant) {
        while let number = timers.popDue(at: now)?.element {
            guard let proposal = proposals[number] else { continue }
            close(proposal)
            for ticket in proposal.tickets {
                if proposal.accepted.contains(ticket.key) {
                    letDown(ticket)
                } else {
                    since[ticket.key] = nil
                    outputs.append(.ended(ticket.key, .timeout, isQueued: false))
                }
            }
            schedule(now)
        }
        if let passAt, passAt <= now { pass(now) }
    }

    private mutating func letDown(_ ticket: Ticket) {
        outputs.append(.ended(ticket.key, .partnerGone, isQueued: true))
        insert(ticket)
    }

    private mutating func insert(_ ticket: Ticket) {
        var low = 0
        var high = waiting.count
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].isBefore(ticket) { low = middle + 1 } else { high = middle }
        }
        waiting.insert(ticket, at: low)
    }

    private mutating func schedule(_ now: Instant) {
        passAt = waiting.count < 2 ? nil : passAt ?? now + timing.interval
    }

    private mutating func pass(_ now: Instant) {
        passAt = nil
        var index = 0
        while index + 1 < waiting.count {
            if let partner = partner(for: waiting[index], in: waiting[(index + 1)...], now: now) {
                let ticket = waiting[index]
                waiting.remove(at: partner.index)
                waiting.remove(at: index)
                propose(ticket, partner.ticket, now: now)
            } else {
                index += 1
            }
        }
        schedule(now)
    }

    private mutating func propose(_ first: Ticket, _ second: Ticket, now: Instant) {
        lastNumber += 1
        guard let media = first.wish.media.agreed(with: second.wish.media) else { return }
        proposals[lastNumber] = Proposal(number: lastNumber, tickets: [first, second], media: media)
        timers.push(lastNumber, at: now + timing.acceptWithin)
        let offer = MatchOffer(
            match: "m_\(lastNumber)", acceptMilliseconds: timing.acceptWithin.inNanoseconds / 1_000_000, media: media,
            interests: first.common(second), distance: first.kilometres(to: second).map { Int64($0.rounded()) })
        for ticket in [first, second] {
            proposalOf[ticket.key] = lastNumber
            outputs.append(.found(ticket.key, offer))
        }
    }

    private mutating func close(_ proposal: Proposal) {
        proposals[proposal.number] = nil
        for ticket in proposal.tickets { proposalOf[ticket.key] = nil }
    }

    private mutating func remember(_ first: SessionKey, _ second: SessionKey) {
        for (key, partner) in [(first, second), (second, first)] {
            var partners = lastPartners[key] ?? []
            partners.removeAll { $0 == partner }
            partners.append(partner)
            lastPartners[key] = Array(partners.suffix(Self.rememberedPartners))
        }
    }
}
