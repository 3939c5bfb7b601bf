internal import RTCCore

/// One of our own candidates with the socket behind it.
struct LocalCandidate {
    var candidate: IceCandidate
    /// The socket's own address (RFC 8445 §4, "base"), or what stands for it where there is none.
    let base: SocketAddress
    /// The base's rank for priorities.
    let preference: UInt16
    /// Its socket is closed; it stays in its place, to which pairs refer, until the next restart.
    var isGone = false

    /// Whether a socket of its own lies behind it.
    var isSocket: Bool { candidate.kind == .host && candidate.tcpType == nil }
}
