internal import RTCCore

/// The random side of a pipe: one stream per model, so that switching one model does not change what the others decide.
///
/// Each datagram draws from every active model, whatever becomes of it; its copy draws from the stream of duplication.
struct ImpairmentDice {
    /// What chance has in store for one datagram and, where there is one, for its copy.
    struct Fate {
        var isLost = false
        var isDuplicated = false
        var isCopyLost = false
        /// The bit to flip, or -1.
        var flippedBit: Int32 = -1
        /// Whether it gets a congestion mark, if its sender understands one.
        var isMarked = false
        var place = Place.inOrder
        /// In nanoseconds, of either sign.
        var jitter: Int64 = 0
        var copyJitter: Int64 = 0
    }

    /// Where a datagram goes in the order.
    enum Place: UInt8 {
        case inOrder
        /// Skips delay and jitter.
        case early
        /// The others do not wait for it.
        case late
    }

    private var loss: SplitMix64
    private var dwell: SplitMix64
    private var jitter: SplitMix64
    private var reordering: SplitMix64
    private var duplicate: SplitMix64
    private var corrupt: SplitMix64
    private var mark: SplitMix64
    private var isInBadState = false
    /// When the state of a model in time changes next.
    private var stateEnd: Instant?
    private var lastJitter = 0.0
    private var sinceEarly = 0

    init(direction: PipeDirection, seed: UInt64) {
        let own = { (model: String) in
            SplitMix64(seed: SplitMix64.derive(seed, "impairment.\(direction.rawValue).\(model)"))
        }
        loss = own("loss")
        dwell = own("dwell")
        jitter = own("jitter")
        reordering = own("reordering")
        duplicate = own("duplicate")
        corrupt = own("corrupt")
        mark = own("mark")
    }

    /// Another loss model begins in its good state.
    mutating func forgetBursts() {
        isInBadState = false
        stateEnd = nil
    }

    /// Another jitter begins anew.
    mutating func forgetJitter() {
        lastJitter = 0
    }

    /// - Parameter model: What loses datagrams before the queue.
    mutating func roll(
        size: Int, _ impairment: borrowing Impairment, losing model: LossModel, jitterAmount: Int64, at now: Instant
    ) -> Fate {
        var fate = Fate()
        let lossNow = lossProbability(model, at: now)
        fate.isLost = isLost(lossNow)
        if jitterAmount > 0 {
            let value = draw(impairment.jitter, from: &jitter)
            lastJitter = value
            fate.jitter = Int64(value * Double(jitterAmount))
        }
        reorder(impairment.reordering, &fate)
        if impairment.corrupt > 0 {
            let flips = corrupt.unitInterval() < impairment.corrupt
            let bit = corrupt.next() % UInt64(max(1, size) * 8)
            if flips, size > 0 { fate.flippedBit = Int32(truncatingIfNeeded: bit) }
        }
        if impairment.mark > 0 { fate.isMarked = mark.unitInterval() < impairment.mark }
        if impairment.duplicate > 0, duplicate.unitInterval() < impairment.duplicate {
            fate.isDuplicated = true
            fate.isCopyLost = duplicate.unitInterval() < (lossNow ?? 0)
            if jitterAmount > 0 {
                fate.copyJitter = Int64(draw(impairment.jitter, from: &duplicate) * Double(jitterAmount))
            }
        }
        return fate
    }

    /// Decides about a datagram that leaves the queue.
    mutating func isLost(_ model: LossModel, isDuplicate: Bool, at now: Instant) -> Bool {
        if isDuplicate { return duplicate.unitInterval() < currentLoss(model) }
        return isLost(lossProbability(model, at: now))
    }

    private mutating func isLost(_ probability: Double?) -> Bool {
        guard let probability else { return false }
        return loss.unitInterval() < probability
    }

    /// The probability of loss that holds for this datagram, its state's change included; `nil` for none at all.
    private mutating func lossProbability(_ model: LossModel, at now: Instant) -> Double? {
        switch model {
        case .none:
            return nil
        case .bernoulli(let probability):
            return probability
        case .gilbertElliott(let toBad, let toGood, let lossInGood, let lossInBad):
            if loss.unitInterval() < (isInBadState ? toGood : toBad) { isInBadState.toggle() }
            return isInBadState ? lossInBad : lossInGood
        case .timedGilbertElliott(let good, let bad, let lossInGood, let lossInBad):
            stay(good: good, bad: bad, until: now)
            return isInBadState ? lossInBad : lossInGood
        }
    }

    private func currentLoss(_ model: LossModel) -> Double {
        switch model {
        case .none: 0
        case .bernoulli(let probability): probability
        case .gilbertElliott(_, _, let inGood, let inBad), .timedGilbertElliott(_, _, let inGood, let inBad):
            isInBadState ? inBad : inGood
        }
    }

    /// Lets the model in time live until now; it began with the first datagram.
    private mutating func stay(good: Duration, bad: Duration, until now: Instant) {
        var end = stateEnd ?? after(good, now)
        while end <= now {
            isInBadState.toggle()
            end = after(isInBadState ? bad : good, end)
        }
        stateEnd = end
    }

    private mutating func after(_ mean: Duration, _ start: Instant) -> Instant {
        let aNanosecond: Int64 = 1
        return start.advanced(byNanoseconds: max(aNanosecond, Int64(dwell.exponential() * Double(mean.inNanoseconds))))
    }

    private mutating func reorder(_ model: Reordering, _ fate: inout Fate) {
        switch model {
        case .none:
            break
        case .everyNth(let count):
            sinceEarly += 1
            guard sinceEarly >= count else { return }
            sinceEarly = 0
            fate.place = .early
        case .late(let probability, let extra):
            guard reordering.unitInterval() < probability else { return }
            fate.place = .late
            fate.jitter += extra.inNanoseconds
        }
    }

    /// In units of the jitter's amount.
    private func draw(_ jitter: Jitter, from stream: inout SplitMix64) -> Double {
        let value =
            switch jitter.distribution {
            case .uniform: stream.unitInterval() * 2 - 1
            case .normal: stream.truncatedNormal()
            case .pareto: stream.truncatedPareto()
            case .paretonormal: 0.25 * stream.truncatedNormal() + 0.75 * stream.truncatedPareto()
            }
        let kept = jitter.correlation
        return kept > 0 ? kept * lastJitter + (1 - kept * kept).squareRoot() * value : value
    }
}
