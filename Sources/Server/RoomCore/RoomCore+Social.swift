import AccessCore
import RTCCore
import SignalingProtocol

extension RoomCore {
    mutating func update(
        _ request: ParticipantUpdate, _ key: SessionKey, _ session: Session, id: Int64
    ) throws(RequestError) {
        guard var membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        var change = ParticipantChange(participant: membership.participant)
        if let name = request.name, name != membership.name {
            guard rooms[membership.room]?.settings.anonymous != true else {
                throw RequestError(.forbidden, "names are not shown in this room")
            }
            membership.name = name
            record(.changedName(participant: membership.participant, name: name))
            change.name = name
        }
        if let status = request.status, status != membership.status {
            membership.status = status
            change.status = status
        }
        if let attributes = request.attributes, attributes != membership.attributes {
            membership.attributes = attributes
            change.attributes = attributes
        }
        var media = membership.media
        for source in MediaSource.allCases {
            guard let isOn = request.media[source] else { continue }
            if isOn {
                guard permits(membership, .publish) else {
                    throw RequestError(.forbidden, "a \(membership.role.rawValue) may not send media in this room")
                }
                guard session.grant.sources?.contains(source) ?? true else {
                    throw RequestError(.forbidden, "the token does not allow to send \(source.rawValue)")
                }
                guard media[source] != .locked else {
                    throw RequestError(.forbidden, "a moderator has muted this \(source.rawValue)")
                }
                media[source] = .on
            } else if media[source] == .on {
                media[source] = .off
            }
        }
        if media != membership.media {
            membership.media = media
            change.media = media
        }
        reply(key, id, .done)
        guard change != ParticipantChange(participant: membership.participant) else { return }
        sessions[key]?.membership = membership
        tellRoom(membership.room, about: key, .peerUpdated(change), except: nil)
    }

    mutating func chat(
        _ request: ChatRequest, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        let membership = try acting(session, .chat)
        if let clientID = request.clientID,
            let said = rooms[membership.room]?.chat.message(from: membership.participant, named: clientID)
        {
            reply(key, id, .said(message: said.number, milliseconds: said.milliseconds))
            return
        }
        var receivers = (rooms[membership.room]?.members ?? []).filter { $0 != key }
        if let to = request.to {
            guard let receiver = participants[to], receivers.contains(receiver) else {
                throw RequestError(.noSuchPeer, "'\(to)' is not another participant of this room")
            }
            receivers = [receiver]
        }
        guard var room = rooms[membership.room] else { return }
        if let wait = sessions[key]?.chatMeter.take(limits.chat, now: now) {
            throw RequestError(.rateLimited, "too many messages in the chat", retryMilliseconds: wait)
        }
        let message = ChatMessage(
            number: room.chat.next, milliseconds: milliseconds(at: now), from: membership.participant, text: request.text,
            to: request.to, replyTo: request.replyTo, clientID: request.clientID)
        room.chat.add(message, limit: limits.chatHistory)
        room.rev += 1
        rooms[membership.room] = room
        statistics.chatMessages += 1
        if !room.settings.anonymous { record(.chat(room: room.number, message)) }
        reply(key, id, .said(message: message.number, milliseconds: message.milliseconds))
        for receiver in receivers { tell(receiver, .chat(message), rev: room.rev) }
    }

    mutating func chatHistory(
        _ request: ChatHistoryRequest, _ key: SessionKey, _ session: Session, id: Int64
    ) throws(RequestError) {
        guard let membership = session.membership, let room = rooms[membership.room] else {
            throw RequestError(.conflict, "join a room first")
        }
        reply(key, id, .history(room.chat.history(request, for: membership.participant)))
    }

    mutating func deleteChat(_ number: Int64, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        guard let membership = session.membership, var room = rooms[membership.room] else {
            throw RequestError(.conflict, "join a room first")
        }
        guard let message = room.chat.message(number),
            message.to == nil || message.to == membership.participant || message.from == membership.participant
        else { throw RequestError(.notFound, "there is no message \(number)") }
        guard message.from == membership.participant || permits(membership, .deleteChat) else {
            throw RequestError(.forbidden, "this message is someone else's")
        }
        room.chat.remove(number)
        record(.chatDeleted(room: room.number, message: number))
        room.rev += 1
        rooms[membership.room] = room
        reply(key, id, .done)
        for member in room.members where member != key {
            guard let other = sessions[member]?.membership,
                message.to == nil || other.participant == message.to || other.participant == message.from
            else { continue }
            tell(member, .chatDeleted(message: number, by: membership.participant), rev: room.rev)
        }
    }

    mutating func react(
        _ emoji: String, _ target: String?, _ key: SessionKey, _ session: Session, id: Int64, now: Instant
    ) throws(RequestError) {
        let membership = try acting(session, .react)
        let members = rooms[membership.room]?.members ?? []
        if let target {
            guard let key = participants[target], members.contains(key) else {
                throw RequestError(.noSuchPeer, "'\(target)' is not in this room")
            }
        }
        if let wait = sessions[key]?.reactionMeter.take(limits.reactions, now: now) {
            throw RequestError(.rateLimited, "too many reactions", retryMilliseconds: wait)
        }
        statistics.reactions += 1
        reply(key, id, .done)
        for member in members where member != key {
            guard let other = sessions[member], other.isConnected, other.membership?.isReady ?? false else { continue }
            outputs.append(.volatile(member, .reaction(from: membership.participant, emoji: emoji, target: target)))
        }
    }

    mutating func raiseHand(_ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let membership = try acting(session, .hand)
        reply(key, id, .done)
        guard let hands = rooms[membership.room]?.hands, !hands.contains(membership.participant) else { return }
        rooms[membership.room]?.hands.append(membership.participant)
        tellRoom(membership.room, .hands(hands + [membership.participant]), except: nil)
    }

    mutating func lowerHand(_ participant: String?, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        guard let membership = session.membership else { throw RequestError(.conflict, "join a room first") }
        let whose = participant ?? membership.participant
        if whose != membership.participant { _ = try acting(session, .mute) }
        reply(key, id, .done)
        guard var hands = rooms[membership.room]?.hands, hands.contains(whose) else { return }
        hands.removeAll { $0 == whose }
        rooms[membership.room]?.hands = hands
        tellRoom(membership.room, .hands(hands), except: nil)
    }

    mutating func relay(_ message: KeyMessage, _ key: SessionKey, _ session: Session, id: Int64) throws(RequestError) {
        let membership = try acting(session, .signal)
        var receivers = (rooms[membership.room]?.members ?? []).filter { $0 != key }
        if let to = message.to {
            guard let receiver = participants[to], receivers.contains(receiver) else {
                throw RequestError(.noSuchPeer, "'\(to)' is not another participant of this room")
            }
            receivers = [receiver]
        }
        reply(key, id, .done)
        for receiver in receivers { tell(receiver, .key(from: membership.participant, message), rev: nil) }
    }
}
