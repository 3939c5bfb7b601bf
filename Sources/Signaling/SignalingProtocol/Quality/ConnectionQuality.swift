/// How good a participant's connection is, for people to see: the same rule for servers and clients.
public enum ConnectionQuality: String, Hashable, Sendable, CaseIterable {
    case excellent
    case good
    case poor
    case bad

    /// From 1 to 4.5, by the E-model of ITU-T G.107 as it is commonly reduced to round trip, jitter and loss: speech that is delayed
    /// by more than 160 ms one way, jitter counted double, loses faster, and each percent of loss costs 2.5 points of R.
    ///
    /// - Parameters:
    ///   - roundTrip: Milliseconds.
    ///   - jitter: Milliseconds.
    ///   - loss: 0 to 1.
    public static func meanOpinionScore(roundTrip: Double, jitter: Double, loss: Double) -> Double {
        let delay = roundTrip / 2 + 2 * jitter + 10
        let delayed = delay < 160 ? delay / 40 : (delay - 120) / 10
        let factor = min(max(93.2 - delayed - 250 * loss, 0), 100)
        return min(max(1 + 0.035 * factor + factor * (factor - 60) * (100 - factor) * 7e-6, 1), 4.5)
    }

    /// The classes of ITU-T G.107, annex B: users are satisfied from 4.03 up, some dissatisfied from 3.6, nearly all
    /// below 2.58.
    public init(meanOpinionScore score: Double) {
        switch score {
        case 4.03...: self = .excellent
        case 3.6...: self = .good
        case 2.58...: self = .poor
        default: self = .bad
        }
    }
}
