import Measurement
import NetworkImpairment
import RTCCore

extension ScenarioDecoder {
    /// Verbs that can stand alone: `do: leave`.
    private static let bare = ["leave", "rejoin", "address_change", "ice_restart", "accept", "skip", "enqueue"]

    mutating func verbs(_ node: DocumentNode, _ path: String, roster: Roster) -> [Verb]? {
        var node = node
        if case .scalar(let word) = node.content, !node.isNothing {
            if !Self.bare.contains(word), KeyTable.verbs.names.contains(word) {
                diagnostics.report("'\(word)' needs a value: write { \(word): … }", at: node.location, field: path)
                return nil
            }
            let nothing = DocumentNode(content: .scalar(""), location: node.location, isPlain: true)
            node.content = .mapping([DocumentNode.Entry(key: word, keyLocation: node.location, value: nothing)])
        }
        guard let fields = fields(of: node, .verbs, path: path) else { return nil }
        if fields.keys.isEmpty {
            diagnostics.report(
                "nothing is done here: write { \(KeyTable.verbs.names.joined(separator: ": … } or { ")): … }", at: node.location,
                field: path)
        }
        let before = diagnostics.errors.count
        var verbs: [Verb] = []
        for key in fields.keys {
            guard let value = fields[key], let verb = verb(key, value, fields.path(of: key), roster) else { continue }
            verbs.append(verb)
        }
        return verbs.isEmpty || diagnostics.errors.count != before ? nil : verbs
    }

    private mutating func verb(_ key: String, _ value: DocumentNode, _ path: String, _ roster: Roster) -> Verb? {
        switch key {
        case "network": network(value, path).map(Verb.network)
        case "blackout": blackout(value, path).map(Verb.blackout)
        case "kill": kill(value, path).map(Verb.kill)
        case "mic": onOrOff(value, path).map(Verb.mic)
        case "camera": onOrOff(value, path).map(Verb.camera)
        case "switch_device": switchDevice(value, path)
        case "screen": screen(value, path)
        case "leave": bare(.leave, key, value, path)
        case "rejoin": bare(.rejoin, key, value, path)
        case "address_change": bare(.addressChange, key, value, path)
        case "ice_restart": bare(.iceRestart, key, value, path)
        case "accept": bare(.acceptMatch, key, value, path)
        case "skip": bare(.skipMatch, key, value, path)
        case "enqueue":
            if case .mapping = value.content {
                wish(value, .enqueue, path).map { .enqueue($0) }
            } else {
                bare(.enqueue(nil), key, value, path)
            }
        default: roomVerb(key, value, path, roster)
        }
    }

    private mutating func bare(_ verb: Verb, _ key: String, _ value: DocumentNode, _ path: String) -> Verb? {
        if value.isNothing { return verb }
        if case .scalar("true") = value.content { return verb }
        diagnostics.report("'\(key)' takes no value: write 'do: \(key)'", at: value.location, field: path)
        return nil
    }

    private mutating func blackout(_ node: DocumentNode, _ path: String) -> Blackout? {
        guard case .mapping = node.content else { return positiveDuration(node, path).map { Blackout($0) } }
        guard let fields = fields(of: node, .blackout, path: path) else { return nil }
        let duration = required(fields, "for").flatMap { positiveDuration($0, fields.path(of: "for")) }
        var scope: BlackoutScope? = .all
        if let node = fields["only"] { scope = choice(node, fields.path(of: "only"), BlackoutScope.self, of: "a scope") }
        guard let duration, let scope else { return nil }
        return Blackout(duration, scope: scope)
    }

    private mutating func kill(_ node: DocumentNode, _ path: String) -> Kill? {
        guard case .mapping = node.content else {
            let target = choice(node, path, Kill.Target.self, of: "what is killed")
            guard target != .server else {
                diagnostics.report(
                    "a server is away for a time: write { kill: { what: server, for: 5s } }", at: node.location, field: path)
                return nil
            }
            return target.map { Kill($0) }
        }
        guard let fields = fields(of: node, .kill, path: path) else { return nil }
        let target = required(fields, "what").flatMap {
            choice($0, fields.path(of: "what"), Kill.Target.self, of: "what is killed")
        }
        var duration: Duration? = .zero
        if let node = fields["for"] { duration = self.duration(node, fields.path(of: "for")) }
        guard let target, let duration else { return nil }
        guard target != .server || duration > .zero else {
            diagnostics.report("a server is away for a time: add 'for: 5s'", at: node.location, field: path)
            return nil
        }
        return Kill(target, for: duration)
    }

    mutating func onOrOff(_ node: DocumentNode, _ path: String) -> Bool? {
        guard let text = scalar(node, path, expected: "on or off") else { return nil }
        switch text {
        case "on", "true": return true
        case "off", "false": return false
        default:
            diagnostics.report("'\(text)' is neither on nor off", at: node.location, field: path)
            return nil
        }
    }

    private mutating func screen(_ node: DocumentNode, _ path: String) -> Verb? {
        if case .scalar("off") = node.content { return .screen(nil) }
        if case .scalar("false") = node.content { return .screen(nil) }
        if case .scalar("on") = node.content {
            diagnostics.report(
                "a screen shows a file: write { screen: fixtures/screen-360p.ivf }", at: node.location, field: path)
            return nil
        }
        return video(node, path).map { .screen($0) }
    }

    private mutating func switchDevice(_ node: DocumentNode, _ path: String) -> Verb? {
        guard let publication = publication(node, path) else { return nil }
        guard publication.simulcast.isEmpty else {
            diagnostics.report(
                "a track keeps its layers: switch to one file as 'video'", at: node.location, field: "\(path).simulcast")
            return nil
        }
        guard publication.audio != nil || publication.video != nil else {
            diagnostics.report(
                "nothing is switched here: write { switch_device: { video: fixtures/talking-head.ivf } }", at: node.location,
                field: path)
            return nil
        }
        return .switchDevice(publication)
    }
}

extension Verb {
    /// Its name, where only those can do it who are matched.
    var nameAmongMatches: String? {
        switch self {
        case .acceptMatch: "accept"
        case .skipMatch: "skip"
        case .enqueue: "enqueue"
        default: nil
        }
    }

    var isForTheServer: Bool {
        if case .kill(let kill) = self { kill.target == .server } else { false }
    }
}
