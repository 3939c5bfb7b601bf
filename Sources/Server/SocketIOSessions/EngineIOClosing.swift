/// Why an Engine.IO session is over.
public enum EngineIOClosing: String, Hashable, Sendable, CaseIterable {
    /// The client said so.
    case client = "transport close by client"
    /// The application said so.
    case server = "forced close"
    /// Its WebSocket, or a request that waited, is gone.
    case lost = "transport close"
    case pingTimeout = "ping timeout"
    /// The client broke a rule of the protocol.
    case violation = "transport error"
    /// More waits for the client than is kept.
    case overflow = "slow consumer"
}
