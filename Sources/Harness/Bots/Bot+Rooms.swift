internal import Measurement
internal import NetworkImpairment
internal import RTCCore
internal import RTCPeer
internal import Scenario
internal import SignalingClients
internal import SignalingProtocol

/// What a bot does in its room beside calling, and what it hears of the others.
extension Bot {
    /// Whether the timeline brings it back after it was put out or refused.
    var comesBackLater: Bool { pendingActions.contains { $0.verb == .rejoin } }

    func act(_ verb: Verb, now: Instant) {
        guard state == .inRoom else { return }
        switch verb {
        case .chat(let text, let bot):
            guard let to = receiver(bot, verb, now: now) else { return }
            ask(.chat(ChatRequest(text: text, to: to)), "chat", now: now)
        case .react(let emoji): ask(.react(emoji: emoji, target: nil), "react", now: now)
        case .hand(let isUp): ask(isUp ? .raiseHand : .lowerHand(participant: nil), "hand", now: now)
        case .admit(nil):
            for waiting in lobby { ask(.admit(participant: waiting.participant), "admit", now: now) }
        case .admit(let bot?): moderate(bot, "admit", now: now) { .admit(participant: $0) }
        case .deny(let bot): moderate(bot, "deny", now: now) { .deny(participant: $0, reason: "") }
        case .kick(let bot): moderate(bot, "kick", now: now) { .kick(KickRequest(participant: $0)) }
        case .mute(let mute):
            moderate(mute.bot, "mute", now: now) {
                .mute(MuteRequest(participant: $0, source: mute.source, hard: mute.isHard))
            }
        case .role(let bot, let role): moderate(bot, "role", now: now) { .setRole(participant: $0, role) }
        case .lock(let isLocked): ask(.lock(isLocked), "lock", now: now)
        case .subscribe(let wish): subscribe(wish, now: now)
        default: break
        }
    }

    private func subscribe(_ wish: Verb.Wish, now: Instant) {
        let subscription: SignalingProtocol.Subscription
        switch wish {
        case .all: subscription = .auto
        case .speakers(let count): subscription = .activeSpeakers(Int64(count))
        case .bots(let bots): subscription = .participants(bots.compactMap(participant))
        }
        ask(.subscribe(subscription), "subscribe", now: now)
    }

    /// - Returns: `nil` where there is no such bot, and the id, or for all `nil`, otherwise.
    private func receiver(_ bot: String?, _ verb: Verb, now: Instant) -> String?? {
        guard let bot else { return .some(nil) }
        guard let id = participant(bot) else {
            log(.requestFailed, peer: bot, detail: "not in the room", now: now)
            return nil
        }
        return .some(id)
    }

    private func moderate(_ bot: String, _ what: String, now: Instant, _ request: (String) -> Request) {
        guard let id = participant(bot) else {
            return log(.requestFailed, peer: bot, detail: "\(what): not in the room", now: now)
        }
        ask(request(id), what, now: now)
    }

    private func ask(_ request: Request, _ what: String, now: Instant) {
        guard client.ask(request, now: now) else {
            return log(.requestFailed, detail: "\(what): not possible here", now: now)
        }
    }

    private func participant(_ bot: String) -> String? {
        client.peers.first { $0.name == bot }?.id ?? lobby.first { $0.name == bot }?.participant
    }

    /// Tells the others which of its sources send.
    func sayWhatIsSent(now: Instant) {
        guard context.target.signalingProtocol == .starling, state == .inRoom, !publishedKinds.isEmpty || shares > 0 else {
            return
        }
        var media: [MediaSource: Bool] = shares > 0 ? [.screen: screen != nil] : [:]
        for kind in publishedKinds { media[kind == .audio ? .microphone : .camera] = !mutedKinds.contains(kind) }
        _ = client.ask(.update(ParticipantUpdate(media: media)), now: now)
    }

    // MARK: - What is heard

    /// What follows from everybody's leaving at the end is nothing to tell.
    func heardOfTheRoom(_ event: RoomClientEvent, now: Instant) {
        switch event {
        case .waiting:
            state = .held
            log(.waiting, now: now)
        case .knocked(let waiting):
            lobby.removeAll { $0.participant == waiting.participant }
            lobby.append(waiting)
            log(.knocked, peer: waiting.name, now: now)
        case .knockEnded(let id, _): lobby.removeAll { $0.participant == id }
        case .chat(let message): log(.chatReceived, peer: name(of: message.from), detail: message.text, now: now)
        case .said(_, let chat): log(.chatSent, peer: chat.to.map(name), detail: chat.text, now: now)
        case .reaction(let from, let emoji, _): log(.reactionReceived, peer: name(of: from), detail: emoji, now: now)
        case .hands(let queue) where state == .inRoom:
            log(.handsChanged, detail: queue.map(name).joined(separator: ", "), now: now)
        case .peerUpdated(let change) where state == .inRoom:
            guard change.participant != participantID else { return }
            learnName(of: change.participant, nil, change.attributes)
            guard let media = change.media else { return }
            if media.microphone == .locked { stopHearing(change.participant, now: now) }
            log(.mediaState, peer: name(of: change.participant), detail: Self.phrase(media), now: now)
        case .roleChanged(let id, let role) where state == .inRoom: log(.roleChanged, peer: name(of: id), detail: role, now: now)
        case .roomUpdated where state == .inRoom:
            let isLocked = (client as? RoomClient)?.settings.locked ?? false
            log(.roomUpdated, detail: isLocked ? "locked" : "open", now: now)
        case .muted(let source, let hard, let by):
            log(.mutedByModerator, peer: name(of: by), detail: source.rawValue + (hard ? ", for good" : ""), now: now)
            if let kind = source.kind { mute(kind, true, now: now) } else { stopShowing(due: now, now: now) }
        case .activeSpeaker(let id) where state == .inRoom: log(.activeSpeaker, peer: id.map(name), now: now)
        case .connectionQuality(let id, let quality, let score) where state == .inRoom:
            log(.connectionQuality, peer: name(of: id), detail: Self.phrase(quality, score), now: now)
        case .subscribed(let id, let isWanted): want(isWanted, by: id, now: now)
        case .matchFound, .matchEnded: heardOfMatch(event, now: now)
        case .done(let request): done(request, now: now)
        case .failed(let request, let code):
            log(.requestFailed, detail: "\(request.type): \(code.rawValue)", now: now)
        default: break
        }
    }

