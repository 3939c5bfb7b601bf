import Operations
import RTCCore
import RoomCore
import SignalingProtocol

extension RoomRecord {
    /// What the log says of it: ids and reasons, neither names nor identities nor what was said.
    var logLine: LogLine {
        switch self {
        case .sessionOpened(let session, let front, let continues):
            var fields: JSONObject = ["front": .string(front), "session": .string(session)]
            fields["continues"] = continues.map { .string($0) }
            return LogLine(.info, "session_opened", fields)
        case .sessionResumed(let session, let resumes):
            return LogLine(.info, "session_resumed", ["resumes": .integer(Int64(resumes)), "session": .string(session)])
        case .sessionClosed(let session, let reason):
            return LogLine(.info, "session_closed", ["reason": .string(reason), "session": .string(session)])
        case .roomOpened(let room, _, let mode, _):
            return LogLine(.info, "room_opened", ["mode": .string(mode.rawValue), "room": .integer(Int64(room))])
        case .roomChanged(let room, _):
            return LogLine(.info, "room_changed", ["room": .integer(Int64(room))])
        case .roomClosed(let room, let reason, let most):
            return LogLine(
                .info, "room_closed",
                ["most_participants": .integer(Int64(most)), "reason": .string(reason), "room": .integer(Int64(room))])
        case .joined(let participant, let room, let session, _, _, let role):
            return LogLine(
                .info, "joined",
                [
                    "participant": .string(participant), "role": .string(role.rawValue), "room": .integer(Int64(room)),
                    "session": .string(session),
                ])
        case .tookOver(let participant, let session):
            return LogLine(.info, "took_over", ["participant": .string(participant), "session": .string(session)])
        case .heard(let participant, let wait):
            return LogLine(.debug, "heard", ["participant": .string(participant), "seconds": .number(wait.inSeconds)])
        case .left(let participant, let reason):
            return LogLine(.info, "left", ["participant": .string(participant), "reason": .string(reason)])
        case .changedName(let participant, _):
            return LogLine(.debug, "name_changed", ["participant": .string(participant)])
        case .changedRole(let participant, let role):
            return LogLine(.info, "role_changed", ["participant": .string(participant), "role": .string(role.rawValue)])
        case .chat(let room, let message):
            return LogLine(
                .debug, "chat",
                [
                    "message": .integer(message.number), "participant": .string(message.from), "room": .integer(Int64(room)),
                ])
        case .chatDeleted(let room, let message):
            return LogLine(.debug, "chat_deleted", ["message": .integer(message), "room": .integer(Int64(room))])
        case .banned(_, _, _, let until, _, let by):
            return LogLine(.warning, "banned", ["by": by.map { .string($0) } ?? .null, "until": .integer(until)])
        case .revoked(let token, _):
            return LogLine(.warning, "revoked", ["what": .string(token == nil ? "identity" : "token")])
        case .spent:
            return LogLine(.debug, "token_spent")
        case .stats(let participant, _):
            return LogLine(.debug, "stats", ["participant": .string(participant)])
        case .matched(let media, let waits):
            return LogLine(
                .info, "room_event",
                ["media": .string(media.rawValue), "type": "match", "waits": .array(waits.map { .number($0.inSeconds) })])
        case .event(let room, let type, let actor, _):
            var fields: JSONObject = ["type": .string(type)]
            fields["room"] = room.map { .integer(Int64($0)) }
            fields["by"] = actor.map { .string($0) }
            return LogLine(.info, "room_event", fields)
        }
    }
}
