internal import RTCCore
internal import RTCICE
internal import RTCWire

/// How a client reaches the server: its datagrams' path, or its stream.
struct Way: Equatable {
    let path: Path
    let stream: UInt64?

    var remote: SocketAddress { path.remote }
}

/// An answer that waits until the relayed socket is open.
struct PendingAnswer {
    let id: STUNTransactionID
    let key: IntegrityKey
}

/// A relayed address lent to one client (RFC 8656 §3.2).
final class Allocation {
    struct Permission {
        let peer: SocketAddress
        var until: Instant
    }

    struct Channel {
        let number: UInt16
        let peer: SocketAddress
        var until: Instant
    }

    /// RFC 8656 §9 and §12.
    static let permissionLifetime = Duration.seconds(300)
    static let channelLifetime = Duration.seconds(600)

    let client: Way
    let user: String
    let token: UInt64
    var lifetime: UInt32
    var expiresAt: Instant
    var relayed: SocketAddress?
    var waiting: PendingAnswer?
    /// The request that it was made for; the same one again has the same answer.
    let request: STUNTransactionID
    var permissions: [Permission] = []
    var channels: [Channel] = []

    init(client: Way, user: String, token: UInt64, lifetime: UInt32, expiresAt: Instant, request: STUNTransactionID) {
        self.client = client
        self.user = user
        self.token = token
        self.lifetime = lifetime
        self.expiresAt = expiresAt
        self.request = request
    }

    private static func isSame(_ one: SocketAddress, _ other: SocketAddress) -> Bool {
        one.low == other.low && one.high == other.high && one.family == other.family
    }

    func permits(_ peer: SocketAddress, at now: Instant) -> Bool {
        permissions.contains { Self.isSame($0.peer, peer) && $0.until > now }
    }

    /// `false` where there is no place for one more (RFC 8656 §10.2).
    ///
    /// - Parameter limit: Permissions at a time.
    func permit(_ peer: SocketAddress, limit: Int, at now: Instant) -> Bool {
        permissions.removeAll { $0.until <= now || Self.isSame($0.peer, peer) }
        guard permissions.count < limit else { return false }
        permissions.append(Permission(peer: peer, until: now + Self.permissionLifetime))
        return true
    }

    /// `badRequest` where the number or the peer is bound otherwise, and `insufficientCapacity` where there is no place for one more
    /// (RFC 8656 §12.2); `nil` where it is bound now.
    func bind(_ number: UInt16, to peer: SocketAddress, limit: Int, at now: Instant) -> STUNErrorCode? {
        channels.removeAll { $0.until <= now }
        guard !channels.contains(where: { ($0.number == number) != ($0.peer == peer) }) else { return .badRequest }
        let others = channels.filter { $0.number != number }
        guard others.count < limit, permit(peer, limit: limit, at: now) else { return .insufficientCapacity }
        channels = others + [Channel(number: number, peer: peer, until: now + Self.channelLifetime)]
        return nil
    }
}
