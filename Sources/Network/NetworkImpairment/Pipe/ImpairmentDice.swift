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
        /// In nanoseconds, of either sign.
        var jitter: Int64 = 0
        var copyJitter: Int64 = 0
    }

    private var loss: SplitMix64
    private var jitter: SplitMix64
    private var duplicate: SplitMix64
    private var corrupt: SplitMix64
    private var isInBadState = false

    init(direction: PipeDirection, seed: UInt64) {
        let own = { (model: String) in
            SplitMix64(seed: SplitMix64.derive(seed, "impairment.\(direction.rawValue).\(model)"))
        }
        loss = own("loss")
        jitter = own("jitter")
        duplicate = own("duplicate")
        corrupt = own("corrupt")
    }

    /// Another loss model begins in its good state.
    mutating func forgetBursts() {
        isInBadState = false
    }

    mutating func roll(size: Int, _ impairment: borrowing Impairment, jitterAmount: Int64) -> Fate {
        var fate = Fate()
        let lossNow = rollLoss(impairment.loss, &fate)
        if jitterAmount > 0 {
            fate.jitter = Self.draw(impairment.jitter.distribution, jitterAmount, from: &jitter)
        }
        if impairment.corrupt > 0 {
            let flips = corrupt.unitInterval() < impairment.corrupt
            let bit = corrupt.next() % UInt64(max(1, size) * 8)
            if flips, size > 0 { fate.flippedBit = Int32(truncatingIfNeeded: bit) }
        }
        if impairment.duplicate > 0, duplicate.unitInterval() < impairment.duplicate {
            fate.isDuplicated = true
            fate.isCopyLost = duplicate.unitInterval() < lossNow
            if jitterAmount > 0 {
                fate.copyJitter = Self.draw(impairment.jitter.distribution, jitterAmount, from: &duplicate)
            }
        }
        return fate
    }

    /// - Returns: The probability of loss that held for this datagram.
    private mutating func rollLoss(_ model: LossModel, _ fate: inout Fate) -> Double {
        switch model {
        case .none:
            return 0
        case .bernoulli(let probability):
            fate.isLost = loss.unitInterval() < probability
            return probability
        case .gilbertElliott(let toBad, let toGood, let lossInGood, let lossInBad):
            if loss.unitInterval() < (isInBadState ? toGood : toBad) { isInBadState.toggle() }
            let probability = isInBadState ? lossInBad : lossInGood
            fate.isLost = loss.unitInterval() < probability
            return probability
        }
    }

    private static func draw(
        _ distribution: Jitter.Distribution, _ amount: Int64, from stream: inout SplitMix64
    ) -> Int64 {
        switch distribution {
        case .uniform: Int64((stream.unitInterval() * 2 - 1) * Double(amount))
        case .normal: Int64(stream.truncatedNormal() * Double(amount))
        }
    }
}
