/// How good a call was, in one number for people and alerts: 0 for no call, 100 for one without a flaw.
///
/// Servers and clients compute it alike, from four figures. The mean opinion score (``ConnectionQuality``) of round trip, jitter and loss
/// becomes 0 to 100, and each percent of the time in which the picture stood still takes two percent of that away.
public enum CallHealth {
    /// The best mean opinion score that the rule gives.
    private static let best = ConnectionQuality.meanOpinionScore(roundTrip: 0, jitter: 0, loss: 0)

    /// - Parameters:
    ///   - roundTrip: Seconds.
    ///   - jitter: Seconds.
    ///   - loss: 0 to 1.
    ///   - freezeRatio: Of the call's duration, 0 to 1.
    public static func score(roundTrip: Double, jitter: Double, loss: Double, freezeRatio: Double) -> Double {
        let opinion = ConnectionQuality.meanOpinionScore(roundTrip: roundTrip * 1000, jitter: jitter * 1000, loss: loss)
        let moving = max(0, 1 - 2 * min(max(freezeRatio, 0), 1))
        return (opinion - 1) / (best - 1) * 100 * moving
    }
}
