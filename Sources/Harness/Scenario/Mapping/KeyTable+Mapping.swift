import SignalingClients

extension KeyTable {
    static let mapping = KeyTable(
        "a mapping",
        [
            .required("mapping", "What service it is, in a sentence.", .reference("text")),
            .required("protocol", "socketio or websocket.", .choice(RoomMapping.Transport.allCases.map(\.rawValue))),
            .optional("namespace", "Socket.IO: where the rooms are; / by default.", .reference("text")),
            .optional("auth", "Socket.IO: what goes with the connection, such as { token: \"${token}\" }.", .reference("text")),
            .optional("event", "Where a message's name stands; 0 for Socket.IO, type for a WebSocket.", .reference("text")),
            .required(
                "offers", "Who of two makes the first offer.", .choice(RoomMapping.Offerer.allCases.map(\.rawValue))),
            .optional(
                "id",
                "Where a bot's id comes from: own, as by default, socket (that of Socket.IO), or { event: NAME, id: PATH }, a message before the join.",
                .reference("text")),
            .required("say", "What bots say.", .reference("text")),
            .required("hear", "What they hear.", .reference("text")),
        ])

    static let say = KeyTable(
        "what is said",
        [
            .optional("hello", "First of all.", .reference("text")),
            .required("join", "Into the room.", .reference("text")),
            .optional("leave", "Out of the room; without it bots close the connection.", .reference("text")),
            .required("offer", "${to}; ${sdp}, or ${description} for { type, sdp }.", .reference("text")),
            .required("answer", "Likewise.", .reference("text")),
            .optional(
                "candidate", "${to}; ${candidate} for an RTCIceCandidateInit, or ${line} and ${mid}.", .reference("text")),
            .optional("end_of_candidates", "${to}.", .reference("text")),
            .optional("bye", "${to}: ends one call.", .reference("text")),
            .optional("chat", "${text}, for everybody.", .reference("text")),
            .optional("react", "${emoji}.", .reference("text")),
            .optional("raise_hand", "Raises one's hand.", .reference("text")),
            .optional("lower_hand", "Lowers it.", .reference("text")),
            .optional("keepalive", "{ every: 20s, message: … }; every 100ms at most.", .reference("text")),
        ])

    static let hear = KeyTable(
        "what is heard",
        [
            .optional(
                "joined",
                "The answer to the join, and any later roster: 'event', or 'ack: true' for the acknowledgement; 'people', a list or an object with ids for keys; 'person_id' and 'person_name' inside of each; 'ice_servers', a list of RTCIceServers. Without it a bot is in the room at once.",
                .reference("text")),
            .optional("arrived", "Somebody came: 'event', 'id', 'name'.", .reference("text")),
            .optional("left", "Somebody went: 'event', 'id'.", .reference("text")),
            .required("offer", "'event', 'from', 'to', 'sdp': a text, or an object with one.", .reference("text")),
            .required("answer", "Likewise.", .reference("text")),
            .optional(
                "candidate", "'event', 'from', 'to', 'candidate': a line, or an RTCIceCandidateInit.", .reference("text")),
            .optional("bye", "One call is over: 'event', 'from', 'to'.", .reference("text")),
            .optional("chat", "'event', 'from', 'text'.", .reference("text")),
            .optional("reaction", "'event', 'from', 'emoji'.", .reference("text")),
            .optional("refused", "The server says no: 'event' or 'ack: true', 'reason'.", .reference("text")),
            .optional("ping", "What must be answered: 'event', and the 'message' to answer with.", .reference("text")),
        ])

    static let identity = rule("an id", [.required("id", "Where the id stands.", .reference("text"))])
    static let roster = rule(
        "a roster", hasAcknowledgement: true,
        ["people", "person_id", "person_name", "ice_servers"].map { .optional($0, "A path.", .reference("text")) })
    static let person = rule("a person", ["id", "name"].map { .optional($0, "A path.", .reference("text")) })
    static let refusal = rule(
        "a refusal", hasAcknowledgement: true, [.optional("reason", "A path.", .reference("text"))])
    static let answered = rule("a ping", [.required("message", "The answer.", .reference("text"))])
    static let keepalive = KeyTable(
        "a keepalive",
        [
            .required("every", "How often.", .reference("duration")), .required("message", "What is said.", .reference("text")),
        ])

    /// - Parameter content: What the signal carries; `nil` for nothing.
    static func signal(_ content: String?) -> KeyTable {
        rule(
            "a signal",
            ["from", "to"].map { .optional($0, "A path.", .reference("text")) }
                + (content.map { [.required($0, "A path.", .reference("text"))] } ?? []))
    }

    private static func rule(_ title: String, hasAcknowledgement: Bool = false, _ keys: [Key]) -> KeyTable {
        let event: [Key] =
            hasAcknowledgement
            ? [
                .optional("event", "The message's name.", .reference("text")),
                .optional("ack", "Whether it is the acknowledgement of the join.", .boolean),
            ] : [.required("event", "The message's name.", .reference("text"))]
        return KeyTable(
            title, event + [.optional("where", "What else must stand in it: { PATH: VALUE }.", .reference("text"))] + keys)
    }
}
