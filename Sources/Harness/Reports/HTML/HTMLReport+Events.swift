internal import Measurement

extension HTMLReport {
    private static let firstEvents = 300
    private static let lastEvents = 200
    private static let firstOfTopic = 120
    private static let lastOfTopic = 80
    private static let firstOfBot = 40
    private static let lastOfBot = 40
    /// Lists of single bots; more of them are a file, not a page.
    private static let mostBots = 24

    /// What an event is about, for those who look for one thing.
    private static let topics: [(title: String, kinds: Set<String>)] = [
        ("Faults and networks", ["network_changed", "blackout", "address_changed", "killed", "ice_restart"]),
        (
            "Coming back",
            [
                "reconnecting", "reconnected", "reconnect_failed", "gave_up", "signaling_resumed", "session_lost",
                "peer_reconnecting", "peer_resumed",
            ]
        ),
        ("Connections: ICE, DTLS", ["ice_state", "connected", "transport_closed", "negotiation_failed"]),
        (
            "Signaling and rooms",
            [
                "started", "signaling_connected", "signaling_closed", "joined", "refused", "peer_joined", "peer_left",
                "offer_sent", "offer_received", "answer_sent", "answer_received", "left",
            ]
        ),
        (
            "In the room",
            [
                "chat_sent", "chat_received", "reaction_sent", "reaction_received", "hands_changed", "media_state",
                "active_speaker", "speaker_heard", "connection_quality", "quality_measured", "subscribed", "wanted",
                "request_failed",
            ]
        ),
        (
            "Lobby, moderation, matches",
            [
                "waiting", "knocked", "denied", "kicked", "moderated", "muted_by_moderator", "role_changed", "room_updated",
                "queued",
                "match_found", "match_answered", "match_ended",
            ]
        ),
        (
            "Media",
            ["first_frame", "key_frame_requested", "muted", "unmuted", "device_switched", "screen_shared", "screen_stopped"]
        ),
    ]

    /// Bounded, and to be filtered by opening a list: all of it, one topic, or one bot.
    static func events(_ model: ReportModel) -> Markup {
        let events = model.events
        let whole = list(
            "All in the order of time", events, first: firstEvents, last: lastEvents)
        guard !events.isEmpty else { return section("events", "Event log", "<p class=\"empty\">Nothing happened.</p>") }
        let known = topics.reduce(into: Set<String>()) { $0.formUnion($1.kinds) }
        var byTopic = topics.map { topic in
            list(topic.title, events.filter { topic.kinds.contains($0.event) }, first: firstOfTopic, last: lastOfTopic)
        }
        byTopic.append(list("Other", events.filter { !known.contains($0.event) }, first: firstOfTopic, last: lastOfTopic))
        let bots = botsOfInterest(model)
        var byName: [String: [EventLog.Line]] = [:]
        for event in events { byName[event.bot, default: []].append(event) }
        let byBot = bots.map { list($0, byName[$0] ?? [], first: firstOfBot, last: lastOfBot) }
        let left = model.bots.count - bots.count
        let more: Markup =
            left > 0 ? "<p class=\"note\">The bots that had it worst; the other \(left) are in events.ndjson.</p>" : .empty
        return section(
            "events", "Event log",
            note: "Open a list: everything, one topic, or one bot. All of it is in events.ndjson.",
            """
            <div class="lists">\(whole)</div><h3>By topic</h3><div class="lists">\(byTopic)</div>\
            <h3>By bot</h3>\(more)<div class="lists bots">\(byBot)</div>
            """)
    }

    /// All of them in a small run, else those that had it worst.
    private static func botsOfInterest(_ model: ReportModel) -> [String] {
        model.bots.count <= mostBots ? model.bots : Array(peers(model).prefix(mostBots).map(\.name))
    }

    private static func list(_ title: String, _ events: [EventLog.Line], first: Int, last: Int) -> Markup {
        guard !events.isEmpty else { return .empty }
        let isCut = events.count > first + last
        var rows = (isCut ? Array(events.prefix(first) + events.suffix(last)) : events).map(row)
        if isCut {
            let gap: Markup =
                "<tr><td></td><td colspan=\"3\">\(events.count - first - last) more, all in events.ndjson</td></tr>"
            rows.insert(gap, at: first)
        }
        let head = [head("At", isNumber: true), head("Bot"), head("Event"), head("Detail")]
        return """
            <details><summary>\(title) <small>\(Figure.count(events.count, "event"))</small></summary>\
            \(table("rows events", head: head, rows: rows))</details>

            """
    }

    private static func row(_ event: EventLog.Line) -> Markup {
        let peer: Markup = event.peer.map { " <span class=\"peer\">\($0)</span>" } ?? .empty
        let what = event.event.replacing("_", with: " ")
        return
            "<tr>\(number(Figure.decimals(event.at, 4) + "\u{00A0}s"))<td>\(event.bot)</td><td>\(what)\(peer)</td><td>\(event.detail ?? "")</td></tr>"
    }
}
