/// A row as it was read: its columns in the order of its table.
public struct StoreRow: Hashable, Sendable {
    public let table: StoreTable
    public let values: [StoreValue]

    /// - Parameter values: One for each column of the table.
    public init(_ table: StoreTable, _ values: [StoreValue]) {
        precondition(values.count == table.columns.count, "A row of '\(table.name)' has \(table.columns.count) columns.")
        self.table = table
        self.values = values
    }

    /// A column that the table does not have is a mistake of the caller's.
    public subscript(column: String) -> StoreValue { values[table.index(of: column)] }

    public var key: [StoreValue] { table.key.map { self[$0] } }
}
