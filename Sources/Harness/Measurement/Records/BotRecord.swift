public import RTCCore
public import RTCPeer

/// Everything that one bot's life left behind.
public struct BotRecord: Sendable {
    public var name: String
    public var room: String
    /// When its join was due.
    public var joinDue: Instant
    /// When it was told to stop sending.
    public var stopDue: Instant
    public var publishes: [MediaKind]
    /// Whether it asks for what the others publish.
    public var subscribes: Bool
    public var joinedAt: Instant?
    /// Where its way in ended, when it did not get in.
    public var failure: PhaseFailure?
    public var phases: [Phase: Duration]
    public var events: [RunEvent]
    public var connections: [ConnectionRecord]
    public var slip: ScheduleSlip
    /// Its attempts to come back, by start.
    public var attempts: [ReconnectAttempt]
    /// `nil` where it was in no room at the end.
    public var lastView: RoomView?
    /// What it told the server about its calls, by time; `nil` where it was not to.
    public var reports: [CallStatement]?

    public init(
        name: String, room: String, joinDue: Instant, stopDue: Instant, publishes: [MediaKind], subscribes: Bool = true,
        joinedAt: Instant?, failure: PhaseFailure?, phases: [Phase: Duration], events: [RunEvent],
        connections: [ConnectionRecord], slip: ScheduleSlip, attempts: [ReconnectAttempt] = [], lastView: RoomView? = nil
    ) {
        self.lastView = lastView
        self.name = name
        self.room = room
        self.joinDue = joinDue
        self.stopDue = stopDue
        self.publishes = publishes
        self.subscribes = subscribes
        self.joinedAt = joinedAt
        self.failure = failure
        self.phases = phases
        self.events = events
        self.connections = connections
        self.slip = slip
        self.attempts = attempts
    }
}

/// One peer connection of a bot; a pair that reconnects has several, one after the other.
public struct ConnectionRecord: Sendable {
    /// The bot at the other end; behind a server that forwards, the one whose media comes, or the server itself.
    public var remote: String
    public var createdAt: Instant
    /// When it was given up; `nil` where the bot kept it to the end.
    public var endedAt: Instant?
    public var connectedAt: Instant?
    public var phases: [Phase: Duration]
    public var sent: [SentTrackRecord]
    public var received: [ReceivedTrackRecord]
    public var samples: [ConnectionSample]
    public var statistics: PeerStatistics
    /// What the IP headers of the datagrams that came said about congestion.
    public var codepoints: CodepointCounts
    /// The other end is a server that forwards what is sent to everyone who subscribes.
    public var isForwarded: Bool
    /// Who the bot and the other end were to the signaling server; `nil` where that is not known.
    public var participant: String?
    public var remoteParticipant: String?

    public init(
        remote: String, createdAt: Instant = .origin, endedAt: Instant? = nil, connectedAt: Instant?,
        phases: [Phase: Duration], sent: [SentTrackRecord], received: [ReceivedTrackRecord], samples: [ConnectionSample],
        statistics: PeerStatistics, codepoints: CodepointCounts = CodepointCounts(), isForwarded: Bool = false,
        participant: String? = nil, remoteParticipant: String? = nil
    ) {
        self.participant = participant
        self.remoteParticipant = remoteParticipant
        self.remote = remote
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.connectedAt = connectedAt
        self.phases = phases
        self.sent = sent
        self.received = received
        self.samples = samples
        self.statistics = statistics
        self.codepoints = codepoints
        self.isForwarded = isForwarded
    }
}

extension ConnectionRecord {
    /// When a track was taken away, before the connection was.
    func end(of name: TrackName) -> Instant? { sent.last { $0.name == name }?.endedAt }

    /// The tracks that were sent, each once, however many files were played on it.
    var sentNames: [TrackName] {
        var names: [TrackName] = []
        for name in sent.map(\.name) where !names.contains(name) { names.append(name) }
        return names
    }
}

/// Where a call can fail, in the order in which it comes into being.
public enum Phase: String, Hashable, Sendable, CaseIterable, Comparable {
    case resolve
    case connect
    case signaling
    case authorise
    case gather
    case check
    case dtls
    case firstRTP = "first_rtp"
    case firstFrame = "first_frame"
    case steady

    public static func < (left: Phase, right: Phase) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        Self.allCases.firstIndex(of: self) ?? 0
    }
}

/// A failed call says where it failed.
public struct PhaseFailure: Hashable, Sendable {
    public var phase: Phase
    public var reason: String

    public init(phase: Phase, reason: String) {
        self.phase = phase
        self.reason = reason
    }
}

/// How far the generator fell behind its own schedule.
public struct ScheduleSlip: Hashable, Sendable {
    /// Frames later than this are counted as late.
    public static let tolerance = Duration.milliseconds(100)

    public var frames: UInt64 = 0
    public var lateFrames: UInt64 = 0
    public var worst: Duration = .zero

    public init() {}

    public mutating func record(_ lateness: Duration) {
        frames += 1
        if lateness > Self.tolerance { lateFrames += 1 }
        worst = max(worst, lateness)
    }

    public mutating func merge(_ other: ScheduleSlip) {
        frames += other.frames
        lateFrames += other.lateFrames
        worst = max(worst, other.worst)
    }
}
