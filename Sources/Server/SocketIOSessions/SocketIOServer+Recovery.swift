import RTCCore
import RoomCore
import SignalingProtocol
import SocketIO

extension SocketIOServer {
    /// The socket that a client wants to go on with, where it shows its secret and nothing is missing.
    ///
    /// A client that has not heard any event yet has no offset to show, and is told all of them. One whose old connection is not known
    /// to be gone yet gets its socket all the same, and the old connection closes: its own ghost must not keep it out.
    mutating func returning(_ packet: SocketIOPacket, auth: JSONObject, now: Instant) -> SocketIOSocket? {
        guard configuration.recovery != nil, let secret = auth["pid"]?.stringValue, let socket = socketOfSecret[secret],
            let state = sockets[socket], state.namespace == packet.namespace
        else { return nil }
        var heard: Int64 = 0
        if let offset = auth["offset"], offset != .null {
            guard let text = offset.stringValue, let number = Int64(text) else { return nil }
            heard = number
        }
        guard state.log.messages(after: heard) != nil else { return nil }
        if let older = state.session {
            connections[older]?.sockets.removeAll { $0.socket == socket }
            engine.refuse(older, as: .lost)
        }
        sockets[socket]?.heard = heard
        sockets[socket]?.losses += 1
        return socket
    }

    /// A socket's connection is gone.
    mutating func lose(_ socket: SocketIOSocket, _ reason: EngineIOClosing, now: Instant) {
        guard let state = sockets[socket] else { return }
        guard let recovery = configuration.recovery, state.isAccepted,
            reason == .lost || reason == .pingTimeout || reason == .overflow
        else {
            end(socket, SocketIODisconnect(reason))
            return
        }
        sockets[socket]?.session = nil
        sockets[socket]?.losses += 1
        // Answers to what the old connection was asked will not come.
        sockets[socket]?.pending = []
        timers.push(.recovery(socket, loss: state.losses + 1), at: now + recovery)
        events.append(.lost(socket))
    }
}

extension SocketIODisconnect {
    init(_ reason: EngineIOClosing) {
        switch reason {
        case .client, .lost: self = .closed
        case .server: self = .server
        case .pingTimeout: self = .pingTimeout
        case .violation: self = .violation
        case .overflow: self = .slow
        }
    }
}
