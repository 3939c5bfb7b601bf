/// What the server believes has become of the media of a session that is resumed.
public enum MediaHint: String, Hashable, Sendable, CaseIterable {
    /// The gap was shorter than consent lives (RFC 7675 §5.1): nothing needs to be done.
    case alive
    /// Consent has expired: each connection needs an ICE restart.
    case restartICE = "restart_ice"
    /// The server's transports are gone: make them anew.
    case lost
}
