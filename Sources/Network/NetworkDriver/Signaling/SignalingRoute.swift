/// What carries a machine's signaling.
enum SignalingRoute {
    case webSocket(WebSocketConnection)
    case program(ProgramConnection)
}
