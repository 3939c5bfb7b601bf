internal import Measurement

/// Where values stand in a chart, from the bottom (0) to the top (1), and which of them are written beside it.
struct ChartAxis {
    struct Tick {
        var position: Double
        var label: String
    }

    let isLogarithmic: Bool
    let ticks: [Tick]
    private let low: Double
    private let high: Double

    /// - Parameter values: All that are drawn. The axis begins at zero, or goes by powers of ten where the values of a duration
    ///   are too far apart to be seen together.
    init(_ values: [Double], _ dimension: Dimension) {
        let top = max(0, values.max() ?? 0)
        let positive = values.filter { $0 > 0 }.sorted()
        if dimension == .time, let typical = positive.isEmpty ? nil : positive[positive.count / 2], top > 25 * typical {
            isLogarithmic = true
            var floor = 1.0
            while floor > positive[0], floor > 1e-6 { floor /= 10 }
            var ceiling = floor
            while ceiling < top { ceiling *= 10 }
            low = Self.log(floor)
            high = Self.log(ceiling)
            var ticks: [Tick] = []
            var value = floor
            while value <= ceiling * 1.01 {
                ticks.append(Tick(position: (Self.log(value) - low) / (high - low), label: Self.label(value, dimension)))
                value *= 10
            }
            self.ticks = ticks
        } else {
            isLogarithmic = false
            low = 0
            let least = dimension == .ratio ? 0.01 : dimension == .time ? 0.001 : 1
            let step = Self.step(max(top, least), dimension)
            let count = max(1, Int((max(top, least) / step - 1e-9).rounded(.up)))
            high = step * Double(count)
            ticks = (0...count).map { index in
                Tick(
                    position: Double(index) / Double(count),
                    label: index == 0 ? "0" : Self.label(step * Double(index), dimension))
            }
        }
    }

    /// 0 at the bottom, 1 at the top.
    func position(_ value: Double) -> Double {
        let place = isLogarithmic ? (Self.log(max(value, 1e-9)) - low) / (high - low) : value / high
        return min(1, max(0, place))
    }

    /// A round step of which three to five reach the top.
    private static func step(_ top: Double, _ dimension: Dimension) -> Double {
        var scale = 1e-7
        while true {
            for factor in [1, 2, 2.5, 5] where scale * factor * 4 >= top {
                if dimension == .frequency || dimension == .number, scale * factor < 1 { continue }
                return scale * factor
            }
            scale *= 10
        }
    }

    private static func label(_ value: Double, _ dimension: Dimension) -> String {
        switch dimension {
        case .time:
            if value < 0.000_999 { return "\(Figure.short(value * 1e6)) µs" }
            return value < 0.999 ? "\(Figure.short(value * 1e3)) ms" : "\(Figure.short(value)) s"
        case .bitrate:
            if value < 999 { return "\(Figure.short(value)) bps" }
            return value < 999_000 ? "\(Figure.short(value / 1e3)) kbps" : "\(Figure.short(value / 1e6)) Mbps"
        case .ratio: return "\(Figure.short(value * 100)) %"
        case .frequency: return "\(Figure.short(value))/s"
        case .size, .number: return Figure.short(value)
        }
    }

    /// The decimal logarithm, near enough to draw with.
    private static func log(_ value: Double) -> Double {
        var rest = value
        var exponent = 0.0
        while rest >= 10 {
            rest /= 10
            exponent += 1
        }
        while rest < 1 {
            rest *= 10
            exponent -= 1
        }
        // ln(rest) by the series of artanh, which converges well below ten.
        let ratio = (rest - 1) / (rest + 1)
        var term = ratio
        var sum = 0.0
        var index = 1.0
        while index < 120 {
            sum += term / index
            term *= ratio * ratio
            index += 2
        }
        return exponent + 2 * sum / 2.302_585_092_994_046
    }
}

extension ChartAxis {
    /// Round moments of the run: at most six, so that they fit on a telephone.
    static func timeTicks(until end: Double) -> [Tick] {
        let steps: [Double] = [
            0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
        ]
        let step = steps.first { end / $0 <= 5 } ?? 604_800
        return (0...Int(end / step + 1e-9)).map { index in
            let moment = Double(index) * step
            return Tick(position: moment / end, label: index == 0 ? "0" : Figure.moment(moment).replacing("\u{00A0}", with: " "))
        }
    }
}
