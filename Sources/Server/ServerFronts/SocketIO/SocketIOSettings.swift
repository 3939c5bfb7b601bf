/// What the Socket.IO front serves.
public struct SocketIOSettings: Hashable, Sendable {
    public struct Namespace: Hashable, Sendable {
        public var name: String
        public var preset: SocketIOPreset

        public init(_ name: String, _ preset: SocketIOPreset) {
            self.name = name
            self.preset = preset
        }
    }

    /// Where it is served.
    public var path = "/socket.io/"
    public var namespaces = [Namespace("/", .livemeet), Namespace("/coordination", .coordination)]
    /// Whether a lost socket may come back as itself, for as long as its participant stays (connection state recovery). Events then end
    /// with an offset, which clients in other languages than JavaScript hand to their handlers as one more argument.
    public var recovers = false
    /// Sessions of one address, those that poll included.
    public var sessionsPerAddress = 20
    /// Bytes of a `status`, and of a message that is relayed.
    public var messageBytes = 16 * 1024

    public init() {}
}
