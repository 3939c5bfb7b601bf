/// One metric with its samples, as `/metrics` shows it.
///
/// Labels have few values by design: neither rooms nor people are labels.
public struct MetricFamily: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case counter([Sample])
        case gauge([Sample])
        case histogram(MetricHistogram)
        /// One for each value of a label.
        case histograms(by: String, [Distribution])
    }

    public struct Distribution: Hashable, Sendable {
        /// Of the label.
        public let value: String
        public let histogram: MetricHistogram

        public init(_ value: String, _ histogram: MetricHistogram) {
            self.value = value
            self.histogram = histogram
        }
    }

    public struct Sample: Hashable, Sendable {
        public let labels: [Label]
        public let value: Double

        public init(_ value: Double, _ labels: [Label] = []) {
            self.labels = labels
            self.value = value
        }
    }

    public struct Label: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Without the prefix, in base units; a counter ends in `_total`.
    public let name: String
    /// One sentence.
    public let help: String
    public let value: Value

    public init(_ name: String, _ help: String, _ value: Value) {
        self.name = name
        self.help = help
        self.value = value
    }

    public static func counter(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        MetricFamily(name, help, .counter([Sample(Double(value))]))
    }

    public static func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        MetricFamily(name, help, .gauge([Sample(Double(value))]))
    }
}
