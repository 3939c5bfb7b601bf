public import RTCCore

/// What an agent tells its owner.
public enum IceEvent: Hashable, Sendable {
    case stateChanged(IceConnectionState)
    /// A STUN server has told of a new address: signal it.
    case candidateGathered(IceCandidate)
    /// A TURN server refused, did not answer, or died; another is asked where there is one.
    case relayFailed(TURNFailure)
    /// The relay of a path that was in use is another now: an ICE restart makes the other side use it.
    case relayReplaced(_ url: String)
    /// There are only relays to use, and no server gives one: the reasons in the order of the servers.
    case gatheringFailed([TURNFailure])
    /// A pair was nominated; may come many times, after a restart also for the path that was in use before.
    case selectedPathChanged(Path)
    /// Thirty seconds went by without an answer: sending must stop (RFC 7675 §5.1).
    case consentExpired
    /// A role conflict was settled at this side's expense, or the other side is lite (RFC 8445 §7.3.1.1).
    case roleSwitched(IceRole)
}
