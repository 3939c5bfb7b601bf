import SignalingClients
import SignalingProtocol

extension ScenarioDecoder {
    mutating func mapping(_ root: DocumentNode) -> RoomMapping? {
        guard let fields = fields(of: root, .mapping, path: "") else { return nil }
        let title = requiredText(fields, "mapping")
        let transport = required(fields, "protocol").flatMap {
            choice($0, "protocol", RoomMapping.Transport.self, of: "a protocol")
        }
        let offers = required(fields, "offers").flatMap { choice($0, "offers", RoomMapping.Offerer.self, of: "an offerer") }
        let identity = fields["id"].map { self.identity($0, of: transport) } ?? .own
        let said = required(fields, "say").flatMap { self.said($0, over: transport) }
        let heard = required(fields, "hear").flatMap { self.heard($0, of: transport) }
        let event = path(fields, "event")
        let auth = fields["auth"].flatMap { template($0, "auth", [.room, .id, .name, .token]) }
        let namespace = fields["namespace"].flatMap { text($0, "namespace") }
        for key in ["namespace", "auth"] where transport == .websocket {
            guard let node = fields[key] else { continue }
            diagnostics.report(
                "'\(key)' is for Socket.IO: take it out, or write 'protocol: socketio'", at: node.location, field: key)
        }
        if let namespace, let node = fields["namespace"] {
            let longest = RoomMapping.Transport.longestNamespace
            if !namespace.hasPrefix("/") {
                diagnostics.report(
                    "a namespace begins with '/': write '/\(namespace)'", at: node.location, field: "namespace")
            } else if namespace.contains(",") || namespace.utf8.count > longest {
                diagnostics.report(
                    "a namespace has no comma, and \(longest) bytes at most: write what the server calls it", at: node.location,
                    field: "namespace")
            }
        }
        if let problem = auth?.problemAsAuth, let node = fields["auth"] {
            diagnostics.report("\(problem): write an object, such as { token: \"${token}\" }", at: node.location, field: "auth")
        }
        guard let title, let transport, let offers, let identity, let said, let heard else { return nil }
        return RoomMapping(
            title: title, transport: transport, namespace: namespace ?? "/", auth: auth, eventPath: event, offers: offers,
            identity: identity, said: said, heard: heard)
    }

    private mutating func identity(_ node: DocumentNode, of transport: RoomMapping.Transport?) -> RoomMapping.Identity? {
        if case .scalar(let word) = node.content {
            switch word {
            case "own": return .own
            case "socket" where transport != .websocket: return .socket
            default:
                let known = transport == .websocket ? "own" : "own, socket"
                diagnostics.report(
                    "'\(word)' gives nobody an id: write \(known), or { event: NAME, id: PATH }", at: node.location, field: "id")
                return nil
            }
        }
        guard let fields = fields(of: node, .identity, path: "id") else { return nil }
        let rule = rule(fields)
        _ = required(fields, "id")
        guard let rule, let path = path(fields, "id") else { return nil }
        return .told(rule, path)
    }

    // MARK: - What is said

    private mutating func said(_ node: DocumentNode, over transport: RoomMapping.Transport?) -> RoomMapping.Said? {
        guard let fields = fields(of: node, .say, path: "say") else { return nil }
        let always: [MessageTemplate.Hole] = [.room, .id, .name, .token, .number]
        func template(_ decoder: inout ScenarioDecoder, _ key: String, _ more: [MessageTemplate.Hole] = []) -> MessageTemplate? {
            fields[key].flatMap { decoder.message($0, fields.path(of: key), always + more, over: transport) }
        }
        for key in ["join", "offer", "answer"] { _ = required(fields, key) }
        let description: [MessageTemplate.Hole] = [.to, .sdp, .type, .description]
        let join = template(&self, "join")
        let offer = template(&self, "offer", description)
        let answer = template(&self, "answer", description)
        var said = RoomMapping.Said(join: join ?? .value(.null), offer: offer ?? .value(.null), answer: answer ?? .value(.null))
        said.hello = template(&self, "hello")
        said.leave = template(&self, "leave")
        said.candidate = template(&self, "candidate", [.to, .candidate, .line, .mid])
        said.endOfCandidates = template(&self, "end_of_candidates", [.to])
        said.bye = template(&self, "bye", [.to])
        said.chat = template(&self, "chat", [.text])
        said.react = template(&self, "react", [.emoji])
        said.raiseHand = template(&self, "raise_hand")
        said.lowerHand = template(&self, "lower_hand")
        if let node = fields["keepalive"], let inner = self.fields(of: node, .keepalive, path: "say.keepalive") {
            let interval = required(inner, "every").flatMap { positiveDuration($0, inner.path(of: "every")) }
            let message = required(inner, "message").flatMap {
                self.message($0, inner.path(of: "message"), always, over: transport)
            }
            let shortest = RoomMapping.Keepalive.shortestInterval
            if let interval, interval < shortest, let node = inner["every"] {
                diagnostics.report(
                    "a bot that says something so often floods its server: write 100ms at least", at: node.location,
                    field: inner.path(of: "every"))
            }
            if let interval, let message { said.keepalive = .init(interval: interval, message: message) }
        }
        return join == nil || offer == nil || answer == nil ? nil : said
    }

