/// A one-time token that has let somebody in, and lets in nobody else.
public struct SpentToken: Hashable, Sendable {
    /// Its `jti`.
    public var id: String
    /// From when on it is over and need not be remembered, in seconds since 1970.
    public var until: Int64

    public init(id: String, until: Int64) {
        self.id = id
        self.until = until
    }
}
