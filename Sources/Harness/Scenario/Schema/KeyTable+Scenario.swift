import NetworkImpairment
import SignalingProtocol

extension KeyTable {
    static let scenario = KeyTable(
        "a scenario", unavailable: Availability.scenarioKeys,
        [
            .required("scenario", "What the scenario shows, in a sentence.", ["$ref": "#/$defs/text"]),
            .optional(
                "seed", "Where every random choice comes from; 1 by default.",
                ["anyOf": [["type": "integer", "minimum": 0], .reference("environment")]]),
            .optional("tags", "Words by which runs choose scenarios.", ["type": "array", "items": .reference("name")]),
            .required("target", "The server under test.", .reference("target")),
            .required("duration", "From the start of the run to its end, arrivals included.", .reference("duration")),
            .required("groups", "The bots.", ["type": "array", "minItems": 1, "items": .reference("group")]),
            .optional(
                "ice_servers",
                "The STUN and TURN servers of all groups: a list, or 'embedded' for a TURN server that is started for the run; by default those that the server under test hands out.",
                .reference("ice_servers")),
            .optional(
                "ice_transport_policy",
                "Which candidates they use: all, or relay for those of TURN servers alone; all by default.",
                .choice(TransportPolicy.allCases.map(\.rawValue))),
            .optional(
                "ice_tcp",
                "Whether they connect to TCP candidates of the other side, where it has some; true by default.",
                .boolean),
            .optional(
                "ice_ca", "A PEM file with the certificates that turns: servers are trusted by; the system's by default.",
                .reference("text")),
            .optional("timeline", "What happens when.", ["type": "array", "items": .reference("entry")]),
            .optional(
                "assert", "What must hold: METRIC[{tag=value}] [AGGREGATE] OPERATOR VALUE [WINDOW].",
                ["type": "array", "items": .reference("assertion")]),
        ])

    static let target = KeyTable(
        "the target", unavailable: Availability.targetKeys,
        [
            .optional(
                "protocol", "The dialect of its signaling; starling by default.",
                .choice(Scenario.Target.SignalingProtocol.allCases.map(\.rawValue))),
            .optional(
                "url",
                "'embedded' starts the reference server for the run; otherwise a ws:// or wss:// address. Needed but for exec.",
                ["anyOf": [["const": "embedded"], ["type": "string", "pattern": "^wss?://."], .reference("environment")]]),
            .optional(
                "ca", "A PEM file with the certificates by which a wss:// address is trusted; the system's by default.",
                .reference("text")),
            .optional(
                "mode", "Who sends media to whom: sfu for janus, mesh for all others.",
                .choice(Scenario.Target.Mode.allCases.map(\.rawValue))),
            .optional(
                "command", "exec: the program that is started for each bot, and its arguments.",
                ["type": "array", "minItems": 1, "items": .reference("text")]),
            .optional("key", "PeerJS: the server's key; peerjs by default.", .reference("text")),
            .optional("secret", "Janus: the server's API secret, from the environment.", .reference("text")),
            .optional(
                "mapping", "socketio and websocket: the file that says what the service calls what.", .reference("text")),
            .optional(
                "token",
                "starling: the token that every bot shows; Janus: one of its token authentication; socketio and websocket: what a "
                    + "mapping's ${token} stands for.",
                .reference("text")),
            .optional(
                "token_secret",
                "starling: makes a token of its own for each bot; the embedded server then asks for tokens. From the environment.",
                .reference("text")),
            .optional("admin_key", "Janus: what it asks of those who make rooms, from the environment.", .reference("text")),
            .optional("room_secret", "Janus: guards the rooms that the run makes.", .reference("text")),
            .optional("pin", "Janus: what rooms ask of those who join.", .reference("text")),
        ])

