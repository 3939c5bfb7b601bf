/// What a signaling server asks its host to do.
public enum SignalingOutput: Hashable, Sendable {
    case send(connection: UInt64, String)
    /// - Parameter code: The WebSocket close code (RFC 6455 §7.4).
    case close(connection: UInt64, code: UInt16, reason: String)
}
