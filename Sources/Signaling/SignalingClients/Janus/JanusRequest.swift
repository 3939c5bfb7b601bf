import RTCCore

/// What a ``JanusClient`` has asked for and waits to hear about, by transaction.
struct JanusRequest: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
        case createSession
        case attachRoom
        case createRoom
        case joinRoom
        case publish(epoch: Int)
        case unpublish
        case attachFeed(id: String)
        case subscribe(id: String)
        case start(id: String, epoch: Int)
        case restart(id: String)
        case trickle
        case keepalive
        case leave
        case listParticipants
        case destroyRoom
        case detach
    }

    let transaction: String
    let purpose: Purpose
    let answerBy: Instant
}

extension JanusRequest.Purpose {
    /// Whether an `ack` comes first, and the answer as an event.
    var isAsynchronous: Bool {
        switch self {
        case .joinRoom, .publish, .unpublish, .subscribe, .start, .restart, .leave: true
        case .createSession, .attachRoom, .createRoom, .attachFeed, .trickle, .keepalive, .listParticipants, .destroyRoom,
            .detach:
            false
        }
    }
}
