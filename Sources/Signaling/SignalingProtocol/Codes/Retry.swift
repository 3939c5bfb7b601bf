/// What a client may do after an error or a close: the same words for both.
public enum Retry: String, Hashable, Sendable, CaseIterable {
    /// The same will fail again; do not.
    case never
    /// Get a new token first.
    case refreshToken
    /// Things may be otherwise in a while.
    case later
    /// Wait the `retry_ms` that the server names, or back off.
    case afterDelay
    /// Connect again and resume the session.
    case resume
    /// The session is lost: join anew.
    case rejoin
    /// Another node of the service will do it.
    case otherNode
}
