public import Store

/// Rows in memory, for tests: the plainest store that does what every store must.
public final class MemoryStore: StoreBackend, @unchecked Sendable {
    private var rows: [StoreTable: [StoreRow]] = [:]
    private var secret: String?

    public init() {}

    public var place: String { "memory" }

    public func prepare() {}

    public func write(_ batch: [StoreWrite]) {
        for change in batch {
            switch change {
            case .put(let row):
                rows[row.table, default: []].removeAll { $0.key == row.key }
                rows[row.table, default: []].append(row)
            case .change(let table, let key, let fields):
                guard let index = rows[table]?.firstIndex(where: { $0.key == key }), let row = rows[table]?[index] else {
                    continue
                }
                var values = row.values
                for field in fields { values[table.index(of: field.column)] = field.value }
                rows[table]?[index] = StoreRow(table, values)
            }
        }
    }

    public func read(_ query: StoreQuery) -> [StoreRow] {
        let found = (rows[query.table] ?? []).filter { row in
            query.conditions.allSatisfy { condition in
                switch condition {
                case .equals(let column, let value): row[column] == value
                case .isNull(let column): row[column].isNull
                case .atLeast(let column, let bound): row[column].integerValue.map { $0 >= bound } ?? false
                case .below(let column, let bound): row[column].integerValue.map { $0 < bound } ?? false
                }
            }
        }
        let sorted = found.sorted { Self.isBefore($0.key, $1.key) }
        return Array((query.isBackward ? sorted.reversed() : sorted).prefix(query.limit))
    }

    private static func isBefore(_ left: [StoreValue], _ right: [StoreValue]) -> Bool {
        for (left, right) in zip(left, right) where left != right {
            if let left = left.integerValue, let right = right.integerValue { return left < right }
            return (left.textValue ?? "") < (right.textValue ?? "")
        }
        return false
    }

    public func reader() -> any StoreBackend { self }

    public func remove(from table: StoreTable, endedBefore milliseconds: Int64, most: Int) -> Int {
        var removed = 0
        rows[table]?.removeAll { row in
            guard removed < most, let end = row[table.end].integerValue, end < milliseconds else { return false }
            removed += 1
            return true
        }
        return removed
    }

    public func key(orElse fresh: String) -> String {
        secret = secret ?? fresh
        return secret ?? fresh
    }

    public func close() {}
}
