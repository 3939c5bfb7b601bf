import SignalingProtocol

/// The application that the public conformance suite of Socket.IO, protocol 5, wants to find: `auth`, `message` and `message-with-ack` on
/// the namespaces `/` and `/custom`.
public enum ConformanceApplication {
    /// What the suite expects of the server's timers.
    public static var configuration: SocketIOConfiguration {
        var configuration = SocketIOConfiguration(namespaces: ["/", "/custom"])
        configuration.engine.pingInterval = .milliseconds(300)
        configuration.engine.pingTimeout = .milliseconds(200)
        configuration.connect = .seconds(1)
        return configuration
    }

    /// Answers what has happened.
    public static func handle(_ server: inout SocketIOServer, _ event: SocketIOEvent) {
        switch event {
        case .connecting(let socket, _, _, let auth, _):
            server.accept(socket)
            server.emit("auth", [.object(auth)], to: socket)
        case .event(let socket, "message", let arguments, let attachments, _):
            server.emit("message-back", arguments, attachments: attachments, to: socket)
        case .event(let socket, "message-with-ack", let arguments, let attachments, let id?):
            server.acknowledge(socket, id, arguments, attachments: attachments)
        case .opened, .closed, .event, .acknowledged, .lost, .disconnected: break
        }
    }
}
