/// A number with its unit as people write it: `250ms`, `2.5Mbps`, `5%`, `20/s`, `64KiB`, `3`.
public struct Quantity: Sendable, Hashable {
    /// In the base unit of ``dimension``: seconds, bits per second, share of one, per second, bytes.
    public var value: Double
    public var dimension: Dimension

    public init(_ value: Double, _ dimension: Dimension) {
        self.value = value
        self.dimension = dimension
    }

    struct Unit {
        var symbol: String
        var dimension: Dimension
        var factor: Double
        /// What one of it is divided by, so that `30ms` is the double nearest to 0.03.
        var divisor: Double = 1
    }

    /// Every unit there is; the symbols are case-sensitive because `Mbps` and `mbps` would differ by nine orders of magnitude.
    static let units: [Unit] = [
        Unit(symbol: "us", dimension: .time, factor: 1, divisor: 1e6),
        Unit(symbol: "ms", dimension: .time, factor: 1, divisor: 1e3),
        Unit(symbol: "s", dimension: .time, factor: 1),
        Unit(symbol: "m", dimension: .time, factor: 60),
        Unit(symbol: "h", dimension: .time, factor: 3600),
        Unit(symbol: "bps", dimension: .bitrate, factor: 1),
        Unit(symbol: "kbps", dimension: .bitrate, factor: 1e3),
        Unit(symbol: "Mbps", dimension: .bitrate, factor: 1e6),
        Unit(symbol: "Gbps", dimension: .bitrate, factor: 1e9),
        Unit(symbol: "%", dimension: .ratio, factor: 1, divisor: 100),
        Unit(symbol: "/s", dimension: .frequency, factor: 1),
        Unit(symbol: "fps", dimension: .frequency, factor: 1),
        Unit(symbol: "B", dimension: .size, factor: 1),
        Unit(symbol: "KiB", dimension: .size, factor: 1024),
        Unit(symbol: "MiB", dimension: .size, factor: 1_048_576),
        Unit(symbol: "GiB", dimension: .size, factor: 1_073_741_824),
    ]

    /// Reads a number and its unit; one space may stand between them.
    public init(parsing text: String) throws(QuantityError) {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= 40 else { throw QuantityError("a number of \(scalars.count) characters is too long") }
        var end = 0
        if end < scalars.count, scalars[end] == "-" || scalars[end] == "+" { end += 1 }
        let firstDigit = end
        while end < scalars.count, Self.isDigit(scalars[end]) { end += 1 }
        guard end > firstDigit else { throw QuantityError("'\(text)' is not a number with a unit") }
        if end + 1 < scalars.count, scalars[end] == ".", Self.isDigit(scalars[end + 1]) {
            end += 1
            while end < scalars.count, Self.isDigit(scalars[end]) { end += 1 }
        }
        guard let number = Double(Self.string(scalars[..<end])), number.isFinite else {
            throw QuantityError("'\(text)' is not a number with a unit")
        }
        if end + 1 < scalars.count, scalars[end] == " " { end += 1 }
        let symbol = Self.string(scalars[end...])
        guard !symbol.isEmpty else {
            self.init(number, .number)
            return
        }
        guard let unit = Self.units.first(where: { $0.symbol == symbol }) else {
            throw QuantityError(
                "'\(symbol)' is not a unit" + Spelling.advice(for: symbol, in: Self.units.map(\.symbol), noun: "there are"))
        }
        self.init(number * unit.factor / unit.divisor, unit.dimension)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

extension Quantity: CustomStringConvertible {
    /// In the unit that reads best, to four significant digits.
    public var description: String {
        let size = value.magnitude
        switch dimension {
        case .time:
            if size == 0 { return "0 s" }
            if size < 1e-3 { return "\(Self.decimal(value * 1e6)) us" }
            return size < 1 ? "\(Self.decimal(value * 1e3)) ms" : "\(Self.decimal(value)) s"
        case .bitrate:
            if size < 1e3 { return "\(Self.decimal(value)) bps" }
            return size < 1e6 ? "\(Self.decimal(value / 1e3)) kbps" : "\(Self.decimal(value / 1e6)) Mbps"
        case .ratio: return "\(Self.decimal(value * 100))%"
        case .frequency: return "\(Self.decimal(value))/s"
        case .size:
            if size < 1024 { return "\(Self.decimal(value)) B" }
            return size < 1_048_576 ? "\(Self.decimal(value / 1024)) KiB" : "\(Self.decimal(value / 1_048_576)) MiB"
        case .number: return Self.decimal(value)
        }
    }

    /// A decimal number to four significant digits, without trailing zeros or an exponent where it is of a human size.
    static func decimal(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        var scale = 1.0
        var places = 0
        while value.magnitude * scale < 1000, places < 6 {
            scale *= 10
            places += 1
        }
        let scaled = Int64((value.magnitude * scale).rounded())
        let unit = Int64(scale)
        var fraction = String(scaled % unit)
        while fraction.utf8.count < places { fraction = "0" + fraction }
        if places == 0 { fraction = "" }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return sign + String(scaled / unit) + (fraction.isEmpty ? "" : "." + fraction)
    }
}

extension Quantity {
    /// The units of a dimension, smallest first.
    public static func symbols(of dimension: Dimension) -> [String] {
        units.filter { $0.dimension == dimension }.map(\.symbol)
    }
}
