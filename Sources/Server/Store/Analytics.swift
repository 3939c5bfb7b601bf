public import SignalingProtocol

/// Visits, stays, rooms and calls of a span of time, counted from rows. Reconnects inflate nothing: sessions that go on from one another
/// are one visit.
public struct Analytics: Sendable {
    /// Milliseconds since 1970.
    public let since: Int64
    public let until: Int64
    private var visits: [Visit] = []
    private var sessions = 0
    private var resumes: Int64 = 0
    private var stays: [(duration: Double, reason: String?)] = []
    private var rooms = 0
    private var openRooms = 0
    private var mostParticipants: Int64 = 0
    private var health: [Double] = []
    private var calls: [String: Int] = [:]
    private var matches: [String: Int] = [:]
    private var isCut = false

    private struct Visit {
        var openedAt: Int64
        /// `nil` while it goes on.
        var closedAt: Int64?
        var reason: String?
    }

    /// Reads what began within the span.
    public init(_ store: any StoreBackend, since: Int64, until: Int64) throws(StoreError) {
        self.since = since
        self.until = until
        let rows = try read(.sessions, "opened_at", store)
        sessions = rows.count
        var places: [[StoreValue]: Int] = [:]
        // By when they were opened, so that what a session goes on from comes before it.
        for row in rows.sorted(by: { ($0["opened_at"].integerValue ?? 0) < ($1["opened_at"].integerValue ?? 0) }) {
            resumes += row["resumes"].integerValue ?? 0
            let closed = row["closed_at"].integerValue
            if row["continues"].textValue != nil, let place = places[[row["server"], row["continues"]]] {
                places[row.key] = place
                visits[place].closedAt = closed
                visits[place].reason = row["reason"].textValue
            } else if row["continues"].isNull {
                places[row.key] = visits.count
                visits.append(
                    Visit(openedAt: row["opened_at"].integerValue ?? since, closedAt: closed, reason: row["reason"].textValue))
            }
        }
        for row in try read(.participants, "joined_at", store) {
            let end = row["left_at"].integerValue ?? until
            stays.append((Double(max(0, end - (row["joined_at"].integerValue ?? end))) / 1000, row["reason"].textValue))
        }
        for row in try read(.rooms, "created_at", store) {
            rooms += 1
            if row["ended_at"].isNull { openRooms += 1 }
            mostParticipants = max(mostParticipants, row["most_participants"].integerValue ?? 0)
        }
        for row in try read(.calls, "at", store) {
            calls[row["outcome"].textValue ?? "", default: 0] += 1
            if let value = row["health"].realValue { health.append(value) }
        }
        for row in try read(.events, "at", store) where row["type"] == "match" {
            let data = try? JSONParser.parse(row["data"].textValue ?? "")
            matches[data?.objectValue?["media"]?.stringValue ?? "", default: 0] += 1
        }
    }

    private mutating func read(_ table: StoreTable, _ column: String, _ store: any StoreBackend) throws(StoreError) -> [StoreRow]
    {
        let rows = try store.read(
            StoreQuery(table, [.atLeast(column, since), .below(column, until)], limit: StoreQuery.largest + 1))
        if rows.count > StoreQuery.largest { isCut = true }
        return rows
    }

    /// With keys sorted; durations in seconds.
    public var json: JSONObject {
        [
            "calls": .object(["health": Self.spread(health), "outcomes": Self.object(calls)]),
            "complete": .bool(!isCut), "matches": Self.object(matches),
            "rooms": .object([
                "count": .integer(Int64(rooms)), "most_participants": .integer(mostParticipants),
                "open": .integer(Int64(openRooms)),
            ]),
            "since": .integer(since),
            "stays": .object([
                "count": .integer(Int64(stays.count)), "duration": Self.spread(stays.map(\.duration)),
                "outcomes": Self.outcomes(stays.map(\.reason)),
            ]),
            "until": .integer(until),
            "visits": .object([
                "count": .integer(Int64(visits.count)),
                "duration": Self.spread(visits.map { Double(max(0, ($0.closedAt ?? until) - $0.openedAt)) / 1000 }),
                "outcomes": Self.outcomes(visits.map { $0.closedAt == nil ? nil : $0.reason }), "resumes": .integer(resumes),
                "sessions": .integer(Int64(sessions)),
            ]),
        ]
    }

    /// Of reasons; who is still there counts as `open`.
    private static func outcomes(_ reasons: [String?]) -> JSON {
        var tally: [String: Int] = [:]
        for reason in reasons { tally[reason ?? "open", default: 0] += 1 }
        return Self.object(tally)
    }

    private static func object(_ tally: [String: Int]) -> JSON {
        var object = JSONObject()
        for key in tally.keys.sorted() { object[key] = .integer(Int64(tally[key] ?? 0)) }
        return .object(object)
    }

    /// Mean, largest and percentiles of the nearest rank; empty where there is nothing.
    private static func spread(_ values: [Double]) -> JSON {
        guard !values.isEmpty else { return .object([:]) }
        let sorted = values.sorted()
        let rank = { (share: Double) in
            sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
        }
        return .object([
            "max": .number(sorted[sorted.count - 1]), "mean": .number(values.reduce(0, +) / Double(values.count)),
            "min": .number(sorted[0]), "p50": .number(rank(0.5)), "p95": .number(rank(0.95)),
        ])
    }
}
