import AccessCore
import RTCCore
public import RoomCore
public import SignalingProtocol

/// Makes rows of what happens in one server's rooms.
///
/// Identities and addresses go in under a veil only: alike each time, so that a ban holds, and without the place's key nobody's.
public struct Chronicle {
    /// Counts the starts of servers over one store.
    public let server: Int64
    private let veil: @Sendable (String) -> String
    private var events: Int64 = 0
    private var bans: Int64 = 0
    private var revocations: Int64 = 0
    private var spentTokens: Int64 = 0
    private var calls: Int64 = 0
    private var statistics: Int64 = 0
    /// Participants of this server about whom calls may still be told, with their identities: those who are here, and the newest of those who
    /// have left.
    private var known: [String: String?] = [:]
    private var departed: [String] = []
    private var oldestDeparted = 0

    /// Those who have left and are still known.
    public static let rememberedParticipants = 10_000
    /// After which no token is good for joining whatever the server takes, in milliseconds: a week and a day.
    private static let longestToken: Int64 = 8 * 86_400_000

    /// - Parameter veil: Hides who someone is, alike each time.
    public init(server: Int64, veil: @escaping @Sendable (String) -> String) {
        self.server = server
        self.veil = veil
    }

    public func knows(_ participant: String) -> Bool { known[participant] != nil }

    /// Who a participant is, or was; `nil` where nobody knows, or the room was anonymous.
    public func identity(of participant: String) -> String? { known[participant] ?? nil }

    // MARK: - The server

    /// - Parameter now: Milliseconds since 1970, as everywhere here.
    public func serverStarted(version: String, at now: Int64) -> StoreWrite {
        .put(
            .servers,
            [
                StoreField("server", .integer(server)), StoreField("version", .text(version)),
                StoreField("started_at", .integer(now)), StoreField("last_seen", .integer(now)),
            ])
    }

    public func serverSeen(at now: Int64) -> StoreWrite {
        .change(.servers, key: [.integer(server)], [StoreField("last_seen", .integer(now))])
    }

    public func serverStopped(reason: String, at now: Int64) -> StoreWrite {
        .change(
            .servers, key: [.integer(server)],
            [
                StoreField("last_seen", .integer(now)), StoreField("stopped_at", .integer(now)),
                StoreField("reason", .text(reason)),
            ])
    }

    // MARK: - Rooms

    public mutating func write(_ record: RoomRecord, at now: Int64) -> [StoreWrite] {
        guard case .stats(let participant, let report) = record else { return one(record, at: now).map { [$0] } ?? [] }
        let calls = write(report.calls, of: participant, at: now)
        return report.saysNothing ? calls : [measured(report, of: participant, at: now)] + calls
    }

