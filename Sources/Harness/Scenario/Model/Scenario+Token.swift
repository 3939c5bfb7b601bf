extension Scenario {
    /// How the tokens of a group's bots differ from what is right and lasts.
    public struct Token: Sendable, Hashable {
        /// What is wrong with them, so that the server must refuse them.
        public enum Flaw: String, Sendable, Hashable, CaseIterable {
            /// Signed by somebody else.
            case forged
            /// Made long ago, and good for ten minutes.
            case expired
        }

        /// How long a session is good without a refresh; `nil` where the server says.
        public var session: Duration?
        /// Until the bot's `rejoin`.
        public var flaw: Flaw?

        public init(session: Duration? = nil, flaw: Flaw? = nil) {
            self.session = session
            self.flaw = flaw
        }
    }
}
