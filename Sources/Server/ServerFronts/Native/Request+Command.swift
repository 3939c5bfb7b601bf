import RoomCore
import SignalingProtocol

extension Request {
    /// What the rooms have to do for it; `nil` where it is not for them.
    var command: RoomCommand? {
        switch self {
        case .join(let join): .join(join)
        case .ready: .ready
        case .signal(let signal): .signal(signal)
        case .leave: .leave
        case .update(let update): .update(update)
        case .admit(let participant): .admit(participant: participant)
        case .deny(let participant, let reason): .deny(participant: participant, reason: reason)
        case .mute(let mute): .mute(mute)
        case .askUnmute(let participant, let source): .askUnmute(participant: participant, source)
        case .kick(let kick): .kick(kick)
        case .setRole(let participant, let role): .setRole(participant: participant, role)
        case .lock(let isLocked): .lock(isLocked)
        case .end(let reason): .end(reason: reason)
        case .spotlight(let participant): .spotlight(participant: participant)
        case .chat(let chat): .chat(chat)
        case .chatHistory(let history): .chatHistory(history)
        case .deleteChat(let message): .deleteChat(message: message)
        case .react(let emoji, let target): .react(emoji: emoji, target: target)
        case .raiseHand: .raiseHand
        case .lowerHand(let participant): .lowerHand(participant: participant)
        case .enqueue(let wish): .enqueue(wish)
        case .acceptMatch: .acceptMatch
        case .skipMatch: .skipMatch
        case .cancelMatch: .cancelMatch
        case .subscribe(let subscription): .subscribe(subscription)
        case .stats(let report): .stats(report)
        case .key(let key): .key(key)
        case .hello, .ping, .refreshToken, .unknown: nil
        }
    }
}
