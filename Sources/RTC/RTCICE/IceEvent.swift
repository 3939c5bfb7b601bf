public import RTCCore

/// What an agent tells its owner.
public enum IceEvent: Hashable, Sendable {
    case stateChanged(IceConnectionState)
    /// A STUN server has told of a new address: signal it.
    case candidateGathered(IceCandidate)
    /// A pair was nominated; may come many times, after a restart also for the path that was in use before.
    case selectedPathChanged(Path)
    /// Thirty seconds went by without an answer: sending must stop (RFC 7675 §5.1).
    case consentExpired
    /// A role conflict was settled at this side's expense, or the other side is lite (RFC 8445 §7.3.1.1).
    case roleSwitched(IceRole)
}
