import Measurement
import RTCCore

extension ScenarioDecoder {
    mutating func timeline(
        _ fields: Fields, roster: Roster, duration: Duration?, signaling: Scenario.Target.SignalingProtocol?
    ) -> [TimelineEntry] {
        var events: Set<String> = []
        var comings: [(entry: TimelineEntry, location: SourceLocation, path: String)] = []
        let timeline = list(fields, "timeline") { decoder, node, path -> TimelineEntry? in
            let entry = decoder.entry(node, path, roster: roster, duration: duration, events: &events)
            if let entry { comings.append((entry, node["do"]?.location ?? node.location, "\(path).do")) }
            return entry
        }
        checkComings(comings, groups: roster.groups)
        // Janus's publications and PeerJS's calls are negotiated once.
        if let signaling, [.janus, .peerjs].contains(signaling) {
            for (entry, location, path) in comings where entry.verbs.contains(where: \.showsScreen) {
                diagnostics.report(
                    "\(Availability.message("screen")) with protocol \(signaling.rawValue): take it out", at: location,
                    field: "\(path).screen")
            }
        }
        return timeline
    }

    /// Whoever comes back must have left.
    private mutating func checkComings(
        _ entries: [(entry: TimelineEntry, location: SourceLocation, path: String)], groups: [Scenario.Group]
    ) {
        var away: Set<String> = []
        let ordered = entries.enumerated().sorted { ($0.element.entry.at, $0.offset) < ($1.element.entry.at, $1.offset) }
        for (entry, location, path) in ordered.map(\.element) {
            let names = groups.flatMap { group in
                entry.who.indices(in: group.name, count: group.count, seed: 0).map { "\(group.name)[\($0)]" }
            }
            // Who is denied or put out has left, too.
            away.formUnion(entry.verbs.compactMap(\.putOut))
            for verb in entry.verbs where verb == .leave || verb == .rejoin {
                if verb == .leave {
                    away.formUnion(names)
                } else if let present = names.first(where: { !away.contains($0) }) {
                    diagnostics.report(
                        "\(present) would come back at \(Quantity(entry.at.inSeconds, .time)) without having left: let it 'leave' earlier",
                        at: location, field: path)
                } else {
                    away.subtract(names)
                }
            }
        }
    }

    /// The names that assertions may refer to, also of entries that are wrong in something else.
    func eventNames(in fields: Fields) -> [String] {
        guard case .sequence(let items)? = fields["timeline"]?.content else { return [] }
        return items.compactMap { item in
            guard case .scalar(let name)? = item["event"]?.content else { return nil }
            return name
        }
    }

    private mutating func entry(
        _ node: DocumentNode, _ path: String, roster: Roster, duration: Duration?, events: inout Set<String>
    ) -> TimelineEntry? {
        guard let fields = fields(of: node, .entry, path: path) else { return nil }
        let at = required(fields, "at").flatMap { self.duration($0, fields.path(of: "at")) }
        if let at, let duration, at >= duration, let node = fields["at"] {
            diagnostics.report(
                "\(node.phrase) is not before the end of the run at \(Quantity(duration.inSeconds, .time)): make it earlier, "
                    + "or 'duration' longer", at: node.location, field: fields.path(of: "at"))
        }
        let event = fields["event"].map { name($0, fields.path(of: "event"), of: "an event") }
        if let event, let name = event, !events.insert(name).inserted, let node = fields["event"] {
            diagnostics.report(
                "two entries are called '\(name)'; each event needs its own name", at: node.location,
                field: fields.path(of: "event"))
        }
        let who = required(fields, "who").flatMap { selector($0, fields.path(of: "who"), roster: roster) }
        let verbs = required(fields, "do").flatMap { self.verbs($0, fields.path(of: "do"), roster: roster) }
        if let at, let who, let verbs, verbs.contains(.leave), let node = fields["at"] {
            checkJoined(who, at: at, groups: roster.groups, node, fields.path(of: "at"))
        }
        if let who, let name = verbs?.lazy.compactMap(\.nameAmongMatches).first, let node = fields["who"],
            let group = roster.groups.first(where: { group in
                group.match == nil && !who.indices(in: group.name, count: group.count, seed: 0).isEmpty
            })
        {
            diagnostics.report(
                "'\(name)' is for those who look for strangers: give '\(group.name)' a 'match', or name others",
                at: node.location,
                field: fields.path(of: "who"))
        }
        if let who, who != .all, let verbs, verbs.contains(where: \.isForTheServer), let node = fields["who"] {
            diagnostics.report(
                "everybody loses a server: write 'who: all' where the server is killed", at: node.location,
                field: fields.path(of: "who"))
        }
        if case .some(.none) = event { return nil }
        guard let at, let who, let verbs else { return nil }
        return TimelineEntry(at: at, event: event ?? nil, who: who, verbs: verbs)
    }

