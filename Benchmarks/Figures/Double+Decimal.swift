extension Double {
    /// With so many digits behind the point, rounded; `nan` where there is nothing to show.
    public func decimal(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (self * scale).rounded()
        guard rounded.isFinite, rounded.magnitude < 1e15 else { return "nan" }
        let whole = Int(rounded.magnitude)
        let sign = rounded < 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % Int(scale))
        return "\(sign)\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
