/// When somebody should be told: a metric beyond a bound for a while.
public struct AlertRule: Hashable, Sendable {
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        case above = ">"
        case below = "<"

        func holds(_ value: Double, _ bound: Double) -> Bool {
            switch self {
            case .above: value > bound
            case .below: value < bound
            }
        }
    }

    public enum Severity: String, Hashable, Sendable, CaseIterable {
        case info
        case warning
        case critical
    }

    public var name: String
    /// A name of ``AlertValues``.
    public var metric: String
    public var comparison: Comparison
    public var bound: Double
    /// How long it must hold before the alert fires, and how long it must not before it clears.
    public var duration: Duration
    public var severity: Severity

    public init(
        name: String, metric: String, comparison: Comparison, bound: Double, duration: Duration, severity: Severity = .warning
    ) {
        self.name = name
        self.metric = metric
        self.comparison = comparison
        self.bound = bound
        self.duration = duration
        self.severity = severity
    }
}
