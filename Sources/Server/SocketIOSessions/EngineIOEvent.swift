public import SocketIO

/// What an Engine.IO server tells its application.
public enum EngineIOEvent: Hashable, Sendable {
    case opened(session: String)
    case message(session: String, EngineIOMessage)
    case closed(session: String, EngineIOClosing)
}
