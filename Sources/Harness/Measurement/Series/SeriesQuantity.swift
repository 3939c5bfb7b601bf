/// What can be looked at second by second.
public enum SeriesQuantity: String, Sendable, Hashable, CaseIterable {
    /// Payload that each track received, retransmissions left out.
    case bitrateIn = "bitrate.in"
    /// Payload that each track sent, retransmissions left out.
    case bitrateOut = "bitrate.out"
    /// Of every intact frame that was due in the second.
    case latency
    /// Pictures that each track showed.
    case frameRate = "fps"
    /// Packets of each track that did not arrive when first sent, of all that were: loss before repair.
    case networkLoss = "network.loss"
    /// Frames of each track that never became whole, of all that were due and not withheld: loss after repair.
    case framesLost = "frames.lost"

    public var dimension: Dimension {
        switch self {
        case .bitrateIn, .bitrateOut: .bitrate
        case .latency: .time
        case .frameRate: .frequency
        case .networkLoss, .framesLost: .ratio
        }
    }
}