    /// - Returns: `nil` for what only figures know.
    private mutating func one(_ record: RoomRecord, at now: Int64) -> StoreWrite? {
        let server = StoreValue.integer(server)
        let time = StoreValue.integer(now)
        switch record {
        case .sessionOpened(let session, let front, let continues):
            return .put(
                .sessions,
                [
                    StoreField("server", server), StoreField("session", .text(session)), StoreField("front", .text(front)),
                    StoreField("continues", StoreValue(continues)), StoreField("opened_at", time), StoreField("resumes", 0),
                ])
        case .sessionResumed(let session, let resumes):
            return .change(.sessions, key: [server, .text(session)], [StoreField("resumes", .integer(Int64(resumes)))])
        case .sessionClosed(let session, let reason):
            return .change(
                .sessions, key: [server, .text(session)], [StoreField("closed_at", time), StoreField("reason", .text(reason))])
        case .roomOpened(let room, let name, let mode, let settings):
            return .put(
                .rooms,
                [
                    StoreField("server", server), StoreField("room", .integer(Int64(room))), StoreField("name", StoreValue(name)),
                    StoreField("mode", .text(mode.rawValue)), StoreField("settings", .text(Self.text(settings))),
                    StoreField("created_at", time),
                ])
        case .roomChanged(let room, let settings):
            return .change(
                .rooms, key: [server, .integer(Int64(room))], [StoreField("settings", .text(Self.text(settings)))])
        case .roomClosed(let room, let reason, let most):
            return .change(
                .rooms, key: [server, .integer(Int64(room))],
                [
                    StoreField("ended_at", time), StoreField("reason", .text(reason)),
                    StoreField("most_participants", .integer(Int64(most))),
                ])
        case .joined(let participant, let room, let session, let identity, let name, let role):
            known[participant] = .some(identity)
            return .put(
                .participants,
                [
                    StoreField("server", server), StoreField("participant", .text(participant)),
                    StoreField("room", .integer(Int64(room))), StoreField("session", .text(session)),
                    StoreField("identity", StoreValue(identity.map(veil))), StoreField("name", StoreValue(name)),
                    StoreField("role", .text(role.rawValue)), StoreField("joined_at", time),
                ])
        case .tookOver(let participant, let session):
            return change(participant, [StoreField("session", .text(session))])
        case .left(let participant, let reason):
            forget(participant)
            return change(participant, [StoreField("left_at", time), StoreField("reason", .text(reason))])
        case .changedName(let participant, let name):
            return change(participant, [StoreField("name", .text(name))])
        case .changedRole(let participant, let role):
            return change(participant, [StoreField("role", .text(role.rawValue))])
        case .chat(let room, let message):
            return .put(
                .chat,
                [
                    StoreField("server", server), StoreField("room", .integer(Int64(room))),
                    StoreField("message", .integer(message.number)), StoreField("at", .integer(message.milliseconds)),
                    StoreField("sender", .text(message.from)), StoreField("receiver", StoreValue(message.to)),
                    StoreField("reply_to", StoreValue(message.replyTo)), StoreField("text", .text(message.text)),
                ])
        case .chatDeleted(let room, let message):
            return .change(
                .chat, key: [server, .integer(Int64(room)), .integer(message)],
                [StoreField("text", nil), StoreField("deleted_at", time)])
        case .banned(let room, let identity, let address, let until, let reason, let by):
            bans += 1
            return .put(
                .bans,
                [
                    StoreField("server", server), StoreField("number", .integer(bans)), StoreField("at", time),
                    StoreField("room", .text(room)), StoreField("identity", StoreValue(identity.map(veil))),
                    StoreField("address", StoreValue(address.map(veil))), StoreField("until", .integer(until)),
                    StoreField("reason", .text(reason)), StoreField("actor", StoreValue(by)),
                ])
        case .revoked(let token, let identity):
            revocations += 1
            return .put(
                .revocations,
                [
                    StoreField("server", server), StoreField("number", .integer(revocations)), StoreField("at", time),
                    StoreField("token", StoreValue(token)), StoreField("identity", StoreValue(identity.map(veil))),
                    StoreField("until", StoreValue(token == nil ? nil : now + Self.longestToken)),
                ])
        case .spent(let token):
            spentTokens += 1
            return .put(
                .spentTokens,
                [
                    StoreField("server", server), StoreField("number", .integer(spentTokens)), StoreField("at", time),
                    StoreField("token", .text(token.id)), StoreField("until", .integer(token.until * 1000)),
                ])
        case .stats(let participant, let report):
            return measured(report, of: participant, at: now)
        case .heard:
            return nil
        case .matched(let media, let waits):
            return event(
                "match", in: nil, by: nil,
                ["media": .string(media.rawValue), "waits": .array(waits.map { .number($0.inSeconds) })], at: now)
        case .event(let room, let type, let actor, let data):
            return event(type, in: room, by: actor, data, at: now)
        }
    }

