/// What is wrong with something that Engine.IO or Socket.IO was given to read.
public struct SocketIOError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
