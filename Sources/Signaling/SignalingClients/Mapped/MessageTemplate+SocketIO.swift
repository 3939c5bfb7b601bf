import SignalingProtocol
import SocketIO

extension MessageTemplate {
    /// Why no server of Socket.IO takes the message for an event; `nil` where it does.
    public var problemAsEvent: String? { problem(as: .event) }

    /// Why no server of Socket.IO takes the message for what goes with a connection; `nil` where it does.
    public var problemAsAuth: String? { problem(as: .connect) }

    /// - Returns: As it is where every hole is filled with a word.
    private func problem(as kind: SocketIOPacket.Kind) -> String? {
        SocketIOPacket(kind, data: filled { $0 == .description || $0 == .candidate ? .object([:]) : "word" }).problem
    }
}
