internal import RTCCore

/// How datagrams are lost.
///
/// In each two-state model the state changes first and then decides, as in libwebrtc and str0m; the kernel's netem decides by the
/// state before the change, which shifts a burst by one datagram and leaves the mean as it is.
public enum LossModel: Hashable, Sendable {
    case none
    /// Each datagram is lost with this probability, in 0...1.
    case bernoulli(Double)
    /// Gilbert–Elliott: `toBad` and `toGood` are the transition probabilities per datagram, `lossInGood` and `lossInBad` what is
    /// lost in each state.
    case gilbertElliott(toBad: Double, toGood: Double, lossInGood: Double, lossInBad: Double)
    /// Gilbert–Elliott in time: `good` and `bad` are the mean stays in each state, exponentially distributed, whatever is sent. A
    /// faster sender loses more datagrams in a row, not fewer milliseconds.
    case timedGilbertElliott(good: Duration, bad: Duration, lossInGood: Double, lossInBad: Double)

    /// A simple Gilbert model with a given mean loss and mean burst length in datagrams.
    ///
    /// - Parameters:
    ///   - loss: Stationary loss, in 0..<1.
    ///   - burst: Mean burst length, above `loss / (1 - loss)` and at least 1.
    public static func bursts(loss: Double, burst: Double) -> LossModel {
        precondition(loss >= 0 && loss < 1 && burst >= 1 && burst > loss / (1 - loss), "no such Gilbert model")
        return .gilbertElliott(toBad: loss / (1 - loss) / burst, toGood: 1 / burst, lossInGood: 0, lossInBad: 1)
    }

    /// The loss that a long run tends to, in 0...1.
    public var stationaryLoss: Double {
        switch self {
        case .none: return 0
        case .bernoulli(let probability): return probability
        case .gilbertElliott(let toBad, let toGood, let lossInGood, let lossInBad):
            guard toBad + toGood > 0 else { return lossInGood }
            let bad = toBad / (toBad + toGood)
            return bad * lossInBad + (1 - bad) * lossInGood
        case .timedGilbertElliott(let good, let bad, let lossInGood, let lossInBad):
            let share = bad.inSeconds / (good.inSeconds + bad.inSeconds)
            return share * lossInBad + (1 - share) * lossInGood
        }
    }

    /// How many datagrams are lost in a row on the average, where the model says so; not for losses that depend on what is sent when.
    public var meanBurst: Double? {
        switch self {
        case .none, .timedGilbertElliott: return nil
        case .bernoulli(let probability): return probability > 0 && probability < 1 ? 1 / (1 - probability) : nil
        case .gilbertElliott(let toBad, let toGood, let lossInGood, let lossInBad):
            let loss = stationaryLoss
            guard toBad + toGood > 0, loss > 0, loss < 1 else { return nil }
            // A burst begins where a datagram is lost and the one before it was not; the mean is the loss over the rate of beginnings.
            let bad = toBad / (toBad + toGood)
            let lostInRow =
                bad * lossInBad * ((1 - toGood) * lossInBad + toGood * lossInGood)
                + (1 - bad) * lossInGood * ((1 - toBad) * lossInGood + toBad * lossInBad)
            let beginnings = loss - lostInRow
            return beginnings > 0 ? loss / beginnings : nil
        }
    }
}
