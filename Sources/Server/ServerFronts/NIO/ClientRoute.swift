import SocketIOSessions

/// Which front a WebSocket belongs to, by the path that it was opened on.
enum ClientRoute {
    case native
    case engineIO(URLQuery)
    case peerJS(URLQuery)
}
