/// What a quantity measures.
public enum Dimension: String, Sendable, Hashable, CaseIterable {
    /// Seconds.
    case time
    /// Bits per second.
    case bitrate
    /// A share of a whole, 1 being all of it.
    case ratio
    /// Times per second.
    case frequency
    /// Bytes.
    case size
    /// A plain number.
    case number

    /// The noun with its article, for messages: `a duration`.
    public var phrase: String {
        switch self {
        case .time: "a duration"
        case .bitrate: "a bitrate"
        case .ratio: "a percentage"
        case .frequency: "a number per second"
        case .size: "a size"
        case .number: "a plain number"
        }
    }

    /// Values as one would write them, for messages.
    public var examples: String {
        switch self {
        case .time: "250ms, 2s or 5m"
        case .bitrate: "300kbps or 2.5Mbps"
        case .ratio: "5% or 99.5%"
        case .frequency: "20/s"
        case .size: "1200B or 64KiB"
        case .number: "3"
        }
    }
}
