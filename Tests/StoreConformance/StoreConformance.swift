import AccessCore
import RoomCore
public import Store

/// What every back-end must do, as checks that the tests of each one run over a fresh and empty place.
public enum StoreConformance {
    public struct Finding: Error, CustomStringConvertible {
        public let description: String
    }

    /// One thing that must hold.
    public struct Case: Sendable, CustomStringConvertible {
        public let description: String
        public let check: @Sendable (any StoreBackend) throws -> Void
    }

    private static func expect(_ holds: Bool, _ words: @autoclosure () -> String) throws {
        guard holds else { throw Finding(description: words()) }
    }

    private static func participant(_ name: String, server: Int64 = 1, joined: Int64, left: Int64? = nil) -> StoreWrite {
        .put(
            .participants,
            [
                StoreField("server", .integer(server)), StoreField("participant", .text(name)), StoreField("room", 4),
                StoreField("name", "Ana"), StoreField("joined_at", .integer(joined)), StoreField("left_at", StoreValue(left)),
            ])
    }

    private static func names(_ rows: [StoreRow]) -> [String?] { rows.map { $0["participant"].textValue } }

    public static let cases: [Case] = [
        Case(description: "a row of every table comes back as it was put") { store in
            for table in StoreTable.all {
                let values: [StoreValue] = table.columns.enumerated().map { index, column in
                    switch column.kind {
                    case .integer: .integer(Int64(index) + (1 << 40))
                    case .real: .real(Double(index) + 0.1)
                    case .text: .text("\(column.name) 'Ünï' \u{1F426} \"x\"")
                    }
                }
                let row = StoreRow(table, values)
                try store.write([.put(row)])
                let found = try store.read(StoreQuery(table))
                try expect(found == [row], "\(table.name): \(found)")
            }
        },
        Case(description: "what was not given is null") { store in
            for table in StoreTable.all {
                let fields = table.key.map { column in
                    StoreField(column, table.columns[table.index(of: column)].kind == .text ? "k" : 1)
                }
                try store.write([.put(table, fields)])
                let found = try store.read(StoreQuery(table))
                try expect(
                    found.count == 1 && found[0].values.count { $0.isNull } == table.columns.count - fields.count, table.name)
            }
        },
        Case(description: "a row with the same key takes the place of the one before, also in one batch") { store in
            try store.write([participant("p", joined: 1), participant("p", joined: 2)])
            try store.write([participant("p", joined: 3)])
            let found = try store.read(StoreQuery(.participants))
            try expect(found.map { $0["joined_at"] } == [3], "\(found)")
        },
        Case(description: "the same id of two servers is two rows") { store in
            try store.write([participant("p", server: 1, joined: 1), participant("p", server: 2, joined: 2)])
            let found = try store.read(StoreQuery(.participants, [.equals("server", 2)]))
            try expect(found.map { $0["joined_at"] } == [2], "\(found)")
            let both = try store.read(StoreQuery(.participants))
            try expect(both.count == 2, "\(both)")
        },
        Case(description: "a change touches its row's columns alone, and nothing where there is no such row") { store in
            try store.write([participant("a", joined: 1), participant("b", joined: 2)])
            let left: [StoreField] = [StoreField("left_at", 9), StoreField("reason", "leave")]
            try store.write([
                .change(.participants, key: [1, "a"], left), .change(.participants, key: [1, "nobody"], left),
            ])
            let found = try store.read(StoreQuery(.participants))
            try expect(
                found.count == 2 && found[0]["left_at"] == 9 && found[0]["name"] == "Ana" && found[1]["left_at"].isNull,
                "\(found)")
        },
        Case(description: "a batch is carried out in its order, and twice is as good as once") { store in
            let batch = [
                participant("a", joined: 1), .change(.participants, key: [1, "a"], [StoreField("left_at", 5)]),
                .change(.participants, key: [1, "a"], [StoreField("left_at", 6)]),
            ]
            try store.write(batch)
            try store.write(batch)
            let found = try store.read(StoreQuery(.participants))
            try expect(found.map { $0["left_at"] } == [6], "\(found)")
        },
        Case(description: "rows come by key, either way, as many as were asked for, under all the conditions") { store in
            try store.write((0..<10).reversed().map { participant("p\($0)", joined: Int64($0), left: $0 < 5 ? 100 : nil) })
            let all = names(try store.read(StoreQuery(.participants)))
            try expect(all == (0..<10).map { "p\($0)" }, "\(all)")
            let last = names(try store.read(StoreQuery(.participants, limit: 2, isBackward: true)))
            try expect(last == ["p9", "p8"], "\(last)")
            let some = names(
                try store.read(
                    StoreQuery(.participants, [.isNull("left_at"), .atLeast("joined_at", 6), .below("joined_at", 8)])))
            try expect(some == ["p6", "p7"], "\(some)")
            let text = names(try store.read(StoreQuery(.participants, [.equals("participant", "p3")])))
            try expect(text == ["p3"], "\(text)")
        },
        Case(description: "numbers that are keys come by size, not by their digits") { store in
            let rows = [2, 10, 1].map { number in
                StoreWrite.put(.events, [StoreField("server", 1), StoreField("number", .integer(number))])
            }
            try store.write(rows)
            let found = try store.read(StoreQuery(.events)).map { $0["number"] }
            try expect(found == [1, 2, 10], "\(found)")
        },
        Case(description: "a whole number stays real in a column of real numbers") { store in
            try store.write([
                .put(.calls, [StoreField("server", 1), StoreField("number", 1), StoreField("duration", .real(3))])
            ])
            let found = try store.read(StoreQuery(.calls))
            try expect(found.map { $0["duration"] } == [.real(3)], "\(found)")
        },
        Case(description: "what was over before a moment is removed, and what is not over stays") { store in
            try store.write([
                participant("old", joined: 1, left: 99), participant("new", joined: 1, left: 100), participant("here", joined: 1),
            ])
            let count = try store.remove(from: .participants, endedBefore: 100, most: 10)
            let found = Set(names(try store.read(StoreQuery(.participants))))
            try expect(count == 1 && found == ["new", "here"], "\(count): \(found)")
        },
        Case(description: "no more is removed at once than was asked for, of any table") { store in
            for table in StoreTable.all {
                let rows = (1...5).map { number in
                    StoreWrite.put(
                        table,
                        table.key.map { column in
                            StoreField(
                                column,
                                table.columns[table.index(of: column)].kind == .text
                                    ? .text("k\(number)") : .integer(Int64(number)))
                        } + (table.key.contains(table.end) ? [] : [StoreField(table.end, 7)]))
                }
                try store.write(rows)
                let counts = [
                    try store.remove(from: table, endedBefore: 7, most: 3),
                    try store.remove(from: table, endedBefore: 8, most: 3),
                    try store.remove(from: table, endedBefore: 8, most: 3),
                    try store.remove(from: table, endedBefore: 8, most: 3),
                ]
                try expect(counts == [0, 3, 2, 0], "\(table.name): \(counts)")
            }
        },
        Case(description: "another way in sees what was written") { store in
            try store.write([participant("p", joined: 1)])
            let reader = try store.reader()
            let found = try reader.read(StoreQuery(.participants))
            if reader !== store { reader.close() }
            try expect(found.count == 1, "\(found)")
        },
        Case(description: "preparing a place again changes nothing") { store in
            try store.write([participant("p", joined: 1)])
            try store.prepare()
            let found = try store.read(StoreQuery(.participants))
            try expect(found.count == 1, "\(found)")
        },
        Case(description: "what one server was told not to let in, the next one finds, and not what is over") { store in
            var chronicle = Chronicle(server: 1) { "<\($0)>" }
            try store.write(
                chronicle.write(.revoked(token: "j1", identity: nil), at: 1000)
                    + chronicle.write(.revoked(token: nil, identity: "bo"), at: 2000))
            let next = try StoreOpening(store, at: 3000).revocations
            try expect(next == [StoredRevocation(token: "j1"), StoredRevocation(identity: "<bo>")], "\(next)")
            let later = try StoreOpening(store, at: 9 * 86_400_000).revocations
            try expect(later == [StoredRevocation(identity: "<bo>")], "\(later)")
        },
        Case(description: "one-time tokens that one server saw used, the next one finds until they are over") { store in
            var chronicle = Chronicle(server: 1) { "<\($0)>" }
            try store.write(
                chronicle.write(.spent(SpentToken(id: "j1", until: 5)), at: 1000)
                    + chronicle.write(.spent(SpentToken(id: "j2", until: 9)), at: 1001))
            let next = try StoreOpening(store, at: 4000).spentTokens
            try expect(next == [SpentToken(id: "j1", until: 5), SpentToken(id: "j2", until: 9)], "\(next)")
            let later = try StoreOpening(store, at: 6000).spentTokens
            try expect(later == [SpentToken(id: "j2", until: 9)], "\(later)")
        },
        Case(description: "the first key stays the place's") { store in
            let first = try store.key(orElse: "aa")
            let second = try store.key(orElse: "bb")
            try expect(first == "aa" && second == "aa", "\(first), \(second)")
        },
        Case(description: "nothing asked for is nothing found, and an empty batch is no mistake") { store in
            try store.write([])
            try expect(try store.read(StoreQuery(.rooms)).isEmpty, "rooms of nobody")
        },
    ]
}
