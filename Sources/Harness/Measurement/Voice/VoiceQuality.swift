internal import Foundation

/// The E-model's word on one received audio track, with everything that it was made of.
public struct VoiceQuality: Sendable, Hashable {
    /// Where Ie and Bpl come from.
    public enum Profile: String, Sendable, Hashable {
        /// An estimate: no standard has figures for Opus. Ie falls with the bitrate, Bpl is that of Opus without redundancy.
        case opusEstimate
    }

    public var from: String
    public var to: String
    public var profile: Profile
    /// Payload in bits per second, by which Ie is estimated.
    public var bitrate: Double
    public var model: EModel

    public var mos: Double { model.mos }

    init(from: String, to: String, bitrate: Double, ppl: Double, burstR: Double, ta: Double) {
        self.from = from
        self.to = to
        self.bitrate = bitrate
        profile = .opusEstimate
        model = EModel(ie: Self.opusIe(bitrate: bitrate), bpl: Self.opusBpl, ppl: ppl, burstR: burstR, ta: ta)
    }

    /// Without in-band FEC or RED, which an encoded file does not tell.
    public static let opusBpl = 10.0

    /// - Parameter bitrate: Bits per second.
    public static func opusIe(bitrate: Double) -> Double {
        min(30, max(0, 55 - 4.6 * log(max(1, bitrate))))
    }
}
