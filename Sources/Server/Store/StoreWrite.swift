/// One change of the store. Each may be made twice without harm, so that a batch whose fate is unknown is written again.
public enum StoreWrite: Hashable, Sendable {
    /// A whole row, in the place of one with the same key.
    case put(StoreRow)
    /// Some columns of a row that is there; nothing where it is not.
    case change(StoreTable, key: [StoreValue], [StoreField])

    /// A row of these fields; the other columns are null.
    public static func put(_ table: StoreTable, _ fields: [StoreField]) -> StoreWrite {
        var values = [StoreValue](repeating: .null, count: table.columns.count)
        for field in fields { values[table.index(of: field.column)] = field.value }
        return .put(StoreRow(table, values))
    }
}
