internal import CMongo
internal import SignalingProtocol
public import Store

/// Rows as documents of a MongoDB database, through libmongoc.
///
/// A collection for each table, a field for each column that is not null; `_id` is the key's parts, joined. A batch is written collection by
/// collection, each in its order. There are no transactions across them: a batch that failed halfway is written again, which changes nothing.
/// How durable a write is, the URL says (`w`, `journal`).
///
/// Unchecked, because libmongoc's client is a pointer, and not one for several threads at once: calls come from one thread at a time, as
/// ``StoreBackend`` demands, and a thread that reads meanwhile has a client of its own (``reader()``).
public final class MongoStore: StoreBackend, @unchecked Sendable {
    /// For a server to be found, in milliseconds.
    private static let patience: Int32 = 3000

    public let place: String
    private let url: String
    private let database: String
    private let client: UnsafeMutableRawPointer

    /// - Parameter url: `mongodb://…`; the path names the database, `starling` where there is none.
    public init(url: String) throws(StoreError) {
        self.url = url
        place = Self.redacted(url)
        var name = [CChar](repeating: 0, count: 64)
        var message = [CChar](repeating: 0, count: Int(cmongo_message))
        cmongo_silence()
        guard let client = cmongo_open(url, Self.patience, &name, &message) else {
            throw .cannotOpen(place: place, reason: Self.text(message))
        }
        self.client = client
        database = Self.text(name)
    }

