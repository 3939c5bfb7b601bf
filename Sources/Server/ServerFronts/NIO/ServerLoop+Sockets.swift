import NIOCore
import SignalingProtocol
import SocketIO
import SocketIOSessions

/// What WebSockets tell.
extension ServerLoop {
    func opened(_ socket: WebSocketConnection, on channel: any Channel) {
        sockets[socket.id] = socket
        var origin = origin(of: channel)
        origin.bearer = socket.bearer
        switch socket.route {
        case .native:
            front.opened(
                socket.id, from: origin.address, iceServers: origin.iceServers, bearer: socket.bearer, now: now)
        case .engineIO(let query): engineIO.opened(socket.id, query: query, from: origin, now: now)
        case .peerJS(let query): peerJS.opened(socket.id, query: query, from: origin, now: now)
        }
        pump()
    }

    /// The caller pumps when it has read everything.
    func received(_ text: String, on socket: WebSocketConnection) {
        timed { now in
            switch socket.route {
            case .native: front.received(text, on: socket.id, now: now)
            case .engineIO: engineIO.received(.text(text), on: socket.id, now: now)
            case .peerJS: peerJS.received(text, on: socket.id, now: now)
            }
        }
    }

    func received(_ bytes: [UInt8], on socket: WebSocketConnection) {
        timed { engineIO.received(.binary(bytes), on: socket.id, now: $0) }
    }

    /// - Parameters:
    ///   - code: With which the client has closed, where it has.
    ///   - isClean: Whether it was the client that closed.
    func closed(_ socket: WebSocketConnection, code: UInt16?, isClean: Bool) {
        guard sockets.removeValue(forKey: socket.id) != nil else { return }
        switch socket.route {
        case .native: front.closed(socket.id, code: code, now: now)
        case .engineIO: engineIO.closed(socket.id, now: now)
        case .peerJS: peerJS.closed(socket.id, isClean: isClean, now: now)
        }
        pump()
    }

    func overflowed(_ socket: WebSocketConnection) {
        switch socket.route {
        case .native: front.overflowed(socket.id, now: now)
        case .engineIO: engineIO.overflowed(socket.id, now: now)
        case .peerJS: peerJS.overflowed(socket.id, now: now)
        }
        pump()
    }

    func refuse(_ socket: WebSocketConnection, _ code: CloseCode, _ reason: String) {
        switch socket.route {
        case .native: front.refuse(socket.id, with: code, reason: reason, now: now)
        case .engineIO:
            engineIO.closed(socket.id, now: now)
            socket.close(code.rawValue, reason)
        case .peerJS: peerJS.refuse(socket.id, with: code, reason: reason, now: now)
        }
        pump()
    }
}
