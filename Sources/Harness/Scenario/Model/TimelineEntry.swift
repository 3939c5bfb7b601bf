/// Something that happens at a set time.
public struct TimelineEntry: Sendable, Hashable {
    /// From the start of the run.
    public var at: Duration
    /// The name by which assertions refer to it.
    public var event: String?
    public var who: Selector
    /// In the order in which they are done; at least one.
    public var verbs: [Verb]
}
