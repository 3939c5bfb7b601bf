import Measurement
import NetworkImpairment
import RTCCore
import SignalingProtocol

extension Plan {
    /// What `check` prints: the plan in lines for a person, without secrets.
    public var lines: [String] {
        var lines = ["\(scenario.name): \(scenario.title)"]
        let target =
            switch scenario.target.address {
            case .embedded: "the embedded server"
            case .url(let url): url
            case .program(let command): command.joined(separator: " ")
            }
        let bots = "\(bots.count) \(bots.count == 1 ? "bot" : "bots")"
        lines.append("  \(bots), \(Self.time(duration)), seed \(seed), run \(runID)")
        lines.append("  target: \(target) (\(scenario.target.signalingProtocol.rawValue), \(scenario.target.mode.rawValue))")
        lines.append("  groups:")
        lines += scenario.groups.map { "    \(Self.line(for: $0, in: self))" }
        if !scenario.timeline.isEmpty {
            lines.append("  timeline:")
            let ordered = scenario.timeline.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            lines += ordered.map { "    \(line(for: $0.element))" }
        }
        if !scenario.assertions.isEmpty {
            lines.append("  asserts:")
            lines += scenario.assertions.map { "    \($0.text)" }
        }
        return lines.map(scenario.redacted)
    }

    private static func line(for group: Scenario.Group, in plan: Plan) -> String {
        let members = plan.bots.filter { $0.group == group.name }
        let room = members.first?.room ?? group.room
        let last = members.last.map { time($0.joinAt - .origin) } ?? ""
        let first = time(group.delay)
        let joins =
            group.count == 1 || group.arrival == .atOnce
            ? (group.delay == .zero ? "at once" : "at \(first)") : "from \(first) to \(last)"
        let publication = group.publication
        let media =
            [publication.audio, publication.video].compactMap { $0 } + publication.simulcast.map { "\($0.rid): \($0.video)" }
        let sends = media.isEmpty ? "sends nothing" : "sends \(media.joined(separator: " and "))"
        return "\(group.name): \(group.count) in \(room), join \(joins), \(sends), network \(group.network.name)"
            + (group.nat.isNone ? "" : ", NAT \(group.nat.name)")
            + (group.transportPolicy == .relay ? ", relayed only" : "")
            + (group.usesTCP ? "" : ", without TCP")
            + (group.subscription == .none ? ", subscribe to nobody" : "")
            + (group.reconnect == nil ? ", stay away when lost" : "")
    }

    private func line(for entry: TimelineEntry) -> String {
        let verbs = entry.verbs.map(Self.phrase).joined(separator: ", ")
        guard let name = entry.event, let event = event(named: name) else {
            return "\(Self.time(entry.at)): \(entry.who): \(verbs)"
        }
        let span = event.end > event.start ? " until \(Self.time(event.end - .origin))" : ""
        let hit = event.bots.prefix(5).map { bots[$0].name }.joined(separator: ", ")
        let more = event.bots.count > 5 ? " and \(event.bots.count - 5) more" : ""
        return "\(Self.time(entry.at)): \(entry.who): \(verbs) [\(name)\(span), hits \(hit)\(more)]"
    }

    private static func phrase(_ verb: Verb) -> String {
        switch verb {
        case .network(let profile): "network \(profile.name)"
        case .blackout(let blackout):
            "blackout of \(time(blackout.duration))" + (blackout.scope == .all ? "" : ", \(blackout.scope.rawValue) only")
        case .addressChange: "another address"
        case .kill(let kill):
            "kill \(kill.target.rawValue)" + (kill.duration > .zero ? " for \(time(kill.duration))" : "")
        case .leave: "leave"
        case .rejoin: "come back"
        case .mic(let isOn): "mic \(isOn ? "on" : "off")"
        case .camera(let isOn): "camera \(isOn ? "on" : "off")"
        case .switchDevice(let publication):
            "switch to " + [publication.audio, publication.video].compactMap { $0 }.joined(separator: " and ")
        case .screen(let path): path.map { "show the screen \($0)" } ?? "show no screen"
        case .iceRestart: "ICE restart"
        case .chat(let text, let bot): "write '\(text)'" + (bot.map { " to \($0)" } ?? "")
        case .react(let emoji): "react with \(emoji)"
        case .hand(let isUp): "\(isUp ? "raise" : "lower") a hand"
        case .admit(let bot): "admit \(bot ?? "all")"
        case .deny(let bot): "deny \(bot)"
        case .kick(let bot): "kick \(bot)"
        case .mute(let mute): "mute the \(mute.source.rawValue) of \(mute.bot)" + (mute.isHard ? " for good" : "")
        case .lock(let isLocked): isLocked ? "lock the room" : "unlock the room"
        case .role(let bot, let role): "make \(bot) a \(role.rawValue)"
        case .acceptMatch: "accept the match"
        case .skipMatch: "skip the match"
        case .enqueue(let wish): wish.map { "look for \($0.media.rawValue) in \($0.pool)" } ?? "look for somebody else"
        case .subscribe(.all): "subscribe to all"
        case .subscribe(.bots(let bots)): "subscribe to " + (bots.isEmpty ? "nobody" : bots.joined(separator: " and "))
        case .subscribe(.speakers(let count)): "subscribe to the \(count) who spoke last"
        }
    }

    private static func time(_ duration: Duration) -> String {
        Quantity(duration.inSeconds, .time).description
    }
}
