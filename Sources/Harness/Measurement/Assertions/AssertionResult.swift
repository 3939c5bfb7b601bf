/// One assertion after a run.
public struct AssertionResult: Sendable, Hashable {
    /// The assertion as it was written.
    public var text: String
    /// What was measured, in the base unit of the metric; `nil` where there was nothing to measure, or
    /// where what was waited for never came.
    public var value: Double?
    public var status: AssertionStatus
    /// One sentence for a person.
    public var explanation: String

    public init(text: String, value: Double?, status: AssertionStatus, explanation: String) {
        self.text = text
        self.value = value
        self.status = status
        self.explanation = explanation
    }
}
