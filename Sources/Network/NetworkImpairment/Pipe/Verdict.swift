/// What the impairment stage decided about a datagram that was offered to it.
public enum Verdict: Hashable, Sendable {
    /// Deliver it at once, as it is.
    case pass
    /// It was copied and comes out of ``ImpairedPipe/nextRelease(at:_:)``.
    case held
    case dropped(DropCause)
}
