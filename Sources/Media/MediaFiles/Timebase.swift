/// The length of one unit of a file's timestamps: `scale / rate` seconds.
public struct Timebase: Hashable, Sendable {
    public var scale: UInt32
    public var rate: UInt32

    /// Both must be above zero.
    public init(scale: UInt32, rate: UInt32) {
        precondition(scale > 0 && rate > 0, "a timebase is a fraction above zero")
        self.scale = scale
        self.rate = rate
    }

    /// Nanoseconds, rounded to the nearest; `nil` above 584 years.
    public func nanoseconds(_ units: UInt64) -> UInt64? {
        Self.scaled(units, by: UInt64(scale) * 1_000_000_000, over: UInt64(rate))
    }

    /// Units, rounded to the nearest; `nil` where they do not fit.
    public func units(_ nanoseconds: UInt64) -> UInt64? {
        Self.scaled(nanoseconds, by: UInt64(rate), over: UInt64(scale) * 1_000_000_000)
    }

    private static func scaled(_ value: UInt64, by factor: UInt64, over divisor: UInt64) -> UInt64? {
        let product = value.multipliedFullWidth(by: factor)
        let (low, carry) = product.low.addingReportingOverflow(divisor / 2)
        let high = product.high + (carry ? 1 : 0)
        guard high < divisor else { return nil }
        return divisor.dividingFullWidth((high, low)).quotient
    }
}
