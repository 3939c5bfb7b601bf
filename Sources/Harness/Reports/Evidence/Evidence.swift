/// One thing to know about an assertion that does not hold.
public struct Evidence: Codable, Sendable, Hashable {
    /// What the sentence answers, in the order in which a person asks.
    public enum Question: String, Codable, Sendable, Hashable, CaseIterable {
        /// Which bots and tracks.
        case who
        /// At which moments, and what was wrong with the network then.
        case when
        /// What the missing frames fell to.
        case cause
        /// Which part of the report shows more, and what to hold against what.
        case look
    }

    public var question: Question
    public var text: String

    public init(_ question: Question, _ text: String) {
        self.question = question
        self.text = text
    }
}
