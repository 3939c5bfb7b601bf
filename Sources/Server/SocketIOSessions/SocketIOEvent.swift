public import SignalingProtocol

/// What a Socket.IO server tells its application.
public enum SocketIOEvent: Hashable, Sendable {
    /// An Engine.IO session has begun.
    case opened(session: String)
    /// It is over; its sockets were told of before.
    case closed(session: String)
    /// A client wants into a namespace: ``SocketIOServer/accept(_:)`` it, or ``SocketIOServer/refuse(_:message:data:)`` it.
    ///
    /// - Parameters:
    ///   - session: Its Engine.IO session.
    ///   - isReturning: Whether it is a lost socket that comes back: what it shows is checked anew, and it goes on as itself.
    case connecting(SocketIOSocket, namespace: String, session: String, auth: JSONObject, isReturning: Bool)
    /// - Parameter acknowledge: With what ``SocketIOServer/acknowledge(_:_:_:attachments:)`` is called, where the client waits for that.
    case event(SocketIOSocket, name: String, [JSON], attachments: [[UInt8]], acknowledge: Int64?)
    /// The client's answer to an event.
    case acknowledged(SocketIOSocket, id: Int64, [JSON], attachments: [[UInt8]])
    /// Its connection is gone, and it may come back.
    case lost(SocketIOSocket)
    /// It is over.
    case disconnected(SocketIOSocket, SocketIODisconnect)
}
