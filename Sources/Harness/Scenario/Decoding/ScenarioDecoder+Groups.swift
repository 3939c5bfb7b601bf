import Measurement
import NetworkImpairment
import RTCCore
import SignalingProtocol

extension ScenarioDecoder {
    /// More bots than any number of machines will carry is a slip of the pen.
    static let mostBots = 100_000

    mutating func groups(
        _ fields: Fields, duration: Duration?, ways: WaysOut
    ) -> [Scenario.Group] {
        guard let node = required(fields, "groups") else { return [] }
        let before = diagnostics.errors.count
        var nodes: [(DocumentNode, String)] = []
        let groups = list(fields, "groups") { decoder, node, path in
            nodes.append((node, path))
            return decoder.group(
                node, path, duration: duration, ways: ways)
        }
        if groups.isEmpty, nodes.isEmpty, diagnostics.errors.count == before {
            diagnostics.report("a scenario needs at least one group: add '- name: callers'", at: node.location, field: "groups")
        }
        checkNames(nodes)
        let total = groups.reduce(0) { $0 + $1.count }
        if total > Self.mostBots {
            diagnostics.report("\(total) bots are more than \(Self.mostBots)", at: node.location, field: "groups")
        }
        return groups
    }

    private mutating func checkNames(_ nodes: [(DocumentNode, String)]) {
        var seen: Set<String> = []
        for (node, path) in nodes {
            guard let nameNode = node["name"], case .scalar(let name) = nameNode.content else { continue }
            if name == "all" {
                diagnostics.report(
                    "a group cannot be called 'all', which stands for everyone", at: nameNode.location, field: "\(path).name")
            }
            if !seen.insert(name).inserted {
                diagnostics.report(
                    "two groups are called '\(name)'; each needs its own name", at: nameNode.location, field: "\(path).name")
            }
        }
    }

    private mutating func group(
        _ node: DocumentNode, _ path: String, duration: Duration?, ways: WaysOut
    ) -> Scenario.Group? {
        guard let fields = fields(of: node, .group, path: path) else { return nil }
        let name = required(fields, "name").flatMap { self.name($0, fields.path(of: "name"), of: "a group") }
        let count = required(fields, "count").flatMap { self.count($0, fields.path(of: "count")) }
        let arrival = optional(fields, "arrive", .atOnce) { decoder, node, path in decoder.arrival(node, path) }
        let delay = optional(fields, "after", Duration.zero) { decoder, node, path in decoder.duration(node, path) }
        let room = required(fields, "room").flatMap { self.room($0, fields.path(of: "room")) }
        let publication = optional(fields, "publish", Publication()) { decoder, node, path in decoder.publication(node, path) }
        let subscription = optional(fields, "subscribe", .all) { decoder, node, path in
            decoder.choice(node, path, Scenario.Subscription.self, of: "a subscription")
        }
        let network = optional(fields, "network", NetworkProfile.clean) { decoder, node, path in decoder.network(node, path) }
        let nat = optional(fields, "nat", Scenario.NAT.none) { decoder, node, path in decoder.nat(node, path) }
        let ecn = optional(fields, "ecn", ECN.notECT) { decoder, node, path in
            decoder.choice(node, path, Codepoint.self, of: "a codepoint")?.ecn
        }
        let iceServers = self.iceServers(fields, otherwise: ways.iceServers)
        let transportPolicy = self.transportPolicy(fields, otherwise: ways.transportPolicy)
        let usesTCP = self.usesTCP(fields, otherwise: ways.usesTCP)
        let reconnect: ReconnectPolicy?? = optional(fields, "reconnect", nil) { decoder, node, path in
            decoder.reconnect(node, path).map { Optional($0) }
        }
        let create: RoomSettings?? = optional(fields, "create", nil) { decoder, node, path in
            decoder.create(node, path).map { Optional($0) }
        }
        let match: MatchWish?? = optional(fields, "match", nil) { decoder, node, path in
            decoder.wish(node, .match, path).map { Optional($0) }
        }
        var answer: Scenario.MatchAnswer? = .accept
        if let node = fields["match"]?["answer"] {
            answer = choice(node, fields.path(of: "match") + ".answer", Scenario.MatchAnswer.self, of: "an answer")
        }
        let stats: Duration?? = optional(fields, "stats", nil) { decoder, node, path in
            decoder.statsInterval(node, path).map { Optional($0) }
        }
        let token: Scenario.Token?? = optional(fields, "token", nil) { decoder, node, path in
            decoder.token(node, path).map { Optional($0) }
        }
        let lastJoin = arrival.flatMap { arrival in count.map { (delay ?? .zero) + arrival.offset(of: $0 - 1, in: $0) } }
        if let duration, let lastJoin, let count, let node = fields["arrive"] ?? fields["after"], lastJoin >= duration {
            let last = Quantity(lastJoin.inSeconds, .time)
            diagnostics.report(
                "the last of \(count) bots would join at \(last), when the run of \(Quantity(duration.inSeconds, .time)) is over: "
                    + "let them arrive sooner or make 'duration' longer", at: node.location, field: fields.path(of: "arrive"))
        }
        guard let name, let count, let arrival, let room, let publication, let subscription, let network, let nat, let ecn,
            let reconnect, let iceServers, let transportPolicy, let usesTCP, let create, let match, let delay, let stats,
            let answer, let token
        else {
            return nil
        }
        return Scenario.Group(
            name: name, count: count, arrival: arrival, delay: delay, room: room, publication: publication,
            subscription: subscription,
            network: network, nat: nat, ecn: ecn, iceServers: iceServers, transportPolicy: transportPolicy, usesTCP: usesTCP,
            reconnect: reconnect, create: create, match: match, matchAnswer: answer, statsInterval: stats, token: token)
    }

