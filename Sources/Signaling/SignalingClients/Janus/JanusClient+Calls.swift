public import RTCCore
public import SignalingProtocol

/// What goes from the bot's connections to the server.
extension JanusClient {
    public mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant
    ) {
        guard state == .joined || state == .ready else { return }
        if participant == Self.serverID {
            publish(epoch, kind, body, now: now)
        } else if let feed = feeds.first(where: { $0.id == participant }), let handle = feed.handle {
            answer(feed, on: handle, epoch, kind, body, now: now)
        }
    }

    private mutating func publish(_ epoch: Int, _ kind: SignalKind, _ body: String, now: Instant) {
        switch kind {
        case .offer:
            publishedEpoch = epoch
            let request: JSON = isPublished ? "configure" : "publish"
            say(.publish(epoch: epoch), ["request": request], description: ("offer", body), now: now)
        case .candidates:
            trickle(body, on: roomHandle, now: now)
        case .bye:
            say(.unpublish, ["request": "unpublish"], now: now)
        case .answer:
            break
        }
    }

    private mutating func answer(
        _ feed: JanusFeed, on handle: Int64, _ epoch: Int, _ kind: SignalKind, _ body: String, now: Instant
    ) {
        switch kind {
        case .answer:
            say(
                .start(id: feed.id, epoch: epoch), on: handle, ["request": "start"], description: ("answer", body), now: now)
        case .candidates:
            trickle(body, on: handle, now: now)
        case .bye:
            drop(feed.id, now: now)
        case .offer:
            // Here the server offers (VideoRoom, subscriber handles).
            break
        }
    }

    /// The first section stands for the bundle that all are in (RFC 9143 §7.3).
    private mutating func trickle(_ lines: String, on handle: Int64?, now: Instant) {
        let candidates = lines.split(separator: "\n").map { line -> JSON in
            line == "end-of-candidates"
                ? .object(["completed": .bool(true)])
                : .object(["candidate": .string(String(line)), "sdpMLineIndex": 0])
        }
        ask(.trickle, "trickle", on: handle, ["candidates": .array(candidates)], now: now)
    }

    public mutating func askForOffer(from participant: String, now: Instant) {
        guard state == .ready, let index = feeds.firstIndex(where: { $0.id == participant }) else { return }
        if feeds[index].isHungUp {
            detach(feeds[index], now: now)
            feeds[index].handle = nil
            feeds[index].isHungUp = false
            attach(participant, now: now)
        } else if let handle = feeds[index].handle {
            say(.restart(id: participant), on: handle, ["request": "configure", "restart": .bool(true)], now: now)
        }
    }

    /// Each subscription has a handle of its own: one call for each publisher.
    mutating func attach(_ id: String, now: Instant) {
        ask(.attachFeed(id: id), "attach", ["plugin": .string(Self.plugin)], now: now)
    }

    /// Subscribes to a publisher on the handle that was made for it.
    mutating func subscribe(_ id: String, on handle: Int64, now: Instant) {
        guard let index = feeds.firstIndex(where: { $0.id == id && $0.handle == nil }) else {
            // It went in the meantime.
            ask(.detach, "detach", on: handle, now: now)
            return
        }
        feeds[index].handle = handle
        var body: JSONObject = [
            "request": "join", "ptype": "subscriber", "room": .integer(room.number), "autoupdate": .bool(false),
            "streams": .array([.object(["feed": feeds[index].number])]),
        ]
        body["private_id"] = privateID.map { .integer($0) }
        body["pin"] = access.pin.map { .string($0) }
        say(.subscribe(id: id), on: handle, body, now: now)
    }

    mutating func detach(_ feed: JanusFeed, now: Instant) {
        guard let handle = feed.handle else { return }
        ask(.detach, "detach", on: handle, now: now)
    }

    /// The subscription is over: its publisher has nothing more, or the bot wants nothing more.
    mutating func drop(_ id: String, now: Instant) {
        guard let index = feeds.firstIndex(where: { $0.id == id }) else { return }
        detach(feeds.remove(at: index), now: now)
        peers.removeAll { $0.id == id }
    }
}