    /// What a server of the kind takes for a message.
    private mutating func message(
        _ node: DocumentNode, _ path: String, _ known: [MessageTemplate.Hole], over transport: RoomMapping.Transport?
    ) -> MessageTemplate? {
        guard let template = template(node, path, known) else { return nil }
        if transport == .socketio, let problem = template.problemAsEvent {
            diagnostics.report(
                "\(problem): write a list with the event's name first, such as [message, …]", at: node.location, field: path)
        }
        return template
    }

    /// Any YAML is a message; texts have holes.
    private mutating func template(
        _ node: DocumentNode, _ path: String, _ known: [MessageTemplate.Hole]
    ) -> MessageTemplate? {
        switch node.content {
        case .sequence(let items):
            var templates: [MessageTemplate] = []
            for (index, item) in items.enumerated() {
                guard let item = template(item, "\(path)[\(index)]", known) else { return nil }
                templates.append(item)
            }
            return .array(templates)
        case .mapping(let entries):
            var members: [MessageTemplate.Member] = []
            for entry in entries {
                guard let value = template(entry.value, "\(path).\(entry.key)", known) else { return nil }
                members.append(.init(key: entry.key, value: value))
            }
            return .object(members)
        case .scalar(let text):
            guard text.contains("${") else { return .value(Self.json(node)) }
            return pieces(text, node, path, known)
        }
    }

