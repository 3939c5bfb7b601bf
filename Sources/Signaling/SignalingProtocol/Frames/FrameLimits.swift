/// How large a frame may be. The defaults are the protocol's.
public struct FrameLimits: Hashable, Sendable {
    /// Bytes of UTF-8 in any message.
    public var message = 64 * 1024
    /// Bytes of UTF-8 in a message that carries an SDP.
    public var sessionDescription = 256 * 1024
    /// How many arrays and objects may enclose each other.
    public var depth = 32

    public init() {}
}
