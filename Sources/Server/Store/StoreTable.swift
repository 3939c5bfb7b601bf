/// What a table holds. Every back-end keeps the same tables under the same names.
public struct StoreTable: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case integer
        case real
        case text
    }

    public struct Column: Hashable, Sendable {
        public let name: String
        public let kind: Kind

        public init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    public let name: String
    public let columns: [Column]
    /// The columns that tell its rows apart.
    public let key: [String]
    /// When a row was over, in milliseconds since 1970: what retention goes by. A row without it is kept.
    public let end: String

    public func index(of column: String) -> Int {
        guard let index = columns.firstIndex(where: { $0.name == column }) else {
            preconditionFailure("The table '\(name)' has no column '\(column)'.")
        }
        return index
    }

    fileprivate init(_ name: String, key: [String], end: String, _ columns: [Column]) {
        self.name = name
        self.key = key
        self.end = end
        self.columns = columns
        for column in key + [end] { _ = index(of: column) }
    }
}

/// The tables. Times are milliseconds since 1970 (UTC), durations seconds, and what stands for a count is one.
///
/// `server` counts the starts of servers over one database: ids that a server gives are its own, so that they stand beside it in
/// every key.
extension StoreTable {
    /// Each start of a server. `last_seen` is at most as old as the heartbeat.
    public static let servers = StoreTable(
        "servers", key: ["server"], end: "stopped_at",
        [
            Column("server", .integer), Column("version", .text), Column("started_at", .integer),
            Column("last_seen", .integer), Column("stopped_at", .integer), Column("reason", .text),
        ])

    /// A room from its first visitor to its last; a name may come again as another room.
    public static let rooms = StoreTable(
        "rooms", key: ["server", "room"], end: "ended_at",
        [
            Column("server", .integer), Column("room", .integer), Column("name", .text), Column("mode", .text),
            Column("settings", .text), Column("created_at", .integer), Column("ended_at", .integer),
            Column("reason", .text), Column("most_participants", .integer),
        ])

    /// A client's session; `continues` names the one that it goes on from, so that a reconnect is no second visit.
    public static let sessions = StoreTable(
        "sessions", key: ["server", "session"], end: "closed_at",
        [
            Column("server", .integer), Column("session", .text), Column("front", .text), Column("continues", .text),
            Column("opened_at", .integer), Column("closed_at", .integer), Column("reason", .text),
            Column("resumes", .integer),
        ])

    /// One stay of one participant in one room: each join has an id of its own.
    public static let participants = StoreTable(
        "participants", key: ["server", "participant"], end: "left_at",
        [
            Column("server", .integer), Column("participant", .text), Column("room", .integer), Column("session", .text),
            Column("identity", .text), Column("name", .text), Column("role", .text), Column("joined_at", .integer),
            Column("left_at", .integer), Column("reason", .text),
        ])

    public static let chat = StoreTable(
        "chat_messages", key: ["server", "room", "message"], end: "at",
        [
            Column("server", .integer), Column("room", .integer), Column("message", .integer), Column("at", .integer),
            Column("sender", .text), Column("receiver", .text), Column("reply_to", .integer), Column("text", .text),
            Column("deleted_at", .integer),
        ])

    public static let events = StoreTable(
        "events", key: ["server", "number"], end: "at",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("room", .integer),
            Column("type", .text), Column("actor", .text), Column("data", .text),
        ])

    /// Who may not come into rooms of a name; identity and address are veiled.
    public static let bans = StoreTable(
        "bans", key: ["server", "number"], end: "until",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("room", .text),
            Column("identity", .text), Column("address", .text), Column("until", .integer), Column("reason", .text),
            Column("actor", .text),
        ])

    /// Tokens and identities that are not let in; identities are veiled. Those of tokens are over when none of that time can be good any more.
    public static let revocations = StoreTable(
        "revocations", key: ["server", "number"], end: "until",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("token", .text),
            Column("identity", .text), Column("until", .integer),
        ])

    /// One-time tokens that were used, until they are over.
    public static let spentTokens = StoreTable(
        "spent_tokens", key: ["server", "number"], end: "until",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("token", .text),
            Column("until", .integer),
        ])

    /// A participant's call with one other, as its client tells it: how it went in all.
    public static let calls = StoreTable(
        "call_summaries", key: ["server", "number"], end: "at",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("participant", .text),
            Column("remote", .text), Column("outcome", .text), Column("duration", .real), Column("setup", .real),
            Column("round_trip_time", .real), Column("jitter", .real), Column("loss", .real), Column("freeze_ratio", .real),
            Column("health", .real),
        ])

    /// What a client tells of one track, with the names and units of W3C webrtc-stats; and its `stats` messages, which have no track.
    public static let callStatistics = StoreTable(
        "call_stats", key: ["server", "number"], end: "at",
        [
            Column("server", .integer), Column("number", .integer), Column("at", .integer), Column("participant", .text),
            Column("remote", .text), Column("mid", .text), Column("kind", .text), Column("packets_sent", .integer),
            Column("bytes_sent", .integer), Column("frames_sent", .integer), Column("retransmitted_packets_sent", .integer),
            Column("packets_received", .integer), Column("bytes_received", .integer), Column("frames_received", .integer),
            Column("retransmitted_packets_received", .integer), Column("packets_lost", .integer),
            Column("nack_count", .integer), Column("pli_count", .integer), Column("freeze_count", .integer),
            Column("frame_width", .integer), Column("frame_height", .integer), Column("total_freezes_duration", .real),
            Column("jitter", .real), Column("round_trip_time", .real),
            Column("audio_level", .real), Column("loss", .real),
        ])

    /// All of them.
    public static let all = [
        servers, rooms, sessions, participants, chat, events, bans, calls, callStatistics, revocations, spentTokens,
    ]
}
