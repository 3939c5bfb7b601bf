extension Assertion {
    /// Compares what was measured with what was claimed.
    ///
    /// A metric that the run did not measure, a window without a sample, and a sample that is not a number are errors: nothing
    /// measured is never a pass. A sample without end, such as a recovery that never came, fails whatever was claimed: no
    /// aggregate may hide it.
    public func evaluate(_ source: some MetricSource) -> AssertionResult {
        guard let samples = source.samples(of: metric, tags: tags, window: window) else {
            return error("this run does not measure \(metric.name)")
        }
        guard !samples.isEmpty else { return error("there is no sample of \(subject)") }
        guard samples.allSatisfy({ $0.isFinite || $0 == .infinity }) else {
            return error("a sample of \(subject) is not a number")
        }
        let endless = samples.count { $0 == .infinity }
        guard endless == 0 else {
            return AssertionResult(
                text: text, value: nil, status: .fail,
                explanation:
                    "\(endless) of \(samples.count) \(samples.count == 1 ? "sample" : "samples") of \(subject) never came")
        }
        let measured = (aggregate ?? .mean).value(of: samples)
        let passes = op.holds(measured, value)
        let shown = Quantity(measured, dimension)
        let bound = Quantity(value, dimension)
        let name = aggregate.map { "\(metric.name) \($0.rawValue)" } ?? metric.name
        let count = metric.takesAggregate ? " (\(samples.count) \(samples.count == 1 ? "sample" : "samples"))" : ""
        let explanation =
            passes ? "\(name) is \(shown)\(count)" : "\(name) is \(shown)\(count) and should be \(op.rawValue) \(bound)"
        return AssertionResult(text: text, value: measured, status: passes ? .pass : .fail, explanation: explanation)
    }

    private var subject: String {
        let tagged = tags.isEmpty ? "" : "{" + tags.map { "\($0.0)=\($0.1)" }.joined(separator: ",") + "}"
        return metric.name + tagged + (window.map { " \($0)" } ?? "")
    }

    private func error(_ explanation: String) -> AssertionResult {
        AssertionResult(text: text, value: nil, status: .error, explanation: explanation)
    }
}
