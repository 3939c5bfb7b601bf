/// Random delay added to each datagram, with a mean of about zero; together with the delay it never makes a datagram early.
public struct Jitter: Hashable, Sendable {
    public enum Distribution: String, Hashable, Sendable, CaseIterable {
        /// Uniform in ± ``Jitter/amount``.
        case uniform
        /// Normal with standard deviation ``Jitter/amount``, cut off at three of them (RFC 8868 §4.5).
        case normal
        /// Pareto with shape 3, as in the kernel's netem: most datagrams a little early, a few very late. ``Jitter/amount`` is the
        /// standard deviation, the mean is taken away, and what lies above four deviations is drawn again.
        case pareto
        /// A quarter of ``normal`` and three quarters of ``pareto``, each drawn on its own, as in the kernel's netem.
        case paretonormal
    }

    public var distribution: Distribution
    public var amount: Duration
    /// How much of a datagram's jitter the next one keeps, in 0..<1: an autoregressive process of first order whose deviation is that of
    /// a single draw. With it the values tend to the normal distribution and may pass the bounds of one draw.
    public var correlation: Double
    /// Whether a datagram may overtake an earlier one; otherwise the order holds.
    public var reorders: Bool

    public init(_ distribution: Distribution, amount: Duration, correlation: Double = 0, reorders: Bool = false) {
        precondition(correlation >= 0 && correlation < 1, "a correlation lies from 0 to below 1")
        self.distribution = distribution
        self.amount = amount
        self.correlation = correlation
        self.reorders = reorders
    }

    public static let none = Jitter(.uniform, amount: .zero)
}
