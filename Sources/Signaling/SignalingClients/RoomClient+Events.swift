public import RTCCore
import SignalingProtocol

extension RoomClient {
    /// A text frame arrived.
    public mutating func received(_ text: String, now: Instant) {
        guard state != .connecting, state != .closed, state != .lost else { return }
        let frame: ServerFrame
        do throws(FrameError) {
            frame = try ServerFrame(text)
        } catch {
            tell(.protocolBroken("\(error.code.rawValue): \(error.message)"))
            return
        }
        switch frame {
        case .reply(let id, let reply):
            answered(id, reply, now: now)
        case .event(let event, let seq, let rev):
            if let seq { count(seq, now: now) }
            take(event, rev, now: now)
        }
    }

    private mutating func take(_ event: Event, _ rev: Int64?, now: Instant) {
        guard state != .joining || !event.isOfRoom else {
            if early.count < timing.earlyEvents {
                early.append((event, rev))
            } else {
                tell(.protocolBroken("more than \(timing.earlyEvents) events before the reply to 'join'"))
            }
            return
        }
        if let rev { checkRevision(rev) }
        happened(event, now: now)
    }

    mutating func takeEarly(now: Instant) {
        let waiting = early
        early = []
        for item in waiting { take(item.event, item.rev, now: now) }
    }

    private mutating func count(_ seq: Int64, now: Instant) {
        if seq != lastSeq + 1 { tell(.protocolBroken("event \(seq) came after \(lastSeq)")) }
        lastSeq = max(lastSeq, seq)
        if lastSeq - acknowledged >= timing.acknowledgeEvery {
            acknowledge()
        } else if acknowledgeAt == nil {
            acknowledgeAt = now + timing.acknowledgement
        }
    }

    private mutating func checkRevision(_ rev: Int64) {
        if rev <= lastRev { tell(.protocolBroken("revision \(rev) of the room came after \(lastRev)")) }
        lastRev = max(lastRev, rev)
    }

    private mutating func happened(_ event: Event, now: Instant) {
        switch event {
        case .peerJoined(let description):
            let peer = RemoteParticipant(description)
            guard !peers.contains(where: { $0.id == peer.id }) else {
                tell(.protocolBroken("'\(peer.id)' joined twice"))
                return
            }
            guard peers.count < timing.participants else {
                tell(.protocolBroken("more than \(timing.participants) participants"))
                return
            }
            peers.append(peer)
            lobby.removeAll { $0.participant == peer.id }
            tell(.peerJoined(peer))
        case .peerLeft(let participant, let reason):
            guard let index = peer(participant, "left") else { return }
            peers.remove(at: index)
            hands.removeAll { $0 == participant }
            if spotlight == participant { spotlight = nil }
            tell(.peerLeft(id: participant, reason: reason))
        case .peerReconnecting(let participant):
            guard let index = peer(participant, "lost its connection") else { return }
            peers[index].isReconnecting = true
            tell(.peerReconnecting(id: participant))
        case .peerResumed(let participant):
            guard let index = peer(participant, "came back") else { return }
            peers[index].isReconnecting = false
            tell(.peerResumed(id: participant))
        case .signal(let from, let connection, let epoch, let kind, let body):
            guard let text = kind.text(of: body) else {
                tell(.protocolBroken("a body of '\(kind.rawValue)' from '\(from)' without its text"))
                return
            }
            tell(.signal(from: from, connection: connection, epoch: Int(epoch), kind: kind, body: text))
        case .signalExpired(let to, let connection, let epoch, let kind):
            tell(.signalFailed(to: to, connection: connection, epoch: Int(epoch), kind: kind, code: .timeout))
        case .resumed(let rev, _):
            resumed(rev)
        case .goAway(let reason, _, let milliseconds):
            retryAfter = milliseconds.map { Self.duration(milliseconds: $0) }
            tell(.goingAway(reason: reason))
        case .unknown:
            break
        default:
            heard(event, now: now)
        }
    }

    mutating func peer(_ participant: String, _ what: String) -> Int? {
        let index = peers.firstIndex { $0.id == participant }
        if index == nil { tell(.protocolBroken("'\(participant)' \(what) without having joined")) }
        return index
    }

    private mutating func resumed(_ rev: Int64?) {
        guard let expected = expectedReplay else {
            tell(.protocolBroken("'resumed' without a resume"))
            return
        }
        expectedReplay = nil
        if lastSeq != expected.through {
            tell(.protocolBroken("the replay ended at \(lastSeq), not at \(expected.through)"))
        }
        if let rev, selfID != nil, rev < lastRev {
            tell(.protocolBroken("the session went on at revision \(rev), after \(lastRev)"))
        }
        tell(.resumed(replayed: expected.count))
    }
}

extension Event {
    /// Whether it means nothing without the room's snapshot.
    fileprivate var isOfRoom: Bool {
        switch self {
        case .peerJoined, .peerLeft, .peerReconnecting, .peerResumed, .signal, .signalExpired: true
        case .peerUpdated, .roleChanged, .roomUpdated, .roomEnded, .lobbyRequest, .lobbyLeft, .lobbyAdmitted, .lobbyDenied,
            .muted,
            .unmuteAsked, .chat, .chatDeleted, .reaction, .hands, .activeSpeaker, .connectionQuality, .subscribed, .key:
            true
        case .resumed, .goAway, .matchFound, .matchAccepted, .matchEnded, .unknown: false
        }
    }
}

extension RemoteParticipant {
    init(_ description: PeerDescription) {
        self.init(
            id: description.id, name: description.name, role: description.role, polite: description.polite,
            isReconnecting: description.isReconnecting, status: description.status, attributes: description.attributes,
            media: description.media)
    }
}
