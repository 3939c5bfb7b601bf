/// Why a socket is over; the texts are those that Socket.IO has for it.
public enum SocketIODisconnect: String, Hashable, Sendable, CaseIterable {
    case client = "client namespace disconnect"
    case server = "server namespace disconnect"
    case closed = "transport close"
    case pingTimeout = "ping timeout"
    case violation = "parse error"
    case slow = "slow consumer"
    /// It was lost, and did not come back in time.
    case expired = "recovery expired"
}
