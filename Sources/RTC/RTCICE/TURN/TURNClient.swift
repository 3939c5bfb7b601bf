public import RTCCore
internal import RTCWire

/// The client of one allocation on one TURN server (RFC 8656): bytes in, bytes out, over UDP or a stream that its owner has opened.
///
///            401: once more, with credentials
///                 ┌──────┐                  refreshed at half of its lifetime
///                 ▼      │                          ┌───────┐
///  ┌──────┐ start ┌────────────┐   success   ┌──────┴────┐  │   release   ┌──────────┐
///  │ idle ├──────▶│ allocating ├────────────▶│ allocated │◀─┘────────────▶│ released │
///  └──────┘       └─────┬──────┘             └─────┬─────┘                └──────────┘
///                       │ refused, no answer       │ refresh refused, or never answered
///                       ▼                          ▼
///                  ┌──────────────────────────────────┐
///                  │              failed              │
///                  └──────────────────────────────────┘
///
/// Datagrams for a peer travel in Send indications until the channel of that peer stands, and as ChannelData from then on. They are
/// wrapped in place: ``route(to:)`` says how much room to leave in front.
public struct TURNClient {
    public enum State: Hashable, Sendable {
        case idle
        case allocating
        case allocated
        case released
        case failed(TURNFailure)
    }

    /// What came out of something that the server sent.
    public enum Inbound {
        /// It was for the client itself.
        case control
        /// A peer's datagram lies in these bytes.
        case data(from: SocketAddress, Range<Int>)
        /// Neither a message nor a channel of ours.
        case malformed
    }

    public let server: TURNServer
    let timing: Timing
    var random: SplitMix64
    public internal(set) var state = State.idle
    /// Where peers reach us.
    public internal(set) var relayed: SocketAddress?
    /// Where the server sees us.
    public internal(set) var mapped: SocketAddress?
    /// Where another server waits to be asked instead (RFC 8489 §10); its owner makes a new client.
    public internal(set) var alternate: SocketAddress?
    /// When the server last answered anything.
    public internal(set) var answeredAt: Instant?

    var realm: [UInt8] = []
    var nonce: [UInt8] = []
    var key: IntegrityKey?
    var staleNonces = 0
    var transactions: [TURNTransaction] = []
    var permissions: [TURNPermission] = []
    var channels: [TURNChannel] = []
    var refreshAt: Instant?
    /// The server left a refresh without an answer: it may be dead, or the way to it. It goes on being asked.
    public internal(set) var isSilent = false
    /// The channel of the newest inbound datagram, looked at first.
    var latest = 0

    /// - Parameter seed: This machine's own share of the run's seed.
    public init(server: TURNServer, seed: UInt64, timing: Timing = Timing()) {
        self.server = server
        self.timing = timing
        random = SplitMix64(seed: SplitMix64.derive(seed, "turn"))
    }

    var isStream: Bool { server.transport != .udp }

    /// Asks for an allocation; the way to the server is open.
    public mutating func start(now: Instant) {
        guard state == .idle else { return }
        state = .allocating
        begin(.allocate, now)
    }

    /// Whether datagrams may go to a peer.
    public func permits(_ peer: SocketAddress) -> Bool {
        permissions.contains { $0.isSame(peer) && $0.isGranted }
    }

    /// Whether the server will not have this peer.
    public func refuses(_ peer: SocketAddress) -> Bool {
        permissions.contains { $0.isSame(peer) && $0.isRefused }
    }

    /// Asks that datagrams of a peer, at whatever port, be let through (RFC 8656 §9).
    public mutating func permit(_ peer: SocketAddress, now: Instant) {
        guard state == .allocated, !permissions.contains(where: { $0.isSame(peer) }),
            permissions.count < timing.permissionLimit
        else { return }
        permissions.append(TURNPermission(peer: peer))
        begin(.permission(permissions.count - 1), now)
    }

    /// Asks for a channel to a peer (RFC 8656 §12); until it stands, datagrams go as they did before.
    public mutating func bind(_ peer: SocketAddress, now: Instant) {
        guard state == .allocated, !channels.contains(where: { $0.peer == peer }), channels.count < timing.channelLimit else {
            return
        }
        channels.append(TURNChannel(peer: peer, number: 0x4000 + UInt16(channels.count)))
        begin(.channel(channels.count - 1), now)
    }

    /// Asks the server at once whether it is there, unless it is being asked already.
    public mutating func probe(now: Instant) {
        guard state == .allocated, !transactions.contains(where: { $0.purpose == .refresh }) else { return }
        begin(.refresh, patience: timing.probePatience, now)
    }

    /// Whether the server owes an answer to the newest question after the allocation.
    public var isProbing: Bool { transactions.contains { $0.purpose == .refresh } }

    /// Gives the allocation back (RFC 8656 §7: a lifetime of zero); nothing more is expected.
    public mutating func release(now: Instant) {
        guard state == .allocated || state == .allocating else { return }
        let isAllocated = state == .allocated
        transactions.removeAll()
        state = .released
        refreshAt = nil
        if isAllocated { begin(.release, now) }
    }

    /// The way to the server broke.
    public mutating func linkLost(_ reason: String) {
        fail(nil, reason)
    }

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    public var deadline: Instant? {
        var next = refreshAt
        for transaction in transactions { next = earliest(next, earliest(transaction.repeatAt, transaction.giveUpAt)) }
        for permission in permissions { next = earliest(next, permission.refreshAt) }
        for channel in channels { next = earliest(next, channel.refreshAt) }
        return next
    }

    /// Does what is due.
    public mutating func advance(to now: Instant) {
        var index = 0
        while index < transactions.count {
            if let giveUpAt = transactions[index].giveUpAt, now >= giveUpAt {
                let lost = transactions.remove(at: index)
                unanswered(lost, now)
                continue
            }
            if let repeatAt = transactions[index].repeatAt, now >= repeatAt {
                transactions[index].interval = transactions[index].interval * 2
                transactions[index].repeatAt = now + transactions[index].interval
                transactions[index].isWaiting = true
            }
            index += 1
        }
        guard state == .allocated else { return }
        if let due = refreshAt, now >= due {
            refreshAt = nil
            begin(.refresh, now)
        }
        for index in permissions.indices where permissions[index].refreshAt.map({ $0 <= now }) ?? false {
            permissions[index].refreshAt = nil
            begin(.permission(index), now)
        }
        for index in channels.indices where channels[index].refreshAt.map({ $0 <= now }) ?? false {
            channels[index].refreshAt = nil
            begin(.channel(index), now)
        }
    }

    mutating func begin(_ purpose: TURNTransaction.Purpose, patience: Duration? = nil, _ now: Instant) {
        let isLast = purpose == .release
        transactions.append(
            TURNTransaction(
                id: STUNTransactionID(using: &random), purpose: purpose, interval: timing.retransmission,
                repeatAt: isStream || isLast ? nil : now + timing.retransmission,
                giveUpAt: isLast ? nil : now + (patience ?? timing.patience), isAuthenticated: key != nil))
    }

    mutating func fail(_ code: UInt16?, _ reason: String) {
        if case .failed = state { return }
        guard state != .released else { return }
        state = .failed(TURNFailure(code: code, reason: reason, url: server.url))
        transactions.removeAll()
        permissions.removeAll()
        channels.removeAll()
        refreshAt = nil
    }
}
