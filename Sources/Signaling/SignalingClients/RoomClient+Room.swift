import RTCCore
import SignalingProtocol

extension RoomClient {
    /// What happened in the room beyond who is in it.
    mutating func heard(_ event: Event, now: Instant) {
        switch event {
        case .peerUpdated(let change): updated(change)
        case .roleChanged(let participant, let role, let permissions):
            if participant == selfID {
                self.role = role
                self.permissions = permissions ?? self.permissions
                if self.permissions.contains(Permission.admit.rawValue) == false { lobby = [] }
            } else {
                guard let index = peer(participant, "changed its role") else { return }
                peers[index].role = role
            }
            tell(.roleChanged(id: participant, role: role))
        case .roomUpdated(let settings, let spotlight):
            self.settings = settings
            self.spotlight = spotlight
            tell(.roomUpdated)
        case .roomEnded where looksAgain: break
        case .roomEnded(let reason):
            wantsRoom = false
            wentOut()
            tell(.roomEnded(reason: reason))
        case .hands(let queue):
            hands = queue
            tell(.hands(queue))
        case .activeSpeaker(let participant):
            speaker = participant
            tell(.activeSpeaker(id: participant))
        case .connectionQuality(let participant, let name, let score):
            guard let quality = ConnectionQuality(rawValue: name) else { return }
            if let index = peers.firstIndex(where: { $0.id == participant }) { peers[index].quality = quality }
            tell(.connectionQuality(id: participant, quality, score: score))
        case .subscribed(let participant, let wanted): tell(.subscribed(id: participant, wanted: wanted))
        case .key(let from, let key): tell(.key(from: from, key))
        case .lobbyRequest, .lobbyLeft, .lobbyAdmitted, .lobbyDenied: heardOfLobby(event, now: now)
        case .muted(let source, let hard, let by):
            media[source] = hard ? .locked : .off
            tell(.muted(source, hard: hard, by: by))
        case .unmuteAsked(let source, let by):
            if media[source] == .locked { media[source] = .off }
            tell(.unmuteAsked(source, by: by))
        case .chat(let message):
            if isCatchingUp { laterMessages.append(message) } else { take(message) }
        case .chatDeleted(let message, let by): tell(.chatDeleted(message: message, by: by))
        case .reaction(let from, let emoji, let target): tell(.reaction(from: from, emoji: emoji, target: target))
        case .matchFound, .matchAccepted, .matchEnded: heardOfMatch(event, now: now)
        case .peerJoined, .peerLeft, .peerReconnecting, .peerResumed, .signal, .signalExpired, .resumed, .goAway, .unknown: break
        }
    }

    private mutating func updated(_ change: ParticipantChange) {
        guard change.participant != selfID else {
            media = change.media ?? media
            tell(.peerUpdated(change))
            return
        }
        guard let index = peer(change.participant, "changed") else { return }
        if let name = change.name { peers[index].name = name }
        if let status = change.status { peers[index].status = status }
        if let attributes = change.attributes { peers[index].attributes = attributes }
        if let media = change.media { peers[index].media = media }
        tell(.peerUpdated(change))
    }

    private mutating func heardOfLobby(_ event: Event, now: Instant) {
        switch event {
        case .lobbyRequest(let waiting):
            lobby.removeAll { $0.participant == waiting.participant }
            lobby.append(waiting)
            tell(.knocked(waiting))
        case .lobbyLeft(let participant, let reason):
            lobby.removeAll { $0.participant == participant }
            tell(.knockEnded(participant: participant, reason: reason))
        case .lobbyAdmitted(let snapshot):
            guard state == .waiting else { return }
            wentIn(snapshot, now: now)
        case .lobbyDenied(let reason):
            guard state == .waiting else { return }
            wantsRoom = false
            wentOut()
            tell(.denied(reason: reason))
        default: break
        }
    }

    private mutating func heardOfMatch(_ event: Event, now: Instant) {
        switch event {
        case .matchFound(let offer): tell(.matchFound(offer))
        case .matchAccepted(let room, let media):
            isQueued = false
            self.room = room
            tell(.matchAccepted(media))
            if state == .outside { enter(now: now) }
        case .matchEnded(let end, let queued):
            isQueued = queued
            tell(.matchEnded(end, queued: queued))
        default: break
        }
    }

    /// The newest message that was told is followed by this one; what is not newer was told before.
    mutating func take(_ message: ChatMessage) {
        guard message.number > lastMessage else {
            if message.number <= fetchedMessage { return }
            tell(.protocolBroken("message \(message.number) came after \(lastMessage)"))
            return
        }
        lastMessage = message.number
        tell(.chat(message))
    }

    /// What was said while this client had lost its session.
    mutating func catchUp(_ history: ChatHistory, now: Instant) {
        for message in history.messages where message.number > lastMessage {
            lastMessage = message.number
            if message.from != selfID { tell(.chat(message)) }
        }
        if history.hasMore {
            request(.chatHistory(ChatHistoryRequest(after: lastMessage, limit: 100)), now: now)
            return
        }
        isCatchingUp = false
        fetchedMessage = lastMessage
        let later = laterMessages.filter { $0.number > lastMessage }
        laterMessages = []
        for message in later { take(message) }
    }
}
