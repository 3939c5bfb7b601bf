/// The class of a connection as it is told: the first one at once, another when two reports in a row agree on it. The same rule for servers
/// and clients.
public struct SteadyQuality: Hashable, Sendable {
    /// What was told last; `nil` before the first report.
    public private(set) var current: ConnectionQuality?
    /// What the last report said, where it differs.
    private var next: ConnectionQuality?

    public init() {}

    /// - Returns: The class, where it is another from now on.
    public mutating func judge(meanOpinionScore score: Double) -> ConnectionQuality? {
        let quality = ConnectionQuality(meanOpinionScore: score)
        let isSecond = current == nil || next == quality
        next = quality == current || isSecond ? nil : quality
        guard quality != current, isSecond else { return nil }
        current = quality
        return quality
    }
}
