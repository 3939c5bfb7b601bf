import Measurement
import SignalingProtocol

/// What bots do in a room beside calling.
extension ScenarioDecoder {
    mutating func roomVerb(_ key: String, _ value: DocumentNode, _ path: String, _ roster: Roster) -> Verb? {
        switch key {
        case "chat": return chat(value, path, roster)
        case "react": return text(value, path).map { .react($0) }
        case "hand": return choice(value, path, Hand.self, of: "what is done with a hand").map { .hand($0 == .raise) }
        case "admit":
            if case .scalar("all") = value.content { return .admit(nil) }
            return bot(value, path, roster).map { .admit($0) }
        case "deny": return bot(value, path, roster).map { .deny($0) }
        case "kick": return bot(value, path, roster).map { .kick($0) }
        case "mute": return mute(value, path, roster)
        case "lock": return onOrOff(value, path).map { .lock($0) }
        case "role":
            guard let fields = fields(of: value, .role, path: path) else { return nil }
            let bot = required(fields, "bot").flatMap { self.bot($0, fields.path(of: "bot"), roster) }
            let role = required(fields, "role").flatMap { choice($0, fields.path(of: "role"), Role.self, of: "a role") }
            guard let bot, let role else { return nil }
            return .role(bot, role)
        case "subscribe": return subscribe(value, path, roster)
        default: return nil
        }
    }

    private enum Hand: String, CaseIterable {
        case raise
        case lower
    }

    private mutating func chat(_ node: DocumentNode, _ path: String, _ roster: Roster) -> Verb? {
        guard case .mapping = node.content else { return text(node, path).map { .chat($0, to: nil) } }
        guard let fields = fields(of: node, .chat, path: path) else { return nil }
        let text = requiredText(fields, "text")
        var receiver: String?
        if let node = fields["to"] {
            guard let bot = bot(node, fields.path(of: "to"), roster) else { return nil }
            receiver = bot
        }
        return text.map { .chat($0, to: receiver) }
    }

    private mutating func mute(_ node: DocumentNode, _ path: String, _ roster: Roster) -> Verb? {
        guard case .mapping = node.content else {
            return bot(node, path, roster).map { .mute(.init(bot: $0, source: .microphone, isHard: false)) }
        }
        guard let fields = fields(of: node, .mute, path: path) else { return nil }
        let bot = required(fields, "bot").flatMap { self.bot($0, fields.path(of: "bot"), roster) }
        var source: MediaSource? = .microphone
        if let node = fields["source"] { source = choice(node, fields.path(of: "source"), MediaSource.self, of: "a source") }
        var isHard: Bool? = false
        if let node = fields["hard"] { isHard = boolean(node, fields.path(of: "hard")) }
        guard let bot, let source, let isHard else { return nil }
        return .mute(.init(bot: bot, source: source, isHard: isHard))
    }

    private mutating func subscribe(_ node: DocumentNode, _ path: String, _ roster: Roster) -> Verb? {
        switch node.content {
        case .scalar("all"): return .subscribe(.all)
        case .scalar("none"): return .subscribe(.bots([]))
        default: break
        }
        guard let fields = fields(of: node, .subscribe, path: path) else { return nil }
        guard fields.keys.count == 1 else {
            diagnostics.report(
                "a subscription is one of all, none, { bots: [\"callers[1]\"] } and { speakers: 2 }", at: node.location,
                field: path)
            return nil
        }
        if let node = fields["speakers"] {
            return integer(node, fields.path(of: "speakers"), in: 1...1000, example: 2).map { .subscribe(.speakers($0)) }
        }
        let before = diagnostics.errors.count
        let bots = list(fields, "bots") { decoder, node, path in decoder.bot(node, path, roster) }
        return diagnostics.errors.count == before ? .subscribe(.bots(bots)) : nil
    }

    /// One bot: `callers[1]`.
    private mutating func bot(_ node: DocumentNode, _ path: String, _ roster: Roster) -> String? {
        let example = "\(roster.names.first ?? "callers")[0]"
        guard let text = scalar(node, path, expected: "a bot such as \"\(example)\"") else { return nil }
        guard roster.hasBot(text) else {
            diagnostics.report(
                "'\(text)' is not a bot; bots are called like \(example)", at: node.location, field: path)
            return nil
        }
        return text
    }

    // MARK: - Of groups

    mutating func create(_ node: DocumentNode, _ path: String) -> RoomSettings? {
        guard let fields = fields(of: node, .create, path: path) else { return nil }
        let before = diagnostics.errors.count
        func flag(_ decoder: inout ScenarioDecoder, _ key: String) -> Bool {
            fields[key].flatMap { decoder.boolean($0, fields.path(of: key)) } ?? false
        }
        let settings = RoomSettings(
            lobby: flag(&self, "lobby"), locked: flag(&self, "locked"), anonymous: flag(&self, "anonymous"),
            textOnly: flag(&self, "text"))
        return diagnostics.errors.count == before ? settings : nil
    }

    /// - Parameter table: What else may stand there.
    mutating func wish(_ node: DocumentNode, _ table: KeyTable, _ path: String) -> MatchWish? {
        guard let fields = fields(of: node, table, path: path) else { return nil }
        let before = diagnostics.errors.count
        var wish = MatchWish(pool: "{run}")
        if let node = fields["pool"], let text = text(node, fields.path(of: "pool")) { wish.pool = text }
        if let node = fields["media"] {
            wish.media = choice(node, fields.path(of: "media"), MatchMedia.self, of: "what is matched") ?? .any
        }
        wish.interests = list(fields, "interests") { decoder, node, path in decoder.text(node, path) }
        wish.latitude = number(fields, "lat", in: -90...90)
        wish.longitude = number(fields, "lon", in: -180...180)
        wish.maximumDistance = number(fields, "max_km", in: 1...20_100)
        if let node = fields["strict"] { wish.strict = boolean(node, fields.path(of: "strict")) ?? false }
        if (wish.latitude == nil) != (wish.longitude == nil), diagnostics.errors.count == before {
            diagnostics.report("'lat' and 'lon' go together: add the other", at: node.location, field: path)
        }
        return diagnostics.errors.count == before ? wish : nil
    }

    private mutating func number(_ fields: Fields, _ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let node = fields[key], let text = scalar(node, fields.path(of: key), expected: "a number") else { return nil }
        guard let value = Double(text), range.contains(value) else {
            diagnostics.report(
                "'\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)", at: node.location,
                field: fields.path(of: key))
            return nil
        }
        return value
    }
}

extension Verb {
    /// The bot that is out of the room after it.
    var putOut: String? {
        switch self {
        case .kick(let bot), .deny(let bot): bot
        default: nil
        }
    }
}