    private func done(_ request: Request, now: Instant) {
        switch request {
        case .chat(let chat): log(.chatSent, peer: chat.to.map(name), detail: chat.text, now: now)
        case .react(let emoji, _): log(.reactionSent, detail: emoji, now: now)
        case .admit(let id), .deny(let id, _), .setRole(let id, _):
            log(.moderated, peer: name(of: id), detail: request.type, now: now)
        case .kick(let kick): log(.moderated, peer: name(of: kick.participant), detail: request.type, now: now)
        case .mute(let mute): log(.moderated, peer: name(of: mute.participant), detail: request.type, now: now)
        case .lock(let isLocked): log(.moderated, detail: isLocked ? "locked" : "unlocked", now: now)
        case .subscribe: log(.subscribed, now: now)
        case .enqueue: queued(now: now)
        case .acceptMatch: log(.matchAnswered, detail: "accepted", now: now)
        case .skipMatch: log(.matchAnswered, detail: "skipped", now: now)
        default: break
        }
    }

    /// A peer that does not want this bot's media is sent none.
    private func want(_ isWanted: Bool, by id: String, now: Instant) {
        log(.wanted, peer: name(of: id), detail: isWanted ? "yes" : "no", now: now)
        guard let connection = connections.first(where: { $0.remoteID == id }) else { return }
        connection.isUnwanted = !isWanted
        for kind in kinds { connection.mute(kind, !isWanted || mutedKinds.contains(kind)) }
        connection.muteScreens(!isWanted)
    }

    func name(of id: String) -> String {
        id == participantID ? context.plan.name : names[id] ?? lobby.first { $0.participant == id }?.name ?? id
    }

    /// Where people are strangers, bots say who they are in their attributes: else nobody could tell who saw whom.
    private static let nameAttribute = "bot"

    func sayWhoThisIs(now: Instant) {
        guard context.plan.match != nil else { return }
        let attributes: JSONObject = [Self.nameAttribute: .string(context.plan.name)]
        _ = client.ask(.update(ParticipantUpdate(attributes: attributes)), now: now)
    }

    /// Notes by which name a peer is known.
    func learnName(of id: String, _ shown: String?, _ attributes: JSONObject?) {
        let own = context.plan.match == nil ? nil : attributes?[Self.nameAttribute]?.stringValue
        guard let name = own ?? shown else { return }
        names[id] = name
        connections.first { $0.remoteID == id }?.remoteName = name
    }

    private static func phrase(_ media: MediaStates) -> String {
        "microphone \(media.microphone.rawValue), camera \(media.camera.rawValue)"
            + (media.screen == .off ? "" : ", screen \(media.screen.rawValue)")
    }

    // MARK: - Out

    /// A moderator's kick: the bot comes back only as the timeline says.
    func putOut(_ reason: String, now: Instant) {
        log(.kicked, detail: reason, now: now)
        if comesBackLater { return stayAway(now: now) }
        if now < stopDue { failure = failure ?? PhaseFailure(phase: .steady, reason: "put out: \(reason)") }
        leave(now: now)
    }

    /// Out of the room, with nothing to say to anybody.
    func stayAway(now: Instant) {
        screen = nil
        hangUp(now: now)
        state = .away
        participantID = nil
        signalingSeries?.superseded(at: now)
        rejoinSeries?.superseded(at: now)
        requests.append(.closeSignaling(code: CloseCode.left.rawValue, reason: "leave"))
    }

    /// The room as it is now.
    var view: RoomView {
        let room = client as? RoomClient
        func sources(_ media: MediaStates) -> RoomView.Sources {
            RoomView.Sources(
                microphone: media.microphone.rawValue, camera: media.camera.rawValue, screen: media.screen.rawValue)
        }
        // Other dialects do not say it of everybody.
        return RoomView(
            others: client.peers.filter { $0.part != .server }.map { names[$0.id] ?? $0.name },
            hands: room.map { $0.hands.map(name) },
            sources: room.map { $0.peers.map { sources($0.media) } } ?? [], own: sources(room?.media ?? MediaStates()))
    }
}

extension MediaSource {
    fileprivate var kind: MediaKind? {
        switch self {
        case .microphone: .audio
        case .camera: .video
        case .screen: nil
        }
    }
}

extension CloseCode {
    /// Whether somebody wanted this client out.
    var isPuttingOut: Bool { self == .kicked || self == .banned }
}
