internal import RTCCore

/// One way between a base of ours and a candidate of theirs (RFC 8445 §6.1.2).
///
///              sent               answered
///  ┌─────────┐      ┌────────────┐        ┌───────────┐
///  │ waiting ├─────▶│ inProgress ├───────▶│ succeeded │
///  └────▲────┘      └─────┬──────┘        └─────┬─────┘
///       │ their check     │ seven times no      │ nomination or thirty seconds
///       │           ┌─────▼──┐                  │ without an answer
///       └───────────┤ failed │◀─────────────────┘
///                   └────────┘
struct CandidatePair {
    let id: UInt32
    let path: Path
    /// Index of the base's host candidate.
    let local: Int
    /// Index of the remote candidate.
    let remote: Int
    /// Index of the local candidate under which the other side sees us, once a response told.
    var mapped: Int?
    var priority: UInt64
    var state = IceCandidatePairReport.State.waiting
    var isNominated = false
    /// The relay does not let the other side's datagrams through yet (RFC 8656 §9), or the connection is not open (RFC 6544 §7.1).
    var awaitsWay = false
    /// Connections that were begun for it.
    var streamAttempts = 0
    /// Before that no other one is.
    var streamRetryAt = Instant.origin
    /// The controlling side asked for this pair before our own check went through (RFC 8445 §7.3.1.5).
    var nominateOnSuccess = false
    var lastRequestAt = Instant.origin
    var lastResponseAt = Instant.origin
    var statistics = IceCandidatePairReport.Statistics()

    /// The formula of RFC 8445 §6.1.2.3.
    static func priority(controlling: UInt32, controlled: UInt32) -> UInt64 {
        UInt64(min(controlling, controlled)) << 32 &+ UInt64(max(controlling, controlled)) << 1
            &+ (controlling > controlled ? 1 : 0)
    }

    var isActive: Bool { state == .waiting || state == .inProgress }

    mutating func measure(_ roundTripTime: Duration) {
        statistics.currentRoundTripTime = roundTripTime
        statistics.totalRoundTripTime += roundTripTime
    }
}
