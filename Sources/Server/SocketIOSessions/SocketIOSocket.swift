/// One client in one namespace: what Socket.IO calls a socket.
public struct SocketIOSocket: Hashable, Sendable, Comparable {
    let number: UInt64

    public static func < (first: SocketIOSocket, second: SocketIOSocket) -> Bool { first.number < second.number }
}
