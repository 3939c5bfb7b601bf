/// What a ``FreezeDetector`` has found; times in nanoseconds.
public struct FreezeTotals: Hashable, Sendable {
    public var freezeCount: UInt64 = 0
    public var totalFreezes: UInt64 = 0
    public var pauseCount: UInt64 = 0
    public var totalPauses: UInt64 = 0
    /// How long the newest picture has stood still.
    public var openFreeze: UInt64 = 0
    public var totalInterFrameDelay: UInt64 = 0
    /// Seconds squared.
    public var totalSquaredInterFrameDelay: Double = 0

    public init() {}
}
