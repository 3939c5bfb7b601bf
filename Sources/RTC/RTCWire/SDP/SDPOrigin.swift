/// Who made a description, and its version (RFC 8866 §5.2).
public struct SDPOrigin: Hashable, Sendable {
    public var username: String
    /// Below 2^63 in what this endpoint makes (RFC 9429 §5.2.1).
    public var sessionID: UInt64
    /// Goes up by one with each changed description.
    public var version: UInt64
    public var address: SDPAddress

    public init(
        username: String = "-", sessionID: UInt64, version: UInt64,
        address: SDPAddress = SDPAddress(family: "IP4", host: "127.0.0.1")
    ) {
        self.username = username
        self.sessionID = sessionID
        self.version = version
        self.address = address
    }
}
