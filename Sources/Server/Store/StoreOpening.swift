public import AccessCore
public import RoomCore

/// What a server takes over from the ones before it: their number, their bans and revocations, the one-time tokens
/// that were used, and what they left open, which it closes.
public struct StoreOpening: Sendable {
    /// The number of the server that starts.
    public let server: Int64
    public let bans: [RestoredBan]
    /// The oldest first.
    public let revocations: [StoredRevocation]
    /// Those that are not over; the oldest first.
    public let spentTokens: [SpentToken]
    /// What closes the rest of servers that did not stop by themselves: it ended when they were last seen, by `server_restart`.
    public let closing: [StoreWrite]

    /// Looks through a store that was prepared.
    ///
    /// - Parameter now: Milliseconds since 1970.
    public init(_ store: any StoreBackend, at now: Int64) throws(StoreError) {
        server = (try store.read(StoreQuery(.servers, limit: 1, isBackward: true)).first?["server"].integerValue ?? 0) + 1
        bans = try store.read(StoreQuery(.bans, [.atLeast("until", now)])).map { row in
            RestoredBan(
                room: row["room"].textValue ?? "", identity: row["identity"].textValue, address: row["address"].textValue,
                until: row["until"].integerValue ?? 0, reason: row["reason"].textValue ?? "")
        }
        revocations = try store.read(StoreQuery(.revocations, isBackward: true)).reversed().compactMap { row in
            guard row["until"].integerValue.map({ $0 > now }) ?? true else { return nil }
            return StoredRevocation(token: row["token"].textValue, identity: row["identity"].textValue)
        }
        spentTokens = try store.read(StoreQuery(.spentTokens, [.atLeast("until", now)])).map { row in
            SpentToken(id: row["token"].textValue ?? "", until: (row["until"].integerValue ?? 0) / 1000)
        }
        var closing: [StoreWrite] = []
        for row in try store.read(StoreQuery(.servers, [.isNull("stopped_at")])) {
            let seen = row["last_seen"]
            let fields = [StoreField("reason", "server_restart")]
            let left = StoreQuery.Condition.equals("server", row["server"])
            for table in [StoreTable.participants, .sessions, .rooms] {
                for open in try store.read(StoreQuery(table, [left, .isNull(table.end)])) {
                    // What came in after the server was last seen is over when it began.
                    let began = open[table.start].integerValue ?? 0
                    let end = StoreField(table.end, .integer(max(began, seen.integerValue ?? began)))
                    closing.append(.change(table, key: open.key, [end] + fields))
                }
            }
            closing.append(.change(.servers, key: row.key, [StoreField("stopped_at", seen)] + fields))
        }
        self.closing = closing
    }
}

extension StoreTable {
    /// When a row of a table that has an end began.
    fileprivate var start: String {
        switch self {
        case .participants: "joined_at"
        case .sessions: "opened_at"
        default: "created_at"
        }
    }
}
