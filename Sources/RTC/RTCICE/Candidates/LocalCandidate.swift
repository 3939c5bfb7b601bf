internal import RTCCore

/// One of our own candidates with the socket behind it.
struct LocalCandidate {
    var candidate: IceCandidate
    /// The socket's own address (RFC 8445 §4, "base").
    let base: SocketAddress
    /// The base's rank for priorities.
    let preference: UInt16
}
