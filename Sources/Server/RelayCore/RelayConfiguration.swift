public import RTCCore

/// Whom a ``RelayHost`` serves, and how.
public struct RelayConfiguration: Sendable {
    public var realm = "starling"
    /// Long-term users and their passwords.
    public var users: [String: String] = [:]
    /// Shared with whoever hands out ephemeral credentials; `nil` where there are none.
    public var secret: String?
    /// For the expiry of ephemeral credentials; without it they last for ever.
    public var wallClock: WallClock?
    /// In seconds (RFC 8656 §3.2).
    public var lifetime: UInt32 = 600
    /// How long a nonce lasts; a request with an older one is refused with 438.
    public var nonceLifetime: Duration = .seconds(3600)
    /// Allocations of one user; 486 beyond.
    public var quota = 1000
    /// Permissions of one allocation, and likewise channels; 508 beyond (RFC 8656 §10.2, §12.2).
    public var peers = 1024
    /// Streams of clients that are open at a time; those beyond are not taken.
    public var streams = 10_000
    /// Another server, to which every allocation is sent on with 300.
    public var alternate: SocketAddress?
    /// From then on the server does nothing more, as if its process were killed.
    public var diesAt: Instant?

    public init() {}
}
