import Measurement
import NetworkImpairment
import RTCCore

/// Turns a document into a scenario, and collects everything that is wrong with it on the way.
///
/// Each function returns `nil` after it has reported why; what depends on a missing part is not complained about again.
struct ScenarioDecoder {
    let presets: (String) -> NetworkProfile?
    let presetNames: [String]
    var diagnostics: Diagnostics
    /// Texts that came from the environment or carry a token.
    var secrets: [String] = []
    /// Where fields were written whose value only shows later whether it is right.
    var places: [String: SourceLocation] = [:]

    init(file: String, presets: @escaping (String) -> NetworkProfile?, presetNames: [String]) {
        self.presets = presets
        self.presetNames = presetNames
        self.diagnostics = Diagnostics(file: file)
    }

    mutating func scenario(_ root: DocumentNode, name: String, path: String) -> Scenario? {
        collectSubstitutions(root)
        guard let fields = fields(of: root, .scenario, path: "") else { return nil }
        let title = requiredText(fields, "scenario")
        let seed = seed(fields)
        let tags = list(fields, "tags") { decoder, node, path in decoder.name(node, path, of: "a tag") }
        let target = required(fields, "target").flatMap { self.target($0, fields.path(of: "target")) }
        let duration = required(fields, "duration").flatMap { positiveDuration($0, "duration") }
        let iceServers = iceServers(fields, otherwise: .handedOut)
        let transportPolicy = transportPolicy(fields, otherwise: .all)
        let usesTCP = usesTCP(fields, otherwise: true)
        let iceAuthorities = fields["ice_ca"].flatMap { node in
            places["ice_ca"] = node.location
            return text(node, "ice_ca")
        }
        let groups = groups(
            fields, duration: duration,
            ways: WaysOut(
                iceServers: iceServers ?? .handedOut, transportPolicy: transportPolicy ?? .all, usesTCP: usesTCP ?? true))
        if target?.signalingProtocol == .janus { refuseLayers(of: groups) }
        if let target, target.tokenSecret == nil { refuseTokens(of: groups) }
        if let target, target.signalingProtocol != .starling { refuseStatistics(of: groups) }
        let roster = Roster(writtenIn: fields, groups: groups)
        let timeline = timeline(
            fields, roster: roster, duration: duration, signaling: target?.signalingProtocol)
        let assertions = assertions(fields, roster: roster, events: eventNames(in: fields))
        guard let title, let seed, let target, let duration, diagnostics.errors.isEmpty else { return nil }
        return Scenario(
            title: title, name: name, path: path, seed: seed, tags: tags, target: target, iceAuthorities: iceAuthorities,
            duration: duration, groups: groups,
            timeline: timeline, assertions: assertions.map(\.0), assertionLocations: assertions.map(\.1),
            secrets: sortedSecrets, places: places)
    }

    /// A server forwards one layer at a time, which the audit cannot account for yet.
    private mutating func refuseLayers(of groups: [Scenario.Group]) {
        for (index, group) in groups.enumerated() where !group.publication.simulcast.isEmpty {
            let field = "groups[\(index)].publish.simulcast"
            diagnostics.report(
                "\(Availability.message("simulcast")) with protocol janus: give one file as 'video'",
                at: places["\(field)[0].video"] ?? .file, field: field)
        }
    }

    private mutating func refuseTokens(of groups: [Scenario.Group]) {
        for (index, group) in groups.enumerated() where group.token != nil {
            let field = "groups[\(index)].token"
            diagnostics.report(
                "tokens are made with a secret: give the target a 'token_secret', or take 'token' out",
                at: places[field] ?? .file, field: field)
        }
    }

    private mutating func refuseStatistics(of groups: [Scenario.Group]) {
        for (index, group) in groups.enumerated() where group.statsInterval != nil {
            let field = "groups[\(index)].stats"
            diagnostics.report(
                "only the native protocol has a word for them: take 'stats' out, or write 'protocol: starling'",
                at: places[field] ?? .file, field: field)
        }
    }

    private mutating func seed(_ fields: Fields) -> UInt64? {
        guard let node = fields["seed"] else { return 1 }
        guard let text = scalar(node, "seed", expected: "a whole number such as 7") else { return nil }
        guard let seed = UInt64(text) else {
            diagnostics.report(
                "a seed is a whole number from 0 to \(UInt64.max), not \(node.phrase): write 'seed: 7'", at: node.location,
                field: "seed")
            return nil
        }
        return seed
    }

    private mutating func assertions(
        _ fields: Fields, roster: Roster, events: [String]
    ) -> [(Assertion, SourceLocation)] {
        list(fields, "assert") { decoder, node, path -> (Assertion, SourceLocation)? in
            guard let text = decoder.scalar(node, path, expected: "an assertion such as 'first_frame p95 < 2s'") else {
                return nil
            }
            do throws(AssertionError) {
                let assertion = try Assertion(parsing: text, events: events)
                decoder.checkTags(of: assertion, at: node.location, field: path, roster: roster)
                return (assertion, node.location)
            } catch {
                var location = node.location
                if location.line > 0, node.isPlain, !text.contains("\n") { location.column += error.offset }
                decoder.diagnostics.report(error.message, at: location, field: path)
                return nil
            }
        }
    }

    private mutating func checkTags(
        of assertion: Assertion, at location: SourceLocation, field: String, roster: Roster
    ) {
        for (key, value) in assertion.tags {
            switch key {
            case "event" where RunEvent.Kind(rawValue: value) == nil:
                let kinds = RunEvent.Kind.allCases.map(\.rawValue)
                diagnostics.report(
                    "'\(value)' is not a kind of event\(Spelling.advice(for: value, in: kinds, noun: "there are"))", at: location,
                    field: field)
            case "group" where !roster.names.contains(value):
                let advice = Spelling.advice(for: value, in: roster.names, noun: "there are")
                diagnostics.report("'\(value)' is not a group\(advice)", at: location, field: field)
            case "bot" where !roster.hasBot(value), "from" where !roster.hasBot(value):
                let example = "\(roster.names.first ?? "callers")[0]"
                diagnostics.report("'\(value)' is not a bot; bots are called like \(example)", at: location, field: field)
            case "rid" where !roster.rids.contains(value) && !TrackName.isScreen(value):
                let advice =
                    roster.rids.isEmpty
                    ? "; no group has 'simulcast'" : Spelling.advice(for: value, in: roster.rids, noun: "there are")
                diagnostics.report("'\(value)' is not a layer\(advice)", at: location, field: field)
            default: continue
            }
        }
    }

    private mutating func collectSubstitutions(_ node: DocumentNode) {
        diagnostics.substitutions += node.substitutions
        switch node.content {
        case .scalar: break
        case .sequence(let items):
            for item in items { collectSubstitutions(item) }
        case .mapping(let entries):
            for entry in entries { collectSubstitutions(entry.value) }
        }
    }

    private var sortedSecrets: [String] {
        Set(secrets.filter { $0.count >= Scenario.shortestSecret }).sorted { ($1.count, $0) < ($0.count, $1) }
    }
}
