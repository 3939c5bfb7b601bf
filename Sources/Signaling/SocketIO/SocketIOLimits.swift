/// How much one packet may hold.
public struct SocketIOLimits: Hashable, Sendable {
    /// Byte strings beside one packet, as in socket.io-parser 4.2.6.
    public var attachments = 10
    /// Bytes of all of them.
    public var attachmentBytes = 1_000_000
    /// How many arrays and objects may enclose each other.
    public var depth = 32
    /// Bytes of a namespace's name.
    public var namespace = 128

    public init() {}
}
