internal import RTCCore

/// A machine's WebSocket on its worker's loop, from the attempt to the last byte.
final class WebSocketConnection {
    /// How long the other side has to answer a Close, and to end the stream after it.
    static let closingTimeout = Duration.seconds(2)
    /// What it keeps unsent at most, in bytes; an other side that takes less is given up.
    static let unsentLimit = 8 << 20

    let number: UInt64
    unowned let host: Host
    let url: SignalingURL
    /// When it must have come about, the handshake included.
    let openBy: Instant
    var client: WebSocketClient
    var stream: MachineStream?
    /// It is on the worker's list of those that have something to send.
    var isUnflushed = false
    /// Where else the other side may be found.
    private var untried: [SocketAddress] = []
    /// When another place is tried.
    private var tryNextAt: Instant?
    /// When nobody waits for the other side any more.
    private var goneBy: Instant?

    init(_ number: UInt64, _ url: SignalingURL, subprotocol: String?, for host: Host, openBy: Instant) {
        self.number = number
        self.url = url
        self.host = host
        self.openBy = openBy
        client = WebSocketClient(url, subprotocol: subprotocol, seed: .random(in: 0...UInt64.max))
    }

    /// When its worker must look after it.
    var deadline: Instant? {
        let own = goneBy ?? (client.isOpening ? earliest(openBy, tryNextAt) : nil)
        return earliest(own, stream?.heldUntil)
    }

    var hasUntried: Bool { !untried.isEmpty }

    func found(_ addresses: [SocketAddress]) {
        untried = addresses
    }

    /// The next place to try. What is left of the time is shared among those that are left.
    func nextAddress(at now: Instant) -> SocketAddress? {
        guard !untried.isEmpty, now < openBy else { return nil }
        tryNextAt = untried.count == 1 ? nil : now + (openBy - now) / untried.count
        return untried.removeFirst()
    }

    /// Another place may still answer, and the one that is tried has not.
    func isToTryNext(at now: Instant) -> Bool {
        guard let tryNextAt, tryNextAt <= now else { return false }
        return stream?.phase == .connecting
    }

    /// It need not be looked after as long as the handshake takes.
    func connected() {
        tryNextAt = nil
    }

    func waitForEnd(from now: Instant) {
        goneBy = goneBy ?? now + Self.closingTimeout
    }

    func isOverdue(at now: Instant) -> Bool {
        if let goneBy { return goneBy <= now }
        return client.isOpening && openBy <= now
    }
}