    /// What a token may say of its session (`ttl_session`).
    private static let sessions = Duration.seconds(10) ... .seconds(86_400)

    private mutating func token(_ node: DocumentNode, _ path: String) -> Scenario.Token? {
        places[path] = node.location
        guard let fields = fields(of: node, .token, path: path) else { return nil }
        let before = diagnostics.errors.count
        var token = Scenario.Token()
        if let node = fields["session"] {
            token.session = positiveDuration(node, fields.path(of: "session"))
            if let session = token.session, !Self.sessions.contains(session) {
                diagnostics.report(
                    "\(node.phrase) is not from 10 s to a day: write 20s", at: node.location, field: fields.path(of: "session"))
            }
        }
        if let node = fields["flaw"] {
            token.flaw = choice(node, fields.path(of: "flaw"), Scenario.Token.Flaw.self, of: "what is wrong with a token")
        }
        return diagnostics.errors.count == before ? token : nil
    }

    /// More often than the server would hear, or so seldom that nobody could tell who speaks, is a slip of the pen.
    private mutating func statsInterval(_ node: DocumentNode, _ path: String) -> Duration? {
        places[path] = node.location
        guard let interval = positiveDuration(node, path) else { return nil }
        guard (.milliseconds(100)...(.seconds(60))).contains(interval) else {
            diagnostics.report(
                "\(node.phrase) is not from 100 ms to 60 s: write 500ms", at: node.location, field: path)
            return nil
        }
        return interval
    }

    private enum Codepoint: String, CaseIterable {
        case none
        case ect0
        case ect1

        var ecn: ECN {
            switch self {
            case .none: .notECT
            case .ect0: .ect0
            case .ect1: .ect1
            }
        }
    }

    /// The default where a key is absent, `nil` where it is wrong.
    private mutating func optional<Value>(
        _ fields: Fields, _ key: String, _ absent: Value, _ read: (inout ScenarioDecoder, DocumentNode, String) -> Value?
    ) -> Value? {
        guard let node = fields[key] else { return absent }
        return read(&self, node, fields.path(of: key))
    }

    private mutating func count(_ node: DocumentNode, _ path: String) -> Int? {
        if case .scalar("0") = node.content {
            diagnostics.report(
                "a group of nobody does nothing: write 'count: 1' or more, or take the group out", at: node.location, field: path)
            return nil
        }
        return integer(node, path, in: 1...Self.mostBots, example: 4)
    }