    private static func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Without the user, the password and what stands behind the path.
    static func redacted(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "mongodb" }
        let rest = url[scheme.upperBound...].prefix { $0 != "?" }
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return String(url[..<scheme.upperBound] + host)
    }

    /// Calls libmongoc with room for its complaint.
    private func failing<Result>(_ body: (UnsafeMutablePointer<CChar>) throws(StoreError) -> Result?) throws(StoreError) -> Result
    {
        let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(cmongo_message))
        message.initialize(repeating: 0, count: Int(cmongo_message))
        defer { message.deallocate() }
        guard let result = try body(message) else { throw .failed(place: place, reason: String(cString: message)) }
        return result
    }

    public func prepare() throws(StoreError) {
        let versions = try find("schema_version", [:], options: ["limit": 1])
        let found = versions.first?["version"]?.objectValue?["$numberLong"]?.stringValue.flatMap { Int64($0) } ?? 0
        guard found <= StoreSchema.version else { throw .newer(place: place, found: found, known: StoreSchema.version) }
        for table in StoreTable.all {
            let ways = [table.key, [table.end]]
            let indexes = ways.map { columns -> JSON in
                var raw = columns.map { "\"\($0)\":1" }.joined(separator: ",")
                raw = "{\(raw)}"
                return .object(["key": .raw(raw), "name": .string("by_" + columns.joined(separator: "_"))])
            }
            // The command's name comes first in its document, which sorted keys would not see to.
            try run("{\"createIndexes\":\"\(table.name)\",\"indexes\":\(JSON.array(indexes).text)}")
        }
        try put("schema_version", id: "schema", ["version": Self.json(.integer(StoreSchema.version))])
    }

    private func run(_ command: String) throws(StoreError) {
        try failing { message throws(StoreError) -> Void? in
            cmongo_command(client, database, command, message) == 1 ? () : nil
        }
    }

    private func put(_ collection: String, id: String, _ fields: JSONObject) throws(StoreError) {
        try failing { message throws(StoreError) -> Void? in
            var document = fields
            document["_id"] = .string(id)
            guard let bulk = cmongo_bulk(client, database, collection) else { return nil }
            let isRight = cmongo_bulk_put(bulk, Self.filter(id), JSON.object(document).text, message) == 1
            return cmongo_bulk_end(bulk, isRight ? 1 : 0, message) == 1 && isRight ? () : nil
        }
    }

    private static func filter(_ id: String) -> String { JSON.object(["_id": .string(id)]).text }

    /// The parts joined, with what would be taken for a joint marked.
    private static func id(_ key: [StoreValue]) -> String {
        key.map { part in
            switch part {
            case .null: "-"
            case .integer(let value): "\(value)"
            case .real(let value): "\(value)"
            case .text(let text): text.replacing("~", with: "~~").replacing("/", with: "~1")
            }
        }.joined(separator: "/")
    }

    /// Extended JSON, which keeps 64 bits and says what is whole.
    private static func json(_ value: StoreValue) -> JSON {
        switch value {
        case .null: .null
        case .integer(let value): .object(["$numberLong": .string("\(value)")])
        case .real(let value): .object(["$numberDouble": .string("\(value)")])
        case .text(let text): .string(text)
        }
    }

    private static func value(_ json: JSON?) -> StoreValue {
        if let text = json?.stringValue { return .text(text) }
        guard let object = json?.objectValue else { return .null }
        if let text = object["$numberLong"]?.stringValue ?? object["$numberInt"]?.stringValue { return StoreValue(Int64(text)) }
        return StoreValue(object["$numberDouble"]?.stringValue.flatMap { Double($0) })
    }

    public func write(_ batch: [StoreWrite]) throws(StoreError) {
        for table in StoreTable.all {
            let changes = batch.filter { $0.table == table }
            guard !changes.isEmpty else { continue }
            try failing { message throws(StoreError) -> Void? in
                guard let bulk = cmongo_bulk(client, database, table.name) else { return nil }
                var isRight = true
                for change in changes where isRight {
                    switch change {
                    case .put(let row):
                        let id = Self.id(row.key)
                        var document: JSONObject = ["_id": .string(id)]
                        for (column, value) in zip(table.columns, row.values) where !value.isNull {
                            document[column.name] = Self.json(value)
                        }
                        isRight = cmongo_bulk_put(bulk, Self.filter(id), JSON.object(document).text, message) == 1
                    case .change(_, let key, let fields):
                        var set = JSONObject()
                        for field in fields { set[field.column] = Self.json(field.value) }
                        let update = JSON.object(["$set": .object(set)]).text
                        isRight = cmongo_bulk_change(bulk, Self.filter(Self.id(key)), update, message) == 1
                    }
                }
                return cmongo_bulk_end(bulk, isRight ? 1 : 0, message) == 1 && isRight ? () : nil
            }
        }
    }

    private func find(_ collection: String, _ filter: JSONObject, options: JSONObject) throws(StoreError) -> [JSONObject] {
        try failing { message throws(StoreError) -> [JSONObject]? in
            let text = JSON.object(filter).text
            guard let cursor = cmongo_find(client, database, collection, text, JSON.object(options).text, message) else {
                return nil
            }
            defer { cmongo_end(cursor) }
            var found: [JSONObject] = []
            while let document = cmongo_next(cursor, message) {
                defer { cmongo_free(document) }
                guard let object = (try? JSONParser.parse(String(cString: document)))?.objectValue else {
                    throw .failed(place: place, reason: "a document of '\(collection)' cannot be read")
                }
                found.append(object)
            }
            return message[0] == 0 ? found : nil
        }
    }

    public func read(_ query: StoreQuery) throws(StoreError) -> [StoreRow] {
        var all: [JSON] = []
        for condition in query.conditions {
            switch condition {
            case .equals(let column, let value): all.append(.object([column: Self.json(value)]))
            case .isNull(let column): all.append(.object([column: .null]))
            case .atLeast(let column, let bound): all.append(.object([column: .object(["$gte": Self.json(.integer(bound))])]))
            case .below(let column, let bound): all.append(.object([column: .object(["$lt": Self.json(.integer(bound))])]))
            }
        }
        let order = query.table.key.map { "\"\($0)\":\(query.isBackward ? -1 : 1)" }.joined(separator: ",")
        let options: JSONObject = ["limit": .integer(Int64(query.limit)), "sort": .raw("{\(order)}")]
        return try find(query.table.name, all.isEmpty ? [:] : ["$and": .array(all)], options: options).map { document in
            StoreRow(query.table, query.table.columns.map { Self.value(document[$0.name]) })
        }
    }

    public func reader() throws(StoreError) -> any StoreBackend {
        try MongoStore(url: url)
    }

    public func remove(from table: StoreTable, endedBefore milliseconds: Int64, most: Int) throws(StoreError) -> Int {
        let over: JSONObject = [table.end: .object(["$lt": Self.json(.integer(milliseconds))])]
        let options: JSONObject = ["limit": .integer(Int64(most)), "projection": .object(["_id": 1])]
        let ids = try find(table.name, over, options: options).compactMap { $0["_id"] }
        guard !ids.isEmpty else { return 0 }
        let filter = JSON.object(["_id": .object(["$in": .array(ids)])]).text
        return try failing { message throws(StoreError) -> Int? in
            let count = cmongo_remove(client, database, table.name, filter, message)
            return count < 0 ? nil : Int(count)
        }
    }

    public func key(orElse fresh: String) throws(StoreError) -> String {
        if let known = try find("secrets", ["_id": "veil"], options: ["limit": 1]).first?["value"]?.stringValue { return known }
        try put("secrets", id: "veil", ["value": .string(fresh)])
        return fresh
    }

    /// Takes the whole database away; for tests.
    package func drop() throws(StoreError) {
        try run("{\"dropDatabase\":1}")
    }

    public func close() {
        cmongo_close(client)
    }
}

extension StoreWrite {
    fileprivate var table: StoreTable {
        switch self {
        case .put(let row): row.table
        case .change(let table, _, _): table
        }
    }
}
