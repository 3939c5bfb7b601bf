public import SignalingProtocol

/// What a ``RoomClient`` tells its bot.
public enum RoomClientEvent: Hashable, Sendable {
    /// The server said yes. Offer to each of `peers`, then call ``RoomClient/ready(now:)``; nothing else arrives before that (or 5 s).
    case joined(selfID: String, peers: [RemoteParticipant])
    /// A newcomer, who will offer to this client.
    case peerJoined(RemoteParticipant)
    case peerLeft(id: String, reason: String)
    /// - Parameter body: An SDP, or candidate lines, or a reason, by kind.
    case signal(from: String, connection: String, epoch: Int, kind: SignalKind, body: String)
    /// What this client sent did not arrive: refused, or not fetched in time (`timeout`).
    case signalFailed(to: String, connection: String, epoch: Int, kind: SignalKind, code: ErrorCode)
    /// `hello`, `join`, `ready` or `leave` was refused, or not answered within ten seconds (`timeout`).
    case refused(code: ErrorCode, message: String)
    /// This client has left the room at its own wish; the connection is still open.
    case left
    /// The server is about to close.
    case goingAway(reason: String)
    /// The server broke the protocol, such as by a gap in `seq`. The client goes on if it can.
    case protocolBroken(String)
    /// - Parameter code: The WebSocket close code, or `nil` where the connection broke or was never made.
    case closed(code: UInt16?, reason: String)
}
