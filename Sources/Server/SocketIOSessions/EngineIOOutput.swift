public import SocketIO

/// What an Engine.IO server has its host do.
public enum EngineIOOutput: Hashable, Sendable {
    case respond(request: UInt64, EngineIOResponse)
    case send(socket: UInt64, EngineIOMessage)
    case close(socket: UInt64)
}
