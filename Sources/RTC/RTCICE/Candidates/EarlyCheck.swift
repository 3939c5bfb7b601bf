internal import RTCCore

/// An authentic check that came before its sender's credentials: answered at once, acted upon later (RFC 8445 §7.3).
struct EarlyCheck {
    let path: Path
    let priority: UInt32
    let generation: UInt32
    /// The sender's half of USERNAME.
    let remoteUfrag: [UInt8]
    var usesCandidate: Bool

    /// The same check, for a generation with the same local credentials.
    func moved(to generation: UInt32) -> EarlyCheck {
        EarlyCheck(
            path: path, priority: priority, generation: generation, remoteUfrag: remoteUfrag, usesCandidate: usesCandidate)
    }
}

/// What candidates of one foundation share (RFC 8445 §5.1.1.3).
struct FoundationKey: Equatable {
    let kind: IceCandidate.Kind
    let family: SocketAddress.Family
    let high: UInt64
    let low: UInt64
    /// The STUN server's address, zero where there is none.
    let serverHigh: UInt64
    let serverLow: UInt64
    let isStream: Bool
}
