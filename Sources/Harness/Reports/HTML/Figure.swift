internal import Measurement

/// Numbers as a report shows them: three significant digits and a unit, so that columns can be compared at a glance.
enum Figure {
    /// For what was not measured.
    static let none = "–"
    private static let space = "\u{00A0}"

    static func text(_ value: Double?, _ dimension: Dimension) -> String {
        guard let value, value.isFinite else { return none }
        let size = value.magnitude
        switch dimension {
        case .time:
            if size == 0 { return "0\(space)s" }
            if size < 0.000_999_5 { return digits(value * 1e6) + space + "µs" }
            if size < 0.999_5 { return digits(value * 1e3) + space + "ms" }
            return digits(value) + space + "s"
        case .bitrate:
            if size < 999.5 { return digits(value) + space + "bps" }
            return size < 999_500 ? digits(value / 1e3) + space + "kbps" : digits(value / 1e6) + space + "Mbps"
        case .ratio:
            // Only what is exactly all or nothing may look like it.
            if value < 1, value > 0.999 { return decimals(min(value * 100, 99.999), 3) + space + "%" }
            return (size > 0 && size < 0.000_05 ? "<\(space)0.01" : digits(value * 100)) + space + "%"
        case .frequency: return digits(value) + "/s"
        case .size:
            if size < 1024 { return digits(value) + space + "B" }
            if size < 1_048_576 { return digits(value / 1024) + space + "KiB" }
            return size < 1_073_741_824
                ? digits(value / 1_048_576) + space + "MiB" : digits(value / 1_073_741_824) + space + "GiB"
        case .number: return size < 1000 ? digits(value) : count(Int(value.rounded()))
        }
    }

    /// What somebody asked for, with no more digits than it was given.
    static func bound(_ value: Double, _ dimension: Dimension) -> String {
        Quantity(value, dimension).description.replacing(" us", with: " µs").replacing("%", with: " %")
            .replacing(" ", with: space)
    }

    /// A whole number with its thousands apart.
    static func count(_ value: Int) -> String {
        var text = String(value.magnitude)
        var grouped = ""
        while text.count > 3 {
            grouped = "," + text.suffix(3) + grouped
            text.removeLast(3)
        }
        return (value < 0 ? "-" : "") + text + grouped
    }

    static func count(_ value: UInt64) -> String {
        count(Int(clamping: value))
    }

    static func count(_ value: Int, _ noun: String) -> String {
        "\(count(value))\(space)\(noun)\(value == 1 ? "" : "s")"
    }

    /// A share of a whole; nothing of nothing is not a share.
    static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 ? none : text(Double(part) / Double(whole), .ratio)
    }

    /// Three significant digits, at most two decimals below ten.
    static func digits(_ value: Double) -> String {
        let size = value.magnitude
        if size == 0 { return "0" }
        return decimals(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
    }

    static func decimals(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        var unit: Int64 = 1
        for _ in 0..<places { unit *= 10 }
        let scaled = Int64((value.magnitude * Double(unit)).rounded())
        var fraction = String(scaled % unit)
        while fraction.utf8.count < places { fraction = "0" + fraction }
        return (value < 0 && scaled > 0 ? "-" : "") + String(scaled / unit) + (places == 0 ? "" : "." + fraction)
    }

    /// A moment of the run: `12.3 s`, or `1:02:03` in long ones.
    static func moment(_ seconds: Double) -> String {
        guard seconds >= 120 else { return short(seconds) + space + "s" }
        let whole = Int(seconds)
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    /// A moment of the run that needs no more than to be found.
    static func tenths(_ seconds: Double) -> String {
        moment((seconds * 10).rounded() / 10)
    }

    /// Up to three decimals, none for its own sake.
    static func short(_ value: Double) -> String {
        var text = decimals(value, 3)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