    private mutating func arrival(_ node: DocumentNode, _ path: String) -> Arrival? {
        guard let fields = fields(of: node, .arrive, path: path) else { return nil }
        let given = fields.keys.filter { KeyTable.arrive.names.contains($0) }
        guard given.count == 1, let key = given.first, let value = fields[key] else {
            if given.count > 1 || fields.keys.isEmpty {
                diagnostics.report(
                    "an arrival is one of { over: 2s }, { rate: 20/s } and { stairs: { step: 10, every: 5s } }",
                    at: node.location, field: path)
            }
            return nil
        }
        let valuePath = fields.path(of: key)
        switch key {
        case "over": return duration(value, valuePath).map { .over($0) }
        case "rate":
            guard let rate = quantity(value, valuePath, [.frequency]) else { return nil }
            guard rate.value >= 0.001, rate.value <= 1e6 else {
                diagnostics.report(
                    "a rate of arrival lies between 0.001/s and 1000000/s: write 20/s", at: value.location, field: valuePath)
                return nil
            }
            return .rate(rate.value)
        default:
            guard let stairs = self.fields(of: value, .stairs, path: valuePath) else { return nil }
            let step = required(stairs, "step").flatMap {
                integer($0, stairs.path(of: "step"), in: 1...Self.mostBots, example: 10)
            }
            let every = required(stairs, "every").flatMap { positiveDuration($0, stairs.path(of: "every")) }
            guard let step, let every else { return nil }
            return .stairs(step: step, every: every)
        }
    }

