public import SocketIO

/// How a Socket.IO server behaves; the defaults are the protocol's.
public struct SocketIOConfiguration: Hashable, Sendable {
    public var engine = EngineIOTiming()
    public var engineLimits = EngineIOLimits()
    public var packet = SocketIOLimits()
    /// For the first CONNECT on a connection.
    public var connect: Duration = .seconds(45)
    /// The namespaces that there are.
    public var namespaces: [String]
    /// Namespaces that one connection may be in.
    public var namespacesPerConnection = 16
    /// CONNECTs on one connection, refused ones and those of namespaces that were left included, before it closes.
    public var connectsPerConnection = 64
    /// Acknowledgements of its client that a socket waits for; of more, the oldest is given up.
    public var pendingAcknowledgements = 64
    /// How long a lost socket may come back as itself (connection state recovery); `nil` for not at all. Then each event ends with
    /// one more argument, its offset, as clients expect that know of it.
    public var recovery: Duration?
    /// Events that a socket keeps for that.
    public var recoveryEvents = 256
    /// Bytes of them.
    public var recoveryBytes = 256 * 1024

    public init(namespaces: [String] = ["/"]) {
        self.namespaces = namespaces
    }
}
