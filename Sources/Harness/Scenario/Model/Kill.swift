/// Connections that break at once.
public struct Kill: Sendable, Hashable {
    public enum Target: String, Sendable, Hashable, CaseIterable {
        /// The bot's connection to the server.
        case signaling
        /// The bot's UDP sockets.
        case media
        /// Both of them.
        case both
        /// The server itself, with all that it knows; it starts anew when the time is over.
        case server
    }

    public var target: Target
    /// How long nothing can be made again.
    public var duration: Duration

    public init(_ target: Target, for duration: Duration = .zero) {
        self.target = target
        self.duration = duration
    }
}
