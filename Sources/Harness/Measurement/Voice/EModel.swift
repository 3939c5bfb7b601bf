internal import Foundation

/// How well a conversation goes over a path, from what the path does to it: ITU-T G.107 (2015) with its default values.
///
///     R   = 93.2 − Idd − Ie,eff
///     MOS = 1 + 0.035 R + 7·10⁻⁶ R (R − 60) (100 − R)
public struct EModel: Sendable, Hashable {
    /// What the codec costs by itself (G.113), 0...95.
    public var ie: Double
    /// How well the codec bears loss (G.113).
    public var bpl: Double
    /// Packets that could not be played, in percent.
    public var ppl: Double
    /// How much longer the stretches of loss are than chance would make them; 1 for random loss.
    public var burstR: Double
    /// Milliseconds from mouth to ear.
    public var ta: Double

    public init(ie: Double, bpl: Double, ppl: Double, burstR: Double, ta: Double) {
        self.ie = ie
        self.bpl = bpl
        self.ppl = ppl
        self.burstR = burstR
        self.ta = ta
    }

    /// The rating of a path without any of it (G.107 §3.1, default values).
    public static let best = 93.2

    /// Ie,eff: what codec and loss cost together (G.107 §3.5).
    public var impairment: Double {
        guard ppl > 0 else { return ie }
        return ie + (95 - ie) * ppl / (ppl / burstR + bpl)
    }

    /// Idd: what delay costs (G.107 §3.4); nothing up to 100 ms.
    public static func delayImpairment(ta: Double) -> Double {
        guard ta > 100 else { return 0 }
        let x = log2(ta / 100)
        return 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2)
    }

    /// R, not below zero: there, nothing is left to lose.
    public var rating: Double { max(0, Self.best - Self.delayImpairment(ta: ta) - impairment) }

    public var mos: Double { Self.mos(rating: rating) }

    /// G.107 annex B.
    public static func mos(rating: Double) -> Double {
        if rating <= 0 { return 1 }
        if rating >= 100 { return 4.5 }
        return max(1, 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating))
    }
}
