/// Writes metrics in Prometheus's text format, version 0.0.4.
public enum MetricsText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// - Parameter prefix: Before each name that is not one of the `process_` family, which all programs share.
    public static func write(_ families: [MetricFamily], prefix: String = "starling_") -> String {
        var text = ""
        for family in families {
            let name = family.name.hasPrefix("process_") ? family.name : prefix + family.name
            text += "# HELP \(name) \(escaped(family.help, quotes: false))\n"
            switch family.value {
            case .counter(let samples):
                text += "# TYPE \(name) counter\n"
                for sample in samples { text += line(name, sample.labels, sample.value) }
            case .gauge(let samples):
                text += "# TYPE \(name) gauge\n"
                for sample in samples { text += line(name, sample.labels, sample.value) }
            case .histogram(let histogram):
                text += "# TYPE \(name) histogram\n" + lines(name, [], histogram)
            case .histograms(let label, let distributions):
                text += "# TYPE \(name) histogram\n"
                for distribution in distributions {
                    text += lines(name, [MetricFamily.Label(label, distribution.value)], distribution.histogram)
                }
            }
        }
        return text
    }

    private static func lines(_ name: String, _ labels: [MetricFamily.Label], _ histogram: MetricHistogram) -> String {
        var text = ""
        var below = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
            below += count
            text += line("\(name)_bucket", labels + [MetricFamily.Label("le", number(bound))], Double(below))
        }
        text += line("\(name)_sum", labels, histogram.sum)
        return text + line("\(name)_count", labels, Double(histogram.count))
    }

    private static func line(_ name: String, _ labels: [MetricFamily.Label], _ value: Double) -> String {
        let list = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
        return name + (list.isEmpty ? "" : "{\(list)}") + " \(number(value))\n"
    }

    /// Whole numbers without a fraction, the others as precise as they are.
    private static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value.isNaN { return "NaN" }
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for letter in text.unicodeScalars {
            switch letter {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(letter)
            }
        }
        return escaped
    }
}
