/// Which rows are wanted: those for which every condition holds, by key, the first of them.
public struct StoreQuery: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case equals(String, StoreValue)
        case isNull(String)
        case atLeast(String, Int64)
        case below(String, Int64)
    }

    /// More rows than this are never wanted at once.
    public static let largest = 100_000

    public var table: StoreTable
    public var conditions: [Condition]
    /// Rows at most.
    public var limit: Int
    /// From the last key on.
    public var isBackward: Bool

    public init(_ table: StoreTable, _ conditions: [Condition] = [], limit: Int = Self.largest, isBackward: Bool = false) {
        self.table = table
        self.conditions = conditions
        self.limit = limit
        self.isBackward = isBackward
    }
}
