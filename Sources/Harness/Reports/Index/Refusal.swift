/// A scenario of which nothing came: it is wrong, or it could not be begun.
public struct Refusal: Codable, Sendable, Hashable {
    public struct Reason: Codable, Sendable, Hashable {
        /// With its place and its remedy, as the console says it.
        public var text: String
        /// Where in the file, from 1; absent where the file as a whole is meant.
        public var line: Int?
        public var column: Int?

        public init(text: String, line: Int? = nil, column: Int? = nil) {
            self.text = text
            self.line = line
            self.column = column
        }
    }

    /// The file's name without its extension.
    public var name: String
    /// As it was given.
    public var path: String
    /// What the process would say of it alone: 2 or 4.
    public var exitCode: Int32
    /// At least one.
    public var reasons: [Reason]

    public init(name: String, path: String, exitCode: Int32, reasons: [Reason]) {
        self.name = name
        self.path = path
        self.exitCode = exitCode
        self.reasons = reasons
    }

    /// The same with every text in it changed.
    public func redacted(_ redact: (String) -> String) -> Refusal {
        JSONTree.redacting(self, redact)
    }
}
