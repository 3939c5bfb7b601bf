extension Scenario.Target {
    /// What a Janus server and its VideoRoom ask of those who want something; each part `nil` where they ask for nothing.
    public struct Janus: Sendable, Hashable {
        /// The server's API secret (`api_secret` in its configuration).
        public var secret: String?
        /// A token of its token authentication.
        public var token: String?
        /// What the plugin wants of those who make rooms (`admin_key`).
        public var adminKey: String?
        /// The secret of rooms that the run makes.
        public var roomSecret: String?
        /// What rooms want of those who join.
        public var pin: String?

        public init(
            secret: String? = nil, token: String? = nil, adminKey: String? = nil, roomSecret: String? = nil, pin: String? = nil
        ) {
            self.secret = secret
            self.token = token
            self.adminKey = adminKey
            self.roomSecret = roomSecret
            self.pin = pin
        }
    }
}
