/// What a run measured.
public protocol MetricSource {
    /// The samples of one metric, in the base unit of its ``Metric/dimension``.
    ///
    /// - Parameters:
    ///   - tags: Only samples that carry all of these.
    ///   - window: Only samples from this part of the run; `nil` for all of it.
    /// - Returns: `nil` when this run does not measure the metric at all; empty when it does but there was no sample.
    func samples(of metric: Metric, tags: [(String, String)], window: AssertionWindow?) -> [Double]?
}
