internal import GRDB
public import Store

#if canImport(Glibc)
    import Glibc
#endif

/// Rows in one SQLite file, through GRDB.
///
/// The file is in WAL mode with `synchronous = NORMAL`: what a batch has written is the kernel's from then on, so that a process that is
/// killed loses nothing of it. A machine that loses power may lose the batches since the last checkpoint; the file stays whole.
public final class SQLiteStore: StoreBackend {
    /// The largest version that is known; another one in tests.
    private let version: Int64
    private let path: String
    fileprivate let queue: DatabaseQueue

    /// ASCII "Strl", which marks files of ours (`application_id` of SQLite's file format, §1.3.16).
    private static let applicationID: Int64 = 0x5374_726c

    /// Opens a file, or makes it.
    public convenience init(path: String) throws(StoreError) {
        try self.init(path: path, version: StoreSchema.version)
    }

    package init(path: String, version: Int64) throws(StoreError) {
        self.path = path
        self.version = version
        precondition(version <= SQLiteMigrations.all.count, "No migration leads to version \(version).")
        var configuration = Configuration()
        configuration.label = "starling.store"
        configuration.maximumReaderCount = 1
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .foreign(place: "sqlite:\(path)")
        } catch {
            throw .cannotOpen(place: "sqlite:\(path)", reason: Self.reason(error))
        }
    }

    public var place: String { "sqlite:\(path)" }

    private static func reason(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }

    fileprivate func failing<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch {
            throw .failed(place: place, reason: Self.reason(error))
        }
    }

    public func prepare() throws(StoreError) {
        try failing {
            try queue.write { database in
                let owner = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
                let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
                guard owner == Self.applicationID || owner == 0 && isEmpty else { throw StoreError.foreign(place: place) }
                let found = isEmpty ? 0 : try Int64.fetchOne(database, sql: "SELECT version FROM schema_version") ?? 0
                guard found <= version else { throw StoreError.newer(place: place, found: found, known: version) }
                if isEmpty {
                    try database.execute(
                        sql: """
                            PRAGMA application_id = \(Self.applicationID);
                            CREATE TABLE schema_version(version INTEGER NOT NULL);
                            CREATE TABLE secrets(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
                            INSERT INTO schema_version VALUES(0)
                            """)
                }
                for step in SQLiteMigrations.all[Int(found)..<Int(version)] { try database.execute(sql: step) }
                try database.execute(sql: "UPDATE schema_version SET version = ?", arguments: [version])
            }
        }
        // What people said and who they were is nobody else's on this machine.
        for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
    }

    public func write(_ batch: [StoreWrite]) throws(StoreError) {
        try failing {
            try queue.write { database in
                for change in batch {
                    switch change {
                    case .put(let row):
                        let marks = row.values.map { _ in "?" }.joined(separator: ",")
                        let statement = try database.cachedStatement(
                            sql: "INSERT OR REPLACE INTO \(row.table.name) VALUES(\(marks))")
                        try statement.execute(arguments: StatementArguments(row.values.map(\.database)))
                    case .change(let table, let key, let fields):
                        let columns = fields.map { "\($0.column) = ?" }.joined(separator: ", ")
                        let condition = table.key.map { "\($0) = ?" }.joined(separator: " AND ")
                        let statement = try database.cachedStatement(
                            sql: "UPDATE \(table.name) SET \(columns) WHERE \(condition)")
                        try statement.execute(arguments: StatementArguments((fields.map(\.value) + key).map(\.database)))
                    }
                }
            }
        }
    }

    public func read(_ query: StoreQuery) throws(StoreError) -> [StoreRow] {
        var arguments: [(any DatabaseValueConvertible)?] = []
        var conditions: [String] = []
        for condition in query.conditions {
            switch condition {
            case .equals(let column, let value):
                _ = query.table.index(of: column)
                conditions.append("\(column) = ?")
                arguments.append(value.database)
            case .isNull(let column):
                _ = query.table.index(of: column)
                conditions.append("\(column) IS NULL")
            case .atLeast(let column, let bound):
                _ = query.table.index(of: column)
                conditions.append("\(column) >= ?")
                arguments.append(bound)
            case .below(let column, let bound):
                _ = query.table.index(of: column)
                conditions.append("\(column) < ?")
                arguments.append(bound)
            }
        }
        let columns = query.table.columns.map(\.name).joined(separator: ", ")
        let order = query.table.key.map { $0 + (query.isBackward ? " DESC" : "") }.joined(separator: ", ")
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let sql = "SELECT \(columns) FROM \(query.table.name)\(filter) ORDER BY \(order) LIMIT \(query.limit)"
        return try failing {
            try queue.read { database in
                try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map { row in
                    StoreRow(query.table, row.databaseValues.map { StoreValue($0) })
                }
            }
        }
    }

    public func reader() throws(StoreError) -> any StoreBackend {
        try SQLiteStore(path: path, version: version)
    }

    public func remove(from table: StoreTable, endedBefore milliseconds: Int64, most: Int) throws(StoreError) -> Int {
        let key = table.key.joined(separator: ", ")
        let chosen = "SELECT \(key) FROM \(table.name) WHERE \(table.end) < ? LIMIT ?"
        return try failing {
            try queue.write { database in
                try database.execute(
                    sql: "DELETE FROM \(table.name) WHERE (\(key)) IN (\(chosen))", arguments: [milliseconds, most])
                return database.changesCount
            }
        }
    }

    public func key(orElse fresh: String) throws(StoreError) -> String {
        try failing {
            try queue.write { database in
                try database.execute(sql: "INSERT OR IGNORE INTO secrets VALUES('veil', ?)", arguments: [fresh])
                return try String.fetchOne(database, sql: "SELECT value FROM secrets WHERE name = 'veil'") ?? fresh
            }
        }
    }

    public func close() {
        try? queue.close()
    }
}

extension StoreValue {
    var database: (any DatabaseValueConvertible)? {
        switch self {
        case .null: nil
        case .integer(let value): value
        case .real(let value): value
        case .text(let value): value
        }
    }

    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null, .blob: self = .null
        case .int64(let value): self = .integer(value)
        case .double(let value): self = .real(value)
        case .string(let value): self = .text(value)
        }
    }
}

extension SQLiteStore {
    /// The columns of a table as the file has them, each with its kind.
    package func columns(of table: String) throws(StoreError) -> [String] {
        try failing {
            try queue.read { database in
                try Row.fetchAll(database, sql: "PRAGMA table_info(\(table))").map { row in
                    let name: String = row["name"]
                    let kind: String = row["type"]
                    return "\(name) \(kind.lowercased())"
                }
            }
        }
    }
}
