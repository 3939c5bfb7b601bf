public import RTCCore
import SignalingProtocol

/// A scenario unrolled: every bot, every action and every event with its time. The same scenario and seed give the same plan.
public struct Plan: Sendable {
    public let scenario: Scenario
    public let seed: UInt64
    /// Names the run in rooms and reports; comes from the seed and the scenario's name.
    public let runID: String
    /// In the order of groups and places.
    public let bots: [BotPlan]
    public let duration: Duration
    /// By start, then in the order of the file.
    public let events: [PlannedEvent]

    /// - Parameter seed: Instead of the scenario's own.
    public init(_ scenario: Scenario, seed: UInt64? = nil) {
        let seed = seed ?? scenario.seed
        let run = Self.runName(seed: seed, scenario: scenario.name)
        self.scenario = scenario
        self.seed = seed
        self.runID = run
        self.duration = scenario.duration
        var bots: [BotPlan] = []
        for group in scenario.groups {
            for place in 0..<group.count {
                bots.append(Self.bot(place, of: group, index: bots.count, run: run, seed: seed, duration: scenario.duration))
            }
        }
        let hit = Self.hit(by: scenario, bots: bots, seed: seed)
        for (entry, indices) in hit {
            for index in indices {
                for verb in entry.verbs {
                    // Who is put out stops sending then, unless it comes back.
                    if case .kick(let name) = verb, let kicked = bots.firstIndex(where: { $0.name == name }) {
                        bots[kicked].leaveAt = min(bots[kicked].leaveAt, .origin + entry.at)
                    }
                    var verb = verb
                    if case .enqueue(var wish?) = verb {
                        let place = bots[...index].count { $0.group == bots[index].group } - 1
                        wish.pool = RoomName.filled(wish.pool, run: run, group: bots[index].group, place: place)
                        verb = .enqueue(wish)
                    }
                    bots[index].actions.append(PlannedAction(at: .origin + entry.at, event: entry.event, verb: verb))
                    // In the order of time: the last leave without a return is the end.
                    if verb == .leave { bots[index].leaveAt = min(bots[index].leaveAt, .origin + entry.at) }
                    if verb == .rejoin { bots[index].leaveAt = .origin + scenario.duration }
                }
            }
        }
        self.bots = bots
        self.events = hit.compactMap { entry, indices in
            entry.event.map { Self.event($0, entry, indices, bots: bots, duration: scenario.duration) }
        }
    }

    /// When the embedded server is away, with all that it knew: by start.
    public var serverOutages: [ServerOutage] {
        scenario.timeline.flatMap { entry in
            entry.verbs.compactMap { verb in
                guard case .kill(let kill) = verb, kill.target == .server else { return nil }
                return ServerOutage(start: .origin + entry.at, end: .origin + entry.at + kill.duration)
            }
        }.sorted { $0.start < $1.start }
    }

    /// How many bots send something, by room.
    public var publishers: [String: Int] {
        var publishers: [String: Int] = [:]
        for bot in bots where !bot.publication.isEmpty { publishers[bot.room, default: 0] += 1 }
        return publishers
    }

    /// The names of each room's bots, by the time of their joins.
    public var roommates: [String: [String]] {
        var rooms: [String: [String]] = [:]
        for bot in bots.sorted(by: { ($0.joinAt, $0.index) < ($1.joinAt, $1.index) }) {
            rooms[bot.room, default: []].append(bot.name)
        }
        return rooms
    }

    /// The end of the run.
    public var end: Instant { .origin + duration }

    public func event(named name: String) -> PlannedEvent? {
        events.first { $0.name == name }
    }

    /// Eight letters and digits that no one confuses when reading them aloud.
    private static func runName(seed: UInt64, scenario: String) -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz0123456789")
        var random = SplitMix64(seed: SplitMix64.derive(seed, "run \(scenario)"))
        return String((0..<8).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
    }

    private static func bot(
        _ place: Int, of group: Scenario.Group, index: Int, run: String, seed: UInt64, duration: Duration
    ) -> BotPlan {
        let name = "\(group.name)[\(place)]"
        let room = RoomName.filled(group.room, run: run, group: group.name, place: place)
        var match = group.match
        if let pool = match?.pool {
            match?.pool = RoomName.filled(pool, run: run, group: group.name, place: place)
        }
        return BotPlan(
            index: index, name: name, group: group.name, room: room,
            joinAt: .origin + group.joins(place), publication: group.publication,
            subscription: group.subscription, network: group.network, nat: group.nat, ecn: group.ecn,
            iceServers: group.iceServers, transportPolicy: group.transportPolicy, usesTCP: group.usesTCP,
            reconnect: group.reconnect, create: group.create, match: match, matchAnswer: group.matchAnswer,
            statsInterval: group.statsInterval,
            seed: SplitMix64.derive(seed, "bot \(name)"), actions: [], leaveAt: .origin + duration,
            token: group.token)
    }

    /// The timeline by time, each entry with the bots that it hits.
    private static func hit(by scenario: Scenario, bots: [BotPlan], seed: UInt64) -> [(TimelineEntry, [Int])] {
        var firsts: [Int] = []
        var next = 0
        for group in scenario.groups {
            firsts.append(next)
            next += group.count
        }
        let ordered = scenario.timeline.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        return ordered.map { _, entry in
            let indices = zip(scenario.groups, firsts).flatMap { group, first in
                entry.who.indices(in: group.name, count: group.count, seed: seed).map { first + $0 }
            }
            return (entry, indices)
        }
    }

    private static func event(
        _ name: String, _ entry: TimelineEntry, _ indices: [Int], bots: [BotPlan], duration: Duration
    ) -> PlannedEvent {
        let start = Instant.origin + entry.at
        let runEnd = Instant.origin + duration
        var end = start
        for verb in entry.verbs {
            switch verb {
            case .leave, .rejoin, .addressChange, .iceRestart, .switchDevice, .mic(true), .camera(true), .chat, .react, .hand,
                .admit,
                .deny, .kick, .mute, .lock, .role, .subscribe, .acceptMatch, .skipMatch, .enqueue, .screen(nil):
                break
            case .blackout(let blackout): end = max(end, start + blackout.duration)
            case .kill(let kill): end = max(end, start + kill.duration)
            case .network(let profile):
                for index in indices where profile != bots[index].network && !profile.isClean {
                    end = max(end, bots[index].nextNetwork(after: start) ?? runEnd)
                }
            case .screen:
                for index in indices {
                    let off = bots[index].actions.first { action in
                        if case .screen = action.verb { action.at > start } else { false }
                    }
                    end = max(end, off?.at ?? runEnd)
                }
            case .mic(false), .camera(false):
                let on = verb == .mic(false) ? Verb.mic(true) : .camera(true)
                for index in indices {
                    end = max(end, bots[index].actions.first { $0.verb == on && $0.at > start }?.at ?? runEnd)
                }
            }
        }
        return PlannedEvent(name: name, start: start, end: min(end, runEnd), bots: indices)
    }
}
