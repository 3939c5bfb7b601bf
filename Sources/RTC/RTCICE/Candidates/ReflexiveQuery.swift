internal import RTCCore
internal import RTCWire

/// Asks one STUN server where it sees one base (RFC 8445 §5.1.1.2, RFC 8489 §6.2.1).
///
///             paced          response
///   waiting ────────▶ asking ────────▶ answered
///      ▲                │ no response, error  │ 15 s, while nothing is nominated
///      │                ▼                     │
///      │              failed                  │
///      └──────────────────────────────────────┘
struct ReflexiveQuery {
    enum Phase {
        case waiting
        case asking
        case answered
        case failed
    }

    /// From the base to the server.
    let path: Path
    var phase = Phase.waiting
    /// Of the request that is or was under way.
    var id: STUNTransactionID?
    var transmissions = 0
    /// Until the next repetition.
    var interval: Duration = .zero
    /// When to repeat the request, to give it up, or to ask again.
    var nextAt: Instant?
}
