/// Something that a run measures and an assertion can name.
public struct Metric: Sendable, Hashable {
    /// As assertions and reports write it.
    public let name: String
    /// What its samples are.
    public let dimension: Dimension
    /// Whether the samples are a distribution to be aggregated; otherwise the metric is one value, the mean of its samples.
    public let takesAggregate: Bool
    /// What is taken where an assertion names no aggregate; `nil` where there is none to take.
    public let defaultAggregate: Aggregate?

    private init(_ name: String, _ dimension: Dimension, _ defaultAggregate: Aggregate?) {
        self.name = name
        self.dimension = dimension
        self.takesAggregate = defaultAggregate != nil
        self.defaultAggregate = defaultAggregate
    }

    static func single(_ name: String, _ dimension: Dimension) -> Metric {
        Metric(name, dimension, nil)
    }

    static func distribution(_ name: String, _ dimension: Dimension, default aggregate: Aggregate) -> Metric {
        Metric(name, dimension, aggregate)
    }
}
