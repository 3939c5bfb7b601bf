/// How much a line of the log matters.
public enum LogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    case debug
    case info
    case warning
    case error

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}
