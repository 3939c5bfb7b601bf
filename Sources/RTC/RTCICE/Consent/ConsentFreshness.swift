internal import RTCCore

/// Keeps permission to send on the nominated pair (RFC 7675), and tells when the pair has fallen silent.
///
///               reply                        30 s without a reply
///             ┌───────┐
///             ▼       │
///         ┌───────────┴─┐                          ┌─────────┐
///  ──────▶│   granted   │─────────────────────────▶│ expired │
///         └─┬─────────▲─┘                          └────▲────┘
///    5 s    │         │ any sign                        │
///  no sign  │         │ of life                         │
///         ┌─▼─────────┴─┐                               │
///         │   silent    ├───────────────────────────────┘
///         └─────────────┘
///
/// Replies alone renew consent; a sign of life is a reply, an authentic request, or traffic that decrypted.
struct ConsentFreshness {
    enum Action: Equatable {
        case sendBindingRequest
        case stopSending
    }

    private let timing: IceAgent.Timing
    private var random: SplitMix64
    private var scheduledAt: Instant
    private var expiresAt: Instant
    private var isExpired = false
    private(set) var lastLife: Instant
    private var lastRequest: Instant
    /// The first request since the last sign of life.
    private var unansweredSince: Instant?
    /// How long after the last sign of life to ask ahead of schedule.
    private var probeAfter: Duration
    /// The newest measured; patience grows with it.
    private var roundTripTime: Duration = .zero
    private(set) var isSilent = false

    init(timing: IceAgent.Timing, seed: UInt64, at now: Instant) {
        self.timing = timing
        random = SplitMix64(seed: seed)
        scheduledAt = now
        expiresAt = now + timing.consentExpiry
        lastLife = now
        lastRequest = now
        probeAfter = .zero
        draw(at: now)
    }

    /// Draws from 80 % to 120 % of the interval, so that peers do not march in step.
    private mutating func draw(at now: Instant) {
        scheduledAt = now + timing.consentInterval * (0.8 + 0.4 * random.unitInterval())
        probeAfter = timing.silence * (0.8 + 0.1 * random.unitInterval())
    }

    /// When the next request is due.
    ///
    /// Where a request has gone unanswered and nothing else came for a while, it is repeated sooner, so that one lost
    /// datagram on an idle pair does not look like an outage, and an outage's end is seen within a second.
    private var nextRequest: Instant {
        guard unansweredSince != nil else { return min(scheduledAt, lastLife + probeAfter) }
        if isSilent { return lastRequest + timing.silentInterval }
        return min(
            max(lastRequest + timing.probeInterval, lastLife + probeAfter), max(scheduledAt, lastRequest + timing.probeInterval))
    }

    private var silentAt: Instant? {
        guard !isSilent, let unansweredSince else { return nil }
        return max(lastLife + timing.silence, unansweredSince + max(timing.retransmission, roundTripTime * 3))
    }

    /// The next moment at which `advance(to:)` has something to say; `nil` once expired.
    var deadline: Instant? {
        isExpired ? nil : earliest(min(nextRequest, expiresAt), silentAt)
    }

    mutating func advance(to now: Instant) -> Action? {
        guard !isExpired else { return nil }
        if now >= expiresAt {
            isExpired = true
            return .stopSending
        }
        if let silentAt, now >= silentAt { isSilent = true }
        guard now >= nextRequest else { return nil }
        draw(at: now)
        unansweredSince = unansweredSince ?? now
        lastRequest = now
        return .sendBindingRequest
    }

    /// A response matched one of our requests on this pair.
    mutating func receivedResponse(at now: Instant, roundTripTime: Duration?) {
        guard !isExpired else { return }
        expiresAt = now + timing.consentExpiry
        self.roundTripTime = roundTripTime ?? self.roundTripTime
        noteLife(at: now)
    }

    /// Something authentic came from the other side on this pair.
    mutating func noteLife(at now: Instant) {
        lastLife = max(lastLife, now)
        unansweredSince = nil
        isSilent = false
    }

    /// The other side took its consent back (RFC 7675 §5.2).
    mutating func revoke(at now: Instant) {
        expiresAt = min(expiresAt, now)
    }
}