    private mutating func event(
        _ type: String, in room: Int?, by actor: String?, _ data: JSONObject, at now: Int64
    ) -> StoreWrite {
        events += 1
        return .put(
            .events,
            [
                StoreField("server", .integer(server)), StoreField("number", .integer(events)), StoreField("at", .integer(now)),
                StoreField("room", StoreValue(room.map { Int64($0) })), StoreField("type", .text(type)),
                StoreField("actor", StoreValue(actor)), StoreField("data", .text(JSON.object(data).text)),
            ])
    }

    private func change(_ participant: String, _ fields: [StoreField]) -> StoreWrite {
        .change(.participants, key: [.integer(server), .text(participant)], fields)
    }

    private static func text(_ settings: RoomSettings) -> String {
        let object: JSONObject = [
            "anonymous": .bool(settings.anonymous), "lobby": .bool(settings.lobby), "locked": .bool(settings.locked),
            "text": .bool(settings.textOnly),
        ]
        return JSON.object(object).text
    }

    private mutating func forget(_ participant: String) {
        departed.append(participant)
        guard departed.count - oldestDeparted > Self.rememberedParticipants else { return }
        known[departed[oldestDeparted]] = nil
        oldestDeparted += 1
        if oldestDeparted >= Self.rememberedParticipants {
            departed.removeFirst(oldestDeparted)
            oldestDeparted = 0
        }
    }

    // MARK: - Calls

    /// How calls went, as the client of one of their sides tells it.
    public mutating func write(_ reports: [CallReport], of participant: String, at now: Int64) -> [StoreWrite] {
        var writes: [StoreWrite] = []
        for report in reports {
            calls += 1
            writes.append(
                .put(
                    .calls,
                    [
                        StoreField("server", .integer(server)), StoreField("number", .integer(calls)),
                        StoreField("at", .integer(now)), StoreField("participant", .text(participant)),
                        StoreField("remote", .text(report.remote)), StoreField("outcome", .text(report.outcome.rawValue)),
                        StoreField("duration", .real(report.duration)), StoreField("setup", StoreValue(report.setup)),
                        StoreField("round_trip_time", StoreValue(report.roundTripTime)),
                        StoreField("jitter", StoreValue(report.jitter)), StoreField("loss", StoreValue(report.loss)),
                        StoreField("freeze_ratio", StoreValue(report.freezeRatio)), StoreField("health", .real(report.health)),
                    ]))
            for track in report.tracks {
                var fields = [
                    StoreField("remote", .text(report.remote)), StoreField("mid", .text(track.mid)),
                    StoreField("kind", .text(track.kind.rawValue)),
                ]
                for (name, path) in CallTrack.counts {
                    fields.append(StoreField(Self.column(name), StoreValue(track[keyPath: path])))
                }
                for (name, path) in CallTrack.durations {
                    fields.append(StoreField(Self.column(name), StoreValue(track[keyPath: path])))
                }
                writes.append(statistics(of: participant, fields, at: now))
            }
        }
        return writes
    }

    /// The column of a name of the W3C's: `packets_sent` of `packetsSent`.
    public static func column(_ name: String) -> String {
        var column = ""
        for letter in name.unicodeScalars {
            if (65...90).contains(letter.value) { column += "_" }
            column += String(letter).lowercased()
        }
        return column
    }

    private mutating func measured(_ report: StatsReport, of participant: String, at now: Int64) -> StoreWrite {
        statistics(
            of: participant,
            [
                StoreField("audio_level", StoreValue(report.audioLevel)),
                StoreField("round_trip_time", StoreValue(report.roundTrip.map { $0 / 1000 })),
                StoreField("jitter", StoreValue(report.jitterMilliseconds.map { $0 / 1000 })),
                StoreField("loss", StoreValue(report.loss)),
            ], at: now)
    }

    private mutating func statistics(of participant: String, _ fields: [StoreField], at now: Int64) -> StoreWrite {
        statistics += 1
        return .put(
            .callStatistics,
            [
                StoreField("server", .integer(server)), StoreField("number", .integer(statistics)),
                StoreField("at", .integer(now)), StoreField("participant", .text(participant)),
            ] + fields)
    }
}
