public import Operations

/// Which alerts there are, and who is told.
public struct AlertSettings: Hashable, Sendable {
    /// Where each change is posted as JSON; without TLS.
    public struct Target: Hashable, Sendable {
        public var host: String
        public var port: Int
        /// Path and query.
        public var path: String

        public init(host: String, port: Int, path: String) {
            self.host = host
            self.port = port
            self.path = path
        }
    }

    public var rules: [AlertRule] = []
    public var webhook: Target?
    /// How often the rules are looked at.
    public var interval: Duration = .seconds(1)

    public init() {}
}