    private mutating func pieces(
        _ text: String, _ node: DocumentNode, _ path: String, _ known: [MessageTemplate.Hole]
    ) -> MessageTemplate? {
        var pieces: [MessageTemplate.Piece] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                diagnostics.report("'${' without its '}'", at: node.location, field: path)
                return nil
            }
            let name = String(rest[..<end])
            guard let hole = MessageTemplate.Hole(rawValue: name), known.contains(hole) else {
                let names = known.map { "${\($0.rawValue)}" }.joined(separator: ", ")
                diagnostics.report("'${\(name)}' has no value here; there are: \(names)", at: node.location, field: path)
                return nil
            }
            pieces.append(.hole(hole))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        if pieces.count == 1, case .hole(let hole) = pieces[0] { return .hole(hole) }
        return .pieces(pieces)
    }

    /// What a scalar means: with quotes a text, without them whatever YAML reads in it.
    private static func json(_ node: DocumentNode) -> JSON {
        guard case .scalar(let text) = node.content else { return .null }
        guard node.isPlain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        if let integer = Int64(text), integer.magnitude <= JSON.largestInteger { return .integer(integer) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return .string(text)
    }

    // MARK: - What is heard

    private mutating func heard(_ node: DocumentNode, of transport: RoomMapping.Transport?) -> RoomMapping.Heard? {
        guard let fields = fields(of: node, .hear, path: "hear") else { return nil }
        for key in ["offer", "answer"] { _ = required(fields, key) }
        let offer = signal(fields, "offer", "sdp")
        let answer = signal(fields, "answer", "sdp")
        var heard = RoomMapping.Heard(
            offer: offer ?? .init(rule: .init(event: nil)), answer: answer ?? .init(rule: .init(event: nil)))
        heard.candidate = signal(fields, "candidate", "candidate")
        heard.bye = signal(fields, "bye", nil)
        heard.chat = signal(fields, "chat", "text")
        heard.reaction = signal(fields, "reaction", "emoji")
        heard.arrived = person(fields, "arrived")
        heard.left = person(fields, "left")
        if let inner = inner(fields, "joined", .roster), let rule = rule(inner, acknowledgedBy: transport) {
            heard.joined = .init(
                rule: rule, people: path(inner, "people"), personID: path(inner, "person_id"),
                personName: path(inner, "person_name"))
            heard.joined?.iceServers = path(inner, "ice_servers")
        }
        if let inner = inner(fields, "refused", .refusal), let rule = rule(inner, acknowledgedBy: transport) {
            heard.refused = .init(rule: rule, content: path(inner, "reason"))
        }
        if let inner = inner(fields, "ping", .answered), let rule = rule(inner) {
            let message = required(inner, "message").flatMap {
                self.message($0, inner.path(of: "message"), [.room, .id, .name, .token, .number], over: transport)
            }
            if let message { heard.ping = .init(rule: rule, message: message) }
        }
        return offer == nil || answer == nil ? nil : heard
    }

    private mutating func inner(_ fields: Fields, _ key: String, _ table: KeyTable) -> Fields? {
        fields[key].flatMap { self.fields(of: $0, table, path: fields.path(of: key)) }
    }

    private mutating func signal(_ fields: Fields, _ key: String, _ content: String?) -> RoomMapping.Signal? {
        guard let inner = inner(fields, key, .signal(content)), let rule = rule(inner) else { return nil }
        if let content, required(inner, content) == nil { return nil }
        return .init(
            rule: rule, from: path(inner, "from"), to: path(inner, "to"), content: content.flatMap { path(inner, $0) })
    }

    private mutating func person(_ fields: Fields, _ key: String) -> RoomMapping.Person? {
        guard let inner = inner(fields, key, .person), let rule = rule(inner) else { return nil }
        return .init(rule: rule, id: path(inner, "id"), name: path(inner, "name"))
    }

    /// - Parameter transport: Where the rule may be about an acknowledgement.
    private mutating func rule(
        _ fields: Fields, acknowledgedBy transport: RoomMapping.Transport?? = .none
    ) -> RoomMapping.Rule? {
        var isAcknowledgement = false
        if let node = fields["ack"], let flag = boolean(node, fields.path(of: "ack")) { isAcknowledgement = flag }
        if isAcknowledgement, transport == .some(.websocket), let node = fields["ack"] {
            diagnostics.report(
                "only Socket.IO has acknowledgements: write the 'event' that answers", at: node.location,
                field: fields.path(of: "ack"))
            return nil
        }
        let event = isAcknowledgement ? nil : required(fields, "event").flatMap { text($0, fields.path(of: "event")) }
        if isAcknowledgement, let node = fields["event"] {
            diagnostics.report(
                "an acknowledgement has no name: take 'event' or 'ack' out", at: node.location, field: fields.path(of: "event"))
            return nil
        }
        guard isAcknowledgement || event != nil else { return nil }
        var conditions: [RoomMapping.Rule.Condition] = []
        if let node = fields["where"] {
            guard case .mapping(let entries) = node.content else {
                diagnostics.report(
                    "'where' is a mapping, not \(node.phrase): write { PATH: VALUE }", at: node.location,
                    field: fields.path(of: "where"))
                return nil
            }
            for entry in entries {
                guard case .scalar = entry.value.content, let path = MessagePath(entry.key) else {
                    diagnostics.report(
                        "'\(entry.key)' needs a path before it and one value behind it", at: entry.keyLocation,
                        field: fields.path(of: "where"))
                    continue
                }
                conditions.append(.init(path: path, value: Self.json(entry.value)))
            }
        }
        return RoomMapping.Rule(event: event, conditions: conditions)
    }

    private mutating func path(_ fields: Fields, _ key: String) -> MessagePath? {
        guard let node = fields[key], let text = text(node, fields.path(of: key)) else { return nil }
        guard let path = MessagePath(text) else {
            diagnostics.report(
                "'\(text)' is not a path: write the keys from the outside in, such as 1.sdp, or '.' for all of it",
                at: node.location, field: fields.path(of: key))
            return nil
        }
        return path
    }
}