    static let group = KeyTable(
        "a group", unavailable: Availability.groupKeys,
        [
            .required("name", "Letters, digits, - and _; bots are called after it: callers[0].", .reference("name")),
            .required(
                "count", "How many bots.",
                ["anyOf": [["type": "integer", "minimum": 1, "maximum": 100_000], .reference("environment")]]),
            .optional("arrive", "When they join; all at once by default.", .reference("arrive")),
            .optional(
                "after", "How long after the start of the run the first of them joins; not at all by default.",
                .reference("duration")),
            .required(
                "room", "The room's name; {run}, {group} and {place} are replaced, and {place/2} makes rooms of two.",
                .reference("text")),
            .optional("publish", "What they send; nothing by default.", .reference("publish")),
            .optional(
                "subscribe", "Whose media they ask for: everyone's, as by default, or nobody's.",
                .choice(Scenario.Subscription.allCases.map(\.rawValue))),
            .optional("network", "The network they begin with; clean by default.", .reference("network")),
            .optional(
                "nat", "The NAT behind which they stand, in virtual time alone; none by default.", .reference("nat")),
            .optional(
                "ecn", "The congestion codepoint of what they send, which lets queues mark it; none by default.",
                .choice(["none", "ect0", "ect1"])),
            .optional("ice_servers", "Their STUN and TURN servers, instead of the scenario's.", .reference("ice_servers")),
            .optional(
                "ice_transport_policy", "Which candidates they use, instead of the scenario's.",
                .choice(TransportPolicy.allCases.map(\.rawValue))),
            .optional("ice_tcp", "Whether they connect to TCP candidates, instead of the scenario's.", .boolean),
            .optional("reconnect", "How they come back; without it they stay away.", .reference("reconnect")),
            .optional("create", "How their rooms are run, if they make them: they are hosts then.", .reference("create")),
            .optional(
                "stats", "How often they tell the server how loud they are and how their calls go; never by default.",
                .reference("duration")),
            .optional(
                "match", "With whom they are matched, instead of joining a room that they know.", .reference("match")),
            .optional(
                "token", "How their tokens are made, with the target's 'token_secret'; good ones by default.", .reference("token")
            ),
        ])

    static let token = KeyTable(
        "a token",
        [
            .optional(
                "session", "How long a session lasts unless it is refreshed, 10 s to a day; the server says by default.",
                .reference("duration")),
            .optional(
                "flaw", "What is wrong with them until the bot's rejoin: forged, or expired; nothing by default.",
                .choice(Scenario.Token.Flaw.allCases.map(\.rawValue))),
        ])

    static let create = KeyTable(
        "a new room",
        [
            .optional("lobby", "Newcomers wait until a host or cohost admits them; no by default.", .boolean),
            .optional("locked", "Nobody else comes in; no by default.", .boolean),
            .optional("anonymous", "Names are not shown; no by default.", .boolean),
            .optional("text", "People write and send no media; no by default.", .boolean),
        ])

    static let match = KeyTable(
        "a match",
        wish + [
            .optional(
                "answer", "Whether they accept who is found, or wait for the timeline to accept or skip; accept by default.",
                .choice(Scenario.MatchAnswer.allCases.map(\.rawValue)))
        ])

    static let enqueue = KeyTable("a wish", wish)

    private static let wish: [Key] =
        [
            .optional("pool", "Only those of one pool meet; the run's own by default.", .reference("text")),
            .optional("media", "video, text or any; any by default.", .choice(MatchMedia.allCases.map(\.rawValue))),
            .optional(
                "interests", "Words of which two need one in common, for the first ten seconds.",
                ["type": "array", "items": .reference("text")]),
            .optional("lat", "Where they are, in degrees; with 'lon'.", ["type": "number", "minimum": -90, "maximum": 90]),
            .optional("lon", "Likewise.", ["type": "number", "minimum": -180, "maximum": 180]),
            .optional("max_km", "How far the other may be at first.", ["type": "number", "minimum": 1]),
            .optional("strict", "Whether interests and distance stay required; no by default.", .boolean),
        ]

    static let iceServer = KeyTable(
        "a STUN or TURN server",
        [
            .required(
                "urls", "Its address, or several: stun:HOST, turn:HOST:PORT?transport=udp or tcp, turns:HOST:PORT.",
                ["anyOf": [.reference("text"), ["type": "array", "minItems": 1, "items": .reference("text")]]]),
            .optional(
                "username", "The user; with 'secret' what follows the time at which the user name expires.", .reference("text")),
            .optional("credential", "The user's password; never shown.", .reference("text")),
            .optional(
                "secret", "Shared with the TURN server, to make each bot a user name that expires; never shown.",
                .reference("text")),
        ])

