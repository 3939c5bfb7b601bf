internal import RTCCore
internal import RTCWire

/// A Binding request on its way; a repetition carries the same bytes (RFC 8489 §6.2.1).
struct CheckTransaction {
    enum Purpose {
        /// Finds out whether the pair works.
        case check
        /// The same, and asks for the pair: USE-CANDIDATE.
        case nomination
        /// Shows the other side that a pair works while nothing is nominated; never repeated.
        case keepalive
        /// Asks for consent on the nominated pair; never repeated (RFC 7675 §5.1).
        case consent
    }

    let id: STUNTransactionID
    let purpose: Purpose
    let pair: UInt32
    let path: Path
    let generation: UInt32
    let role: IceRole
    let tieBreaker: UInt64
    /// What PRIORITY says.
    let priority: UInt32
    var lastSentAt: Instant
    var transmissions = 1
    /// Until the next repetition.
    var interval: Duration
    /// When to repeat or to give up; `nil` once it only waits for a late response.
    var nextAt: Instant?
    /// When a transaction that only waits is forgotten.
    var expiresAt: Instant
}
