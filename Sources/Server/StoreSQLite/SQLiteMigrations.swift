/// How each version of the schema comes out of the one before; what is here is never changed, only added to.
enum SQLiteMigrations {
    /// The first makes version 1 out of an empty file.
    static let all: [String] = [version1, version2, version3]

    private static let version1 = """
        CREATE TABLE servers(
            server INTEGER NOT NULL PRIMARY KEY, version TEXT, started_at INTEGER, last_seen INTEGER, stopped_at INTEGER,
            reason TEXT);
        CREATE TABLE rooms(
            server INTEGER NOT NULL, room INTEGER NOT NULL, name TEXT, mode TEXT, settings TEXT, created_at INTEGER,
            ended_at INTEGER, reason TEXT, most_participants INTEGER, PRIMARY KEY(server, room)) WITHOUT ROWID;
        CREATE INDEX rooms_by_end ON rooms(ended_at);
        CREATE TABLE sessions(
            server INTEGER NOT NULL, session TEXT NOT NULL, front TEXT, continues TEXT, opened_at INTEGER, closed_at INTEGER,
            reason TEXT, resumes INTEGER, PRIMARY KEY(server, session)) WITHOUT ROWID;
        CREATE INDEX sessions_by_end ON sessions(closed_at);
        CREATE INDEX sessions_by_start ON sessions(opened_at);
        CREATE TABLE participants(
            server INTEGER NOT NULL, participant TEXT NOT NULL, room INTEGER, session TEXT, identity TEXT, name TEXT, role TEXT,
            joined_at INTEGER, left_at INTEGER, reason TEXT, PRIMARY KEY(server, participant)) WITHOUT ROWID;
        CREATE INDEX participants_by_end ON participants(left_at);
        CREATE INDEX participants_by_start ON participants(joined_at);
        CREATE INDEX participants_by_room ON participants(server, room);
        CREATE TABLE chat_messages(
            server INTEGER NOT NULL, room INTEGER NOT NULL, message INTEGER NOT NULL, at INTEGER, sender TEXT, receiver TEXT,
            reply_to INTEGER, text TEXT, deleted_at INTEGER, PRIMARY KEY(server, room, message)) WITHOUT ROWID;
        CREATE INDEX chat_messages_by_end ON chat_messages(at);
        CREATE TABLE events(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, room INTEGER, type TEXT, actor TEXT, data TEXT,
            PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX events_by_end ON events(at);
        CREATE TABLE bans(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, room TEXT, identity TEXT, address TEXT, until INTEGER,
            reason TEXT, actor TEXT, PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX bans_by_end ON bans(until);
        CREATE TABLE call_summaries(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, participant TEXT, remote TEXT, outcome TEXT,
            duration REAL, setup REAL, round_trip_time REAL, jitter REAL, loss REAL, freeze_ratio REAL, health REAL,
            PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX call_summaries_by_end ON call_summaries(at);
        CREATE TABLE call_stats(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, participant TEXT, remote TEXT, mid TEXT, kind TEXT,
            packets_sent INTEGER, bytes_sent INTEGER, frames_sent INTEGER, retransmitted_packets_sent INTEGER,
            packets_received INTEGER, bytes_received INTEGER, frames_received INTEGER, retransmitted_packets_received INTEGER,
            packets_lost INTEGER, nack_count INTEGER, pli_count INTEGER, freeze_count INTEGER, frame_width INTEGER,
            frame_height INTEGER, total_freezes_duration REAL, jitter REAL, round_trip_time REAL, audio_level REAL, loss REAL, PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX call_stats_by_end ON call_stats(at);
        """

    private static let version2 = """
        CREATE TABLE revocations(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, token TEXT, identity TEXT, until INTEGER,
            PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX revocations_by_end ON revocations(until);
        """

    private static let version3 = """
        CREATE TABLE spent_tokens(
            server INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER, token TEXT, until INTEGER,
            PRIMARY KEY(server, number)) WITHOUT ROWID;
        CREATE INDEX spent_tokens_by_end ON spent_tokens(until);
        """
}
