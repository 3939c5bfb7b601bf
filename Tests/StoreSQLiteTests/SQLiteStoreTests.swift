import Foundation
import Store
import StoreConformance
import StoreSQLite
import Testing

@Suite("SQLite keeps what every store must")
struct SQLiteStoreTests {
    /// A file of its own, gone after the test.
    private func withFile(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("starling-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("calls.db").path)
    }

    private func problem(_ body: () throws -> Void) -> StoreError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    @Test("the conformance suite", arguments: StoreConformance.cases)
    func conformance(_ item: StoreConformance.Case) throws {
        try withFile { path in
            let store = try SQLiteStore(path: path)
            try store.prepare()
            defer { store.close() }
            try item.check(store)
        }
    }

    @Test("the tables of the file are the tables of the store, in name, order and kind")
    func tables() throws {
        try withFile { path in
            let store = try SQLiteStore(path: path)
            try store.prepare()
            defer { store.close() }
            for table in StoreTable.all {
                let found = try store.columns(of: table.name)
                #expect(found == table.columns.map { "\($0.name) \($0.kind)" }, "\(table.name)")
            }
        }
    }

    @Test("what was written is there for whoever opens the file next, without the first having closed it")
    func another() throws {
        try withFile { path in
            let first = try SQLiteStore(path: path)
            try first.prepare()
            try first.write([.put(.rooms, [StoreField("server", 1), StoreField("room", 1), StoreField("name", "r")])])
            let second = try SQLiteStore(path: path)
            try second.prepare()
            #expect(try second.read(StoreQuery(.rooms)).map { $0["name"] } == ["r"])
            first.close()
            second.close()
        }
    }

    @Test("a file of a newer version is refused with what to do, and left as it is")
    func newer() throws {
        try withFile { path in
            let store = try SQLiteStore(path: path)
            try store.prepare()
            store.close()
            let older = try SQLiteStore(path: path, version: 0)
            let error = problem { try older.prepare() }
            #expect(error == .newer(place: "sqlite:\(path)", found: StoreSchema.version, known: 0))
            #expect("\(try #require(error))".contains("run that version, or take another file"))
            older.close()
            let again = try SQLiteStore(path: path)
            try again.prepare()
            again.close()
        }
    }

    @Test("an older file goes forward to this version")
    func forward() throws {
        try withFile { path in
            let older = try SQLiteStore(path: path, version: 1)
            try older.prepare()
            try older.write([.put(.rooms, [StoreField("server", 1), StoreField("room", 9)])])
            older.close()
            let store = try SQLiteStore(path: path)
            try store.prepare()
            try store.write([.put(.revocations, [StoreField("server", 1), StoreField("number", 1)])])
            #expect(try store.read(StoreQuery(.rooms)).map { $0["room"] } == [9])
            store.close()
        }
    }

    @Test("a file that is something else, and one in no folder, are refused with the place")
    func foreign() throws {
        try withFile { path in
            try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: path))
            #expect(problem { try SQLiteStore(path: path).prepare() } == .foreign(place: "sqlite:\(path)"))
            let nowhere = path + "/none/calls.db"
            let error = problem { _ = try SQLiteStore(path: nowhere) }
            #expect("\(try #require(error))".hasPrefix("sqlite:\(nowhere): cannot be opened"))
        }
    }

    @Test("the file is its owner's alone")
    func permissions() throws {
        try withFile { path in
            let store = try SQLiteStore(path: path)
            try store.prepare()
            defer { store.close() }
            for suffix in ["", "-wal"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
            }
        }
    }
}