    static let arrive = KeyTable(
        "an arrival",
        [
            .optional("over", "Evenly over this time.", .reference("duration")),
            .optional("rate", "So many per second: 20/s.", .reference("frequency")),
            .optional("stairs", "So many at once, then a pause.", .reference("stairs")),
        ])

    static let stairs = KeyTable(
        "stairs",
        [
            .required("step", "How many join at once.", .reference("count")),
            .required("every", "The pause between two steps.", .reference("duration")),
        ])

    static let publish = KeyTable(
        "a publication", unavailable: Availability.publishKeys,
        [
            .optional("audio", "An Opus file: .ogg or .opus.", .reference("text")),
            .optional(
                "video", "A file with VP8, VP9 or AV1 (.ivf) or H.264 (.h264, .264): its codec is what is sent.",
                .reference("text")),
            .optional(
                "simulcast", "The same pictures in two to eight sizes side by side, instead of 'video'.",
                ["type": "array", "minItems": 2, "maxItems": 8, "items": .reference("layer")]),
        ])

    static let layer = KeyTable(
        "a layer",
        [
            .required(
                "rid", "What it is called: letters, digits, - and _, 16 at most.",
                ["anyOf": [["type": "string", "pattern": "^[A-Za-z0-9_-]{1,16}$"], .reference("environment")]]),
            .required("video", "Its file; all of one codec and one length.", .reference("text")),
        ])

    static let network = KeyTable(
        "a network",
        [
            .optional("both", "What happens in each direction.", .reference("impairment")),
            .optional("up", "What happens to what the bot sends.", .reference("impairment")),
            .optional("down", "What happens to what the bot receives.", .reference("impairment")),
        ])

    static let nat = KeyTable(
        "a NAT",
        [
            .required(
                "mapping", "For which remote endpoints a socket has the same address outside (RFC 4787 §4.1).",
                .choice(NATBehavior.Dependence.allCases.map(\.rawValue))),
            .required(
                "filtering", "What lets a remote endpoint in: nothing more, or that the socket has sent to it (RFC 4787 §5).",
                .choice(NATBehavior.Dependence.allCases.map(\.rawValue))),
            .optional(
                "hairpinning", "Whether bots behind it reach each other by their addresses outside; true by default.",
                .boolean),
            .optional(
                "ports", "Which port a mapping gets: the socket's own where it is free, or any; preserving by default.",
                .choice(NATBehavior.PortAssignment.allCases.map(\.rawValue))),
            .optional(
                "lifetime", "How long a mapping lives after what last went out through it; 5m by default.",
                .reference("duration")),
            .optional("shared", "Whether the group stands behind one; each bot has its own by default.", .boolean),
            .optional("carrier", "A second NAT before it, one for the group; none by default.", .reference("nat")),
        ])

    static let reconnect = KeyTable(
        "a reconnect policy",
        [
            .optional("initial", "The first wait's bound; 250ms by default.", .reference("duration")),
            .optional(
                "factor", "What each bound is multiplied by; 2 by default.",
                ["anyOf": [["type": "number", "minimum": 1], .reference("environment")]]),
            .optional("max", "No bound is longer; 8s by default.", .reference("duration")),
            .optional(
                "jitter", "How much of a wait is chance; full by default.",
                .choice(ReconnectPolicy.Jitter.allCases.map(\.rawValue))),
            .optional("attempts", "Failures in a row after which a bot stays away; 20 by default.", .reference("count")),
        ])

    static let entry = KeyTable(
        "an entry of the timeline",
        [
            .required("at", "From the start of the run.", .reference("duration")),
            .optional("event", "A name that assertions refer to.", .reference("name")),
            .required("who", "callers, callers[3], callers[0,2], callers[25%] or all.", .reference("who")),
            .required(
                "do", "What is done to them.",
                [
                    "anyOf": [
                        ["enum": ["leave", "rejoin", "address_change", "ice_restart", "accept", "skip", "enqueue"]],
                        .reference("verbs"),
                    ]
                ]),
        ])