    private mutating func room(_ node: DocumentNode, _ path: String) -> String? {
        guard let room = text(node, path) else { return nil }
        var rest = room[...]
        while let open = rest.firstIndex(of: "{") {
            let close = rest[open...].firstIndex(of: "}") ?? rest.endIndex
            let name = String(rest[rest.index(after: open)..<close])
            guard close < rest.endIndex, RoomName.isPlaceholder(name) else {
                let isClosed = close < rest.endIndex
                let placeholders = RoomName.placeholders.map { "{\($0)}" }
                let advice =
                    isClosed ? Spelling.advice(for: "{\(name)}", in: placeholders, noun: "there are") : "; close it with '}'"
                diagnostics.report(
                    "'{\(name)\(isClosed ? "}" : "")' is not a placeholder of a room\(advice)", at: node.location, field: path)
                return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        guard room.utf8.count <= 200 else {
            diagnostics.report("the name of a room has at most 200 bytes", at: node.location, field: path)
            return nil
        }
        return room
    }

    mutating func publication(_ node: DocumentNode, _ path: String) -> Publication? {
        guard let fields = fields(of: node, .publish, path: path) else { return nil }
        let audio = optional(fields, "audio", nil as String?) { decoder, node, path in
            decoder.mediaFile(node, path, ["ogg", "opus"], Availability.audioFormats, example: "fixtures/speech.ogg").map {
                Optional($0)
            }
        }
        let video = optional(fields, "video", nil as String?) { decoder, node, path in
            decoder.video(node, path).map { Optional($0) }
        }
        let simulcast = optional(fields, "simulcast", []) { decoder, node, path in decoder.simulcast(node, fields, path) }
        guard let audio, let video, let simulcast else { return nil }
        if let node = fields["simulcast"], video != nil {
            diagnostics.report(
                "a picture is sent once or in several sizes: leave out 'video' or 'simulcast'", at: node.location,
                field: fields.path(of: "simulcast"))
            return nil
        }
        return Publication(audio: audio, video: video, simulcast: simulcast)
    }

    private mutating func simulcast(_ node: DocumentNode, _ publish: Fields, _ path: String) -> [Publication.Layer]? {
        let before = diagnostics.errors.count
        let layers = list(publish, "simulcast") { decoder, node, path in decoder.layer(node, path) }
        guard diagnostics.errors.count == before else { return nil }
        guard (2...8).contains(layers.count) else {
            diagnostics.report(
                "a simulcast has two to eight layers: [{ rid: q, video: small.ivf }, { rid: f, video: large.ivf }]",
                at: node.location, field: path)
            return nil
        }
        for (index, layer) in layers.enumerated() where layers.prefix(index).contains(where: { $0.rid == layer.rid }) {
            diagnostics.report(
                "two layers are called '\(layer.rid)'; each needs its own rid", at: node.location, field: "\(path)[\(index)].rid")
            return nil
        }
        return layers
    }

    private mutating func layer(_ node: DocumentNode, _ path: String) -> Publication.Layer? {
        guard let fields = fields(of: node, .layer, path: path) else { return nil }
        let video = required(fields, "video").flatMap { self.video($0, fields.path(of: "video")) }
        guard let ridNode = required(fields, "rid"), let rid = text(ridNode, fields.path(of: "rid")) else { return nil }
        // RFC 8851 §10, and what a header extension of one byte holds (RFC 8285 §4.2).
        let isValid = rid.utf8.count <= 16 && rid.utf8.allSatisfy(Self.isRidCharacter)
        guard isValid else {
            diagnostics.report(
                "'\(rid)' is not a rid: write up to 16 letters, digits, - and _, such as q", at: ridNode.location,
                field: fields.path(of: "rid"))
            return nil
        }
        return video.map { Publication.Layer(rid: rid, video: $0) }
    }

    private static func isRidCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    mutating func video(_ node: DocumentNode, _ path: String) -> String? {
        mediaFile(node, path, ["ivf", "h264", "264"], Availability.videoFormats, example: "fixtures/talking-head.ivf")
    }

    private mutating func mediaFile(
        _ node: DocumentNode, _ path: String, _ formats: [String], _ unavailable: [String], example: String
    ) -> String? {
        guard let file = text(node, path) else { return nil }
        places[path] = node.location
        let name = file.split(separator: "/").last ?? ""
        let format = name.contains(".") ? name.split(separator: ".").last?.lowercased() ?? "" : ""
        if formats.contains(format) { return file }
        let known = formats.dropLast().map { ".\($0)" }.joined(separator: ", ") + " or .\(formats.last ?? "")"
        let message =
            unavailable.contains(format)
            ? "\(Availability.message("." + format)): use a \(known) file, such as \(example)"
            : "'\(file)' is not a \(known) file: write a path such as \(example)"
        diagnostics.report(message, at: node.location, field: path)
        return nil
    }

    private mutating func reconnect(_ node: DocumentNode, _ path: String) -> ReconnectPolicy? {
        guard let fields = fields(of: node, .reconnect, path: path) else { return nil }
        let defaults = ReconnectPolicy()
        let initial = optional(fields, "initial", defaults.initial) { decoder, node, path in decoder.positiveDuration(node, path)
        }
        let factor = optional(fields, "factor", defaults.factor) { decoder, node, path in
            decoder.number(node, path, in: 1...100, example: "2")
        }
        let longest = optional(fields, "max", max(defaults.max, initial ?? .zero)) { decoder, node, path in
            decoder.positiveDuration(node, path)
        }
        let jitter = optional(fields, "jitter", defaults.jitter) { decoder, node, path in
            decoder.choice(node, path, ReconnectPolicy.Jitter.self, of: "a jitter")
        }
        let attempts = optional(fields, "attempts", defaults.attempts) { decoder, node, path in
            decoder.integer(node, path, in: 1...10_000, example: 20)
        }
        guard let initial, let factor, let longest, let jitter, let attempts else { return nil }
        guard longest >= initial else {
            diagnostics.report(
                "'max' is shorter than 'initial'; waits grow from 'initial' to 'max'",
                at: fields["max"]?.location ?? node.location,
                field: fields.path(of: "max"))
            return nil
        }
        return ReconnectPolicy(initial: initial, factor: factor, max: longest, jitter: jitter, attempts: attempts)
    }
}

extension DocumentNode {
    /// The value of a key of a mapping.
    subscript(key: String) -> DocumentNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
