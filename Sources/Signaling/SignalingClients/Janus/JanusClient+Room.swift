import RTCCore
import SignalingProtocol

/// What the room and the calls say of themselves.
extension JanusClient {
    mutating func happened(_ verb: String, _ message: JSONObject, now: Instant) {
        let sender = message["sender"]?.integerValue
        let feed = sender.flatMap { sender in feeds.firstIndex { $0.handle == sender } }
        let caller = feed.map { feeds[$0].id } ?? (sender != nil && sender == roomHandle ? Self.serverID : nil)
        switch verb {
        case "event":
            let data = message["plugindata"]?.objectValue?["data"]?.objectValue ?? [:]
            if let feed {
                offeredAgain(feed, message)
            } else if sender == roomHandle {
                roomChanged(data, now: now)
            }
        case "trickle":
            if let caller { trickled(message["candidate"]?.objectValue ?? [:], of: caller) }
        case "hangup", "detached":
            if let caller { hungUp(caller, message["reason"]?.stringValue ?? verb) }
        case "slowlink":
            guard let caller else { break }
            let way = message["uplink"]?.boolValue == true ? "to the server" : "from the server"
            let lost = message["lost"]?.integerValue ?? 0
            tell(.notice(from: caller, "slow link \(way): \(lost) packets lost"))
        case "media":
            guard let caller, message["receiving"]?.boolValue == false else { break }
            tell(.notice(from: caller, "the server receives no \(message["type"]?.stringValue ?? "media") any more"))
        case "timeout":
            loseSession(now: now)
        case "error":
            if let failure = JanusFailure(message) { tell(.protocolBroken(failure.text)) }
        default:
            break
        }
    }

    private mutating func roomChanged(_ data: JSONObject, now: Instant) {
        if data["videoroom"]?.stringValue == "destroyed" {
            tell(.notice(from: Self.serverID, "the room was destroyed"))
        }
        if let joining = data["joining"]?.objectValue { meet(joining) }
        if let publishers = data["publishers"]?.arrayValue { publishing(publishers, now: now) }
        if let id = data["unpublished"].flatMap(Self.text(ofID:)), feeds.contains(where: { $0.id == id }) {
            drop(id, now: now)
            tell(.signal(from: id, connection: "a", epoch: 0, kind: .bye, body: "unpublished"))
        }
        if let id = (data["leaving"] ?? data["kicked"]).flatMap(Self.text(ofID:)) { gone(id, data, now: now) }
    }

    private mutating func gone(_ id: String, _ data: JSONObject, now: Instant) {
        if data["leaving"]?.stringValue == "ok" {
            // The room put this client out, for a reason that it names.
            if let reason = data["reason"]?.stringValue { tell(.notice(from: Self.serverID, "out of the room: \(reason)")) }
            return
        }
        drop(id, now: now)
        others.removeAll { $0 == id }
        tell(.peerLeft(id: id, reason: data["kicked"] == nil ? "leave" : "kick"))
    }

    /// Somebody is there, and may publish, now or later.
    ///
    /// - Returns: The id; `nil` for this client itself, and for one too many.
    @discardableResult
    mutating func meet(_ participant: JSONObject?) -> String? {
        guard let participant, let id = participant["id"].flatMap(Self.text(ofID:)), id != selfID else { return nil }
        guard !others.contains(id) else { return id }
        guard others.count < timing.participants else {
            dropParticipants(1)
            return nil
        }
        others.append(id)
        let name = participant["display"]?.stringValue ?? id
        tell(.peerJoined(RemoteParticipant(id: id, name: name, polite: false, part: .publisher)))
        return id
    }

    mutating func publishing(_ publishers: [JSON], now: Instant) {
        dropParticipants(publishers.count - timing.participants)
        for publisher in publishers.prefix(timing.participants).compactMap(\.objectValue) {
            guard let id = meet(publisher), let number = publisher["id"], subscribes, !feeds.contains(where: { $0.id == id })
            else { continue }
            let name = publisher["display"]?.stringValue ?? id
            feeds.append(JanusFeed(id: id, number: number))
            peers.append(RemoteParticipant(id: id, name: name, polite: false, part: .publisher))
            if state == .ready { attach(id, now: now) }
        }
    }

    /// Said once, and counted from then on.
    mutating func dropParticipants(_ count: Int) {
        guard count > 0 else { return }
        if droppedParticipants == 0 { tell(.protocolBroken("more than \(timing.participants) participants")) }
        droppedParticipants += count
    }

    /// The server changes a call that there is.
    private mutating func offeredAgain(_ feed: Int, _ message: JSONObject) {
        guard let jsep = message["jsep"]?.objectValue, jsep["type"]?.stringValue == "offer", let sdp = jsep["sdp"]?.stringValue
        else {
            return
        }
        feeds[feed].epoch += 1
        tell(.signal(from: feeds[feed].id, connection: "a", epoch: feeds[feed].epoch, kind: .offer, body: sdp))
    }

    private mutating func trickled(_ candidate: JSONObject, of caller: String) {
        let line = candidate["completed"]?.boolValue == true ? "end-of-candidates" : candidate["candidate"]?.stringValue
        guard let line else { return }
        let epoch = feeds.first { $0.id == caller }?.epoch ?? publishedEpoch
        tell(.signal(from: caller, connection: "a", epoch: epoch, kind: .candidates, body: line))
    }

    private mutating func hungUp(_ caller: String, _ reason: String) {
        guard state == .joined || state == .ready else { return }
        if let index = feeds.firstIndex(where: { $0.id == caller }) {
            feeds[index].isHungUp = true
        } else {
            // What this client takes back itself was said already.
            guard isPublished else { return }
            isPublished = false
        }
        tell(.hungUp(id: caller, reason: reason))
    }

    /// Ids are numbers, or texts where the server has `string_ids`.
    static func text(ofID id: JSON) -> String? {
        id.stringValue ?? id.integerValue.map(String.init)
    }
}
