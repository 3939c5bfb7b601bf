internal import RTCCore
internal import RTCWire

/// A request to a TURN server that has yet to be answered.
struct TURNTransaction {
    enum Purpose: Equatable {
        case allocate
        case refresh
        /// The index of the permission.
        case permission(Int)
        /// The index of the channel.
        case channel(Int)
        case release
    }

    let id: STUNTransactionID
    let purpose: Purpose
    /// Until the next repetition.
    var interval: Duration
    /// `nil` over a stream, which repeats by itself (RFC 8489 §6.2.2).
    var repeatAt: Instant?
    let giveUpAt: Instant?
    let isAuthenticated: Bool
    /// It is to be written, or written again.
    var isWaiting = true
}

/// Lets datagrams of one address through, at whatever port (RFC 8656 §9).
struct TURNPermission {
    let peer: SocketAddress
    var isGranted = false
    var isRefused = false
    var refreshAt: Instant?

    init(peer: SocketAddress) {
        self.peer = peer
    }

    func isSame(_ other: SocketAddress) -> Bool {
        peer.low == other.low && peer.high == other.high && peer.family == other.family
    }
}

/// A short name for one peer (RFC 8656 §12).
struct TURNChannel {
    let peer: SocketAddress
    let number: UInt16
    /// Whether the server has agreed.
    var stands = false
    var refreshAt: Instant?

    init(peer: SocketAddress, number: UInt16) {
        self.peer = peer
        self.number = number
    }
}
