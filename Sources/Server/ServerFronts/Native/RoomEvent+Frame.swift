import RoomCore
import SignalingProtocol

extension RoomEvent {
    /// The event as `starling.v1` tells it.
    var frame: Event {
        switch self {
        case .peerJoined(let peer): .peerJoined(peer)
        case .peerLeft(let participant, let reason): .peerLeft(participant: participant, reason: reason.rawValue)
        case .peerReconnecting(let participant): .peerReconnecting(participant: participant)
        case .peerResumed(let participant): .peerResumed(participant: participant)
        case .peerUpdated(let change): .peerUpdated(change)
        case .roleChanged(let participant, let role, let permissions):
            .roleChanged(participant: participant, role: role.rawValue, permissions: permissions?.map(\.rawValue))
        case .roomUpdated(let settings, let spotlight): .roomUpdated(settings, spotlight: spotlight)
        case .roomEnded(let reason): .roomEnded(reason: reason)
        case .lobbyRequest(let waiting): .lobbyRequest(waiting)
        case .lobbyLeft(let participant, let reason): .lobbyLeft(participant: participant, reason: reason.rawValue)
        case .lobbyAdmitted(let snapshot): .lobbyAdmitted(snapshot.shown)
        case .lobbyDenied(let reason): .lobbyDenied(reason: reason)
        case .muted(let source, let hard, let by): .muted(source, hard: hard, by: by)
        case .unmuteAsked(let source, let by): .unmuteAsked(source, by: by)
        case .chat(let message): .chat(message)
        case .chatDeleted(let message, let by): .chatDeleted(message: message, by: by)
        case .reaction(let from, let emoji, let target): .reaction(from: from, emoji: emoji, target: target)
        case .hands(let queue): .hands(queue)
        case .activeSpeaker(let participant): .activeSpeaker(participant: participant)
        case .connectionQuality(let participant, let quality, let score):
            .connectionQuality(participant: participant, quality.rawValue, score: score)
        case .subscribed(let participant, let wanted): .subscribed(participant: participant, wanted: wanted)
        case .key(let from, let key): .key(from: from, key)
        case .matchFound(let offer): .matchFound(offer)
        case .matchAccepted(let room, let media): .matchAccepted(room: room, media)
        case .matchEnded(let end, let queued): .matchEnded(end, queued: queued)
        case .signal(let from, let signal):
            .signal(
                from: from, connection: signal.connection, epoch: signal.epoch, kind: signal.kind, body: .raw(signal.body))
        case .signalExpired(let to, let connection, let epoch, let kind):
            .signalExpired(to: to, connection: connection, epoch: epoch, kind: kind)
        }
    }
}
