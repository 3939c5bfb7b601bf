import RTCCore
import SignalingProtocol

/// What the service says.
extension MappedClient {
    mutating func heard(_ message: JSON, isAcknowledgement: Bool, now: Instant) {
        func isMeant(_ rule: RoomMapping.Rule) -> Bool {
            mapping.matches(rule, message, isAcknowledgement: isAcknowledgement)
        }
        if let ping = mapping.heard.ping, isMeant(ping.rule) {
            say(ping.message)
            return
        }
        if let refused = mapping.heard.refused, isMeant(refused.rule) {
            let reason = refused.content.flatMap { $0.value(in: message) }.map { $0.stringValue ?? $0.text }
            answerBy = nil
            return tell(.refused(code: .forbidden, message: reason ?? "the server said no"))
        }
        if state == .greeting, case .told(let rule, let path) = mapping.identity, isMeant(rule) {
            guard let id = Self.id(path.value(in: message)) else {
                return tell(.protocolBroken("no id at '\(path)' of the message that should hold it"))
            }
            selfID = id
            return askToJoin(now: now)
        }
        if let joined = mapping.heard.joined, isMeant(joined.rule), state != .outside {
            let people = people(joined, in: message)
            if let servers = joined.iceServers.flatMap({ $0.value(in: message)?.arrayValue }) {
                let named = servers.prefix(timing.iceServers + 1).compactMap(Self.iceServer)
                iceServers = named.first(urls: timing.iceServers)
                if iceServers != named { tell(.protocolBroken("more than \(timing.iceServers) URLs of ICE servers")) }
            }
            return state == .joining || state == .greeting ? self.joined(people, now: now) : update(people)
        }
        guard state == .joined || state == .ready else {
            guard state == .joining else { return }
            guard early.count < timing.earlyMessages else {
                droppedMessages += 1
                return
            }
            return early.append(message)
        }
        if let arrived = mapping.heard.arrived, isMeant(arrived.rule) {
            guard let (id, name) = person(arrived, in: message) else { return }
            return add(id, name: name, isOfferedTo: offers(to: id, isNewcomer: true))
        }
        if let left = mapping.heard.left, isMeant(left.rule) {
            guard let (id, _) = person(left, in: message) else { return }
            return remove(id)
        }
        signalled(message, isAcknowledgement: isAcknowledgement)
    }

    // MARK: - People

    mutating func joined(_ people: [(id: String, name: String)], now: Instant) {
        guard let selfID = selfID ?? fallbackID else { return }
        self.selfID = selfID
        answerBy = nil
        peers = people.map {
            RemoteParticipant(id: $0.id, name: $0.name, polite: offers(to: $0.id, isNewcomer: false))
        }
        state = .joined
        wasInRoom = true
        tell(.joined(selfID: selfID, peers: peers))
        let waiting = early
        early = []
        for message in waiting { heard(message, isAcknowledgement: false, now: now) }
    }

    /// A service for two may give nobody an id.
    private var fallbackID: String? { mapping.identity == .own ? nil : name }

    /// A roster that is said again.
    private mutating func update(_ people: [(id: String, name: String)]) {
        for peer in peers where !people.contains(where: { $0.id == peer.id }) { remove(peer.id) }
        for person in people {
            add(person.id, name: person.name, isOfferedTo: offers(to: person.id, isNewcomer: true))
        }
    }

    mutating func add(_ id: String, name: String, isOfferedTo: Bool) {
        guard id != selfID, !peers.contains(where: { $0.id == id }) else { return }
        guard peers.count < timing.participants else {
            return tell(.protocolBroken("more than \(timing.participants) participants"))
        }
        let peer = RemoteParticipant(id: id, name: name, polite: isOfferedTo)
        peers.append(peer)
        tell(.peerJoined(peer))
    }

    private mutating func remove(_ id: String) {
        guard let index = peers.firstIndex(where: { $0.id == id }) else { return }
        peers.remove(at: index)
        calls.removeAll { $0.peer == id }
        tell(.peerLeft(id: id, reason: "left"))
    }

    /// Whether this client makes the first offer to somebody.
    private func offers(to id: String, isNewcomer: Bool) -> Bool {
        switch mapping.offers {
        case .newcomer: !isNewcomer
        case .resident: isNewcomer
        case .lowerID: (selfID ?? "").utf8.lexicographicallyPrecedes(id.utf8)
        case .higherID: id.utf8.lexicographicallyPrecedes((selfID ?? "").utf8)
        }
    }

    /// As many as this client believes in, however long the roster is.
    private mutating func people(_ roster: RoomMapping.Roster, in message: JSON) -> [(id: String, name: String)] {
        guard let path = roster.people, let value = path.value(in: message) else { return [] }
        var people: [(id: String, name: String)] = []
        var known: Set<String> = []
        var isTooLong = false
        func add(_ id: String?, _ item: JSON) {
            guard let id, id != selfID else { return }
            guard people.count < timing.participants else {
                isTooLong = true
                return
            }
            guard known.insert(id).inserted else { return }
            people.append((id, roster.personName.flatMap { $0.value(in: item)?.stringValue } ?? id))
        }
        switch value {
        case .array(let items):
            for item in items { add(Self.id((roster.personID ?? MessagePath([])).value(in: item)), item) }
        case .object(let object):
            for member in object.members {
                add(roster.personID.map { Self.id($0.value(in: member.value)) } ?? member.key, member.value)
            }
        default: break
        }
        if isTooLong { tell(.protocolBroken("more than \(timing.participants) participants")) }
        return people
    }

    private func person(_ person: RoomMapping.Person, in message: JSON) -> (id: String, name: String)? {
        guard let path = person.id else { return (Self.onlyPeer, Self.onlyPeer) }
        guard let id = Self.id(path.value(in: message)) else { return nil }
        return (id, person.name.flatMap { $0.value(in: message)?.stringValue } ?? id)
    }

    /// An `RTCIceServer` of W3C webrtc-pc, whose `urls` may be one text.
    private static func iceServer(_ value: JSON) -> ICEServer? {
        guard let object = value.objectValue, let urls = object["urls"] else { return nil }
        return ICEServer(
            urls: urls.stringValue.map { [$0] } ?? (urls.arrayValue ?? []).compactMap(\.stringValue),
            username: object["username"]?.stringValue, credential: object["credential"]?.stringValue)
    }

    /// Ids are texts, or numbers.
    static func id(_ value: JSON?) -> String? {
        switch value {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let number): String(number)
        default: nil
        }
    }
}
