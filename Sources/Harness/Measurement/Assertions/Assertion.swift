/// A claim about a run: `METRIC[{tag=value}] [AGGREGATE] OPERATOR VALUE [WINDOW]`.
///
///     first_frame p95 < 2s
///     video.in.freeze.ratio{group=viewers} p95 < 5% outside drop
///
/// It can only be made from a text in which the metric, the aggregate, the unit and the event all exist.
public struct Assertion: Sendable {
    /// As it was written, without the space around it.
    public let text: String
    public let metric: Metric
    public let tags: [(String, String)]
    /// The written aggregate or the metric's default; `nil` for a metric that is one value.
    public let aggregate: Aggregate?
    public let op: Comparison
    /// In the base unit of ``dimension``: seconds, bits per second, a share of one, per second, a plain number.
    public let value: Double
    /// `nil` for the whole run.
    public let window: AssertionWindow?

    /// What ``value`` is.
    public var dimension: Dimension {
        aggregate?.dimension(of: metric.dimension) ?? metric.dimension
    }

    /// - Parameter events: The names of the scenario's events.
    public init(parsing text: String, events: [String]) throws(AssertionError) {
        var parser = AssertionParser(text)
        self.metric = try parser.metric()
        self.tags = try parser.tags()
        self.aggregate = try parser.aggregate(of: metric)
        self.op = try parser.comparison(after: metric)
        self.value = try parser.value(of: metric, aggregate: aggregate)
        self.window = try parser.window(events: events)
        self.text = parser.text
    }
}