    /// Whoever leaves must have joined; where the seed chooses who, the plan decides.
    private mutating func checkJoined(
        _ who: Selector, at: Duration, groups: [Scenario.Group], _ node: DocumentNode, _ path: String
    ) {
        if case .share = who { return }
        for group in groups {
            let early = who.indices(in: group.name, count: group.count, seed: 0).first {
                group.joins($0) >= at
            }
            guard let early else { continue }
            let joins = Quantity(group.joins(early).inSeconds, .time)
            diagnostics.report(
                "\(group.name)[\(early)] would leave at \(Quantity(at.inSeconds, .time)), when it has not yet joined: make it later than \(joins)",
                at: node.location, field: path)
            return
        }
    }

    private mutating func selector(_ node: DocumentNode, _ path: String, roster: Roster) -> Selector? {
        if case .sequence = node.content {
            diagnostics.report("'who' is a text, not a list: write \"callers[0,2]\" in quotes", at: node.location, field: path)
            return nil
        }
        guard let text = scalar(node, path, expected: "who, such as callers or \"callers[0,2]\",") else { return nil }
        if text == "all" { return .all }
        let name = String(text.prefix { $0 != "[" }).trimmingSpaces
        if !roster.names.contains(name) {
            let advice = Spelling.advice(for: name, in: roster.names + ["all"], noun: "there are")
            diagnostics.report("'\(name)' is not a group\(advice)", at: node.location, field: path)
            return nil
        }
        guard text.contains("[") else { return .group(name) }
        let grammar = "write \(name), \(name)[3], \(name)[0,2], \(name)[25%] or all"
        guard text.hasSuffix("]") else {
            diagnostics.report("'\(text)' does not end with ']': \(grammar)", at: node.location, field: path)
            return nil
        }
        let inner = String(text.drop { $0 != "[" }.dropFirst().dropLast()).trimmingSpaces
        if inner.hasSuffix("%") {
            guard let share = try? Quantity(parsing: inner), share.dimension == .ratio, share.value > 0, share.value <= 1 else {
                diagnostics.report(
                    "'\(inner)' is not a share of a group: write more than 0% and at most 100%", at: node.location, field: path)
                return nil
            }
            return .share(group: name, share.value)
        }
        return members(inner, of: name, grammar: grammar, at: node.location, path, roster: roster)
    }

    private mutating func members(
        _ text: String, of name: String, grammar: String, at location: SourceLocation, _ path: String, roster: Roster
    ) -> Selector? {
        var indices: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let index = Int(String(part).trimmingSpaces), index >= 0 else {
                diagnostics.report("'\(name)[\(text)]' does not say who: \(grammar)", at: location, field: path)
                return nil
            }
            if let count = roster.count(of: name), index >= count {
                diagnostics.report(
                    "there is no \(name)[\(index)]; the \(count) of '\(name)' go from 0 to \(count - 1)",
                    at: location, field: path)
                return nil
            }
            indices.insert(index)
        }
        return .members(group: name, indices: indices.sorted())
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Verb {
    fileprivate var showsScreen: Bool {
        if case .screen = self { true } else { false }
    }
}