    static let verbs = KeyTable(
        "an action", unavailable: Availability.verbs,
        [
            .optional("network", "From now on they have this network.", .reference("network")),
            .optional(
                "blackout", "What they send and receive vanishes for this long, and nobody is told.",
                ["anyOf": [.reference("duration"), .reference("blackout")]]),
            .optional("address_change", "They have another address from now on, and know it.", .nothing),
            .optional(
                "kill", "Connections break at once.",
                ["anyOf": [.choice(["signaling", "media", "both"]), .reference("kill")]]),
            .optional("leave", "They leave; for good where no rejoin follows.", .nothing),
            .optional("rejoin", "They come back into the room they left.", .nothing),
            .optional("mic", "Whether they send sound from now on.", .onOrOff),
            .optional("camera", "Whether they send pictures from now on.", .onOrOff),
            .optional("switch_device", "Other files are played on the tracks they have.", .reference("publish")),
            .optional(
                "screen", "A file that they show on a track of its own, which is added to each call; off takes it away.",
                .reference("text")),
            .optional("ice_restart", "New ICE credentials and checks on each connection.", .nothing),
            .optional(
                "chat", "What they write to the room, or { text, to: BOT }.", ["anyOf": [.reference("text"), .reference("chat")]]),
            .optional("react", "The emoji that they show.", .reference("text")),
            .optional("hand", "raise or lower.", .choice(["raise", "lower"])),
            .optional("admit", "Whom in the lobby they let in: a bot, or all.", .reference("text")),
            .optional("deny", "Whom in the lobby they send away.", .reference("text")),
            .optional("kick", "Whom they put out; it comes back only with a rejoin.", .reference("text")),
            .optional(
                "mute", "Whose microphone they switch off, or { bot, source, hard }.",
                ["anyOf": [.reference("text"), .reference("mute")]]),
            .optional("lock", "Whether nobody else comes in from now on.", .onOrOff),
            .optional("role", "What somebody is from now on.", .reference("role")),
            .optional("accept", "They accept who was found for them, where their match has answer: wait.", .nothing),
            .optional("skip", "They want somebody else than who was found, or than who is with them.", .nothing),
            .optional(
                "enqueue", "They are in the queue again, with what they wished before, or with the keys of another match.",
                ["anyOf": [["const": true], ["type": "null"], .reference("enqueue")]]),
            .optional(
                "subscribe", "Whose media they want from now on: all, none, { bots: [...] } or { speakers: 2 }.",
                ["anyOf": [.choice(["all", "none"]), .reference("subscribe")]]),
        ])

    static let chat = KeyTable(
        "a message",
        [
            .required("text", "What is written.", .reference("text")),
            .optional("to", "The bot for whom alone it is.", .reference("text")),
        ])

    static let mute = KeyTable(
        "a mute",
        [
            .required("bot", "Whose.", .reference("text")),
            .optional(
                "source", "microphone, camera or screen; microphone by default.",
                .choice(MediaSource.allCases.map(\.rawValue))),
            .optional("hard", "Whether it cannot be switched on again; no by default.", .boolean),
        ])

    static let role = KeyTable(
        "a role",
        [
            .required("bot", "Whose.", .reference("text")),
            .required("role", "What it is.", .choice(Role.allCases.map(\.rawValue))),
        ])

    static let subscribe = KeyTable(
        "a subscription",
        [
            .optional("bots", "Theirs alone.", ["type": "array", "items": .reference("text")]),
            .optional("speakers", "So many, those who spoke last.", .reference("count")),
        ])

    static let blackout = KeyTable(
        "a blackout",
        [
            .required("for", "How long.", .reference("duration")),
            .optional(
                "only", "media, signaling or all; all by default.", .choice(BlackoutScope.allCases.map(\.rawValue))),
        ])

    static let kill = KeyTable(
        "a kill",
        [
            .required("what", "signaling, media, both or server.", .choice(Kill.Target.allCases.map(\.rawValue))),
            .optional("for", "How long it cannot be made again; not at all by default.", .reference("duration")),
        ])
}

extension SchemaValue {
    /// One of a few words, or what the environment says.
    static func choice(_ words: [String]) -> SchemaValue {
        ["anyOf": [["enum": .strings(words)], .reference("environment")]]
    }

    /// A verb without a value.
    static let nothing: SchemaValue = ["anyOf": [["const": true], ["type": "null"]]]

    static let boolean: SchemaValue = ["anyOf": [["type": "boolean"], .reference("environment")]]

    static let onOrOff: SchemaValue = ["anyOf": [["type": "boolean"], ["enum": ["on", "off"]], .reference("environment")]]
}
