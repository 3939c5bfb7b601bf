internal import Measurement
internal import RTCCore

extension HTMLReport {
    /// A grid of more bots makes way for a table of groups.
    static let mostGridBots = 40
    /// More rooms than these are folded up, one line each.
    static let mostOpenRooms = 4
    /// More rooms than these are a file, not a page; the worst are shown.
    static let mostRooms = 60
    /// Wider grids have colours instead of figures.
    private static let mostFigureBots = 12

    static func sightings(_ model: ReportModel) -> Markup {
        guard !model.sightings.isEmpty else { return .empty }
        let rooms = rooms(model)
        let isSmall = rooms.count <= mostOpenRooms && rooms.allSatisfy { $0.bots.count <= mostGridBots }
        let content: Markup
        if isSmall {
            content = rooms.map { grid($0, isOnly: rooms.count == 1) }.joined() + legend
        } else if rooms.count > 1 {
            content = folded(rooms) + worstPairs(model)
        } else {
            content = byGroup(model) + worstPairs(model)
        }
        return section(
            "seen", "Who saw and heard whom",
            note:
                "Time from the moment the later join of the two was due to the first whole picture, or sound where there is no picture.",
            content)
    }

    private struct Room {
        var name: String
        /// Everybody in it, whether they see anybody or not.
        var bots: [String]
        var pairs: [Sighting]

        var seen: Int { pairs.count(where: \.isComplete) }
        var isComplete: Bool { seen == pairs.count }
    }

    private static func rooms(_ model: ReportModel) -> [Room] {
        var members: [String: [String]] = [:]
        for (bot, room) in zip(model.bots, model.figures.rooms) { members[room, default: []].append(bot) }
        var pairs: [String: [Sighting]] = [:]
        for sighting in model.sightings { pairs[sighting.room, default: []].append(sighting) }
        return unique(model.sightings.map(\.room)).map {
            Room(name: $0, bots: unique(members[$0] ?? []), pairs: pairs[$0] ?? [])
        }
    }

    static func unique(_ names: [String]) -> [String] {
        var known: Set<String> = []
        return names.filter { known.insert($0).inserted }
    }

    // MARK: - Grid

    private static func grid(_ room: Room, isOnly: Bool) -> Markup {
        var table: [String: [String: Sighting]] = [:]
        for pair in room.pairs { table[pair.receiver, default: [:]][pair.sender] = pair }
        let senders =
            unique(room.pairs.map(\.sender)).count == room.bots.count
            ? room.bots : room.bots.filter { bot in room.pairs.contains { $0.sender == bot } }
        let isWide = senders.count > mostFigureBots
        let columns = senders.map { sender -> Markup in
            isWide
                ? "<th scope=\"col\" class=\"turn\"><span>\(sender)</span></th>" : "<th scope=\"col\" class=\"n\">\(sender)</th>"
        }
        let rows = room.bots.map { receiver -> Markup in
            let cells = senders.map { cell(table[receiver]?[$0], isWide: isWide) }
            return "<tr><th scope=\"row\">\(receiver)</th>\(cells)</tr>"
        }
        let caption: Markup = isOnly ? .empty : "<caption>Room \(room.name)</caption>"
        let kind: Markup = isWide ? "grid wide" : "grid"
        return """
            <div class="scroll"><table class="\(kind)">\(caption)<thead><tr><th scope="col" class="corner">receiver ↓ sender →</th>\(columns)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>

            """
    }

    private static func cell(_ sighting: Sighting?, isWide: Bool) -> Markup {
        guard let sighting else { return "<td class=\"self\"></td>" }
        let parts = sighting.kinds.map { kind in
            let first = kind == .video ? sighting.firstVideo : sighting.firstAudio
            return "\(kind.rawValue) \(first.map { Figure.text($0, .time) } ?? "never")"
        }
        let title = "\(sighting.receiver) of \(sighting.sender): \(parts.joined(separator: ", "))"
        guard sighting.isComplete, let first = sighting.first else {
            let missing = sighting.kinds.filter { ($0 == .video ? sighting.firstVideo : sighting.firstAudio) == nil }
            let text = isWide ? "" : missing.count == sighting.kinds.count ? " never" : " no \(missing[0].rawValue)"
            return "<td class=\"n never\" title=\"\(title)\">✗\(text)</td>"
        }
        let text = isWide ? "" : Figure.text(first, .time)
        return "<td class=\"n t\(step(first))\" title=\"\(title)\">\(text)</td>"
    }

    /// How dark a cell is.
    private static func step(_ seconds: Double) -> Int {
        seconds <= 0.5 ? 1 : seconds <= 1 ? 2 : seconds <= 2 ? 3 : seconds <= 5 ? 4 : 5
    }

    private static let legend: Markup = """
        <p class="legend"><span class="t1">≤ 0.5 s</span><span class="t2">≤ 1 s</span><span class="t3">≤ 2 s</span>\
        <span class="t4">≤ 5 s</span><span class="t5">longer</span><span class="never">✗ never</span></p>
        """

    // MARK: - Many rooms

    /// A line for each room, the worst first; whoever opens it sees its grid.
    private static func folded(_ rooms: [Room]) -> Markup {
        let ordered = rooms.enumerated().sorted { left, right in
            let (one, other) = (slowest(left.element), slowest(right.element))
            return one == other ? left.offset < right.offset : one > other
        }.map(\.element)
        let lines = ordered.prefix(mostRooms).map { room -> Markup in
            let firsts = room.pairs.compactMap(\.first)
            let figures: [Markup] = [
                "<span class=\"\(room.isComplete ? "" : "bad" as Markup)\">\(Figure.count(room.seen)) of \(Figure.count(room.pairs.count))</span>",
                "<span>\(Figure.text(firsts.isEmpty ? nil : Aggregate.p50.value(of: firsts), .time))</span>",
                "<span>\(room.isComplete ? Figure.text(firsts.max(), .time) : "never")</span>",
            ]
            let open: Markup = room.pairs.count <= mostGridBots * mostGridBots ? grid(room, isOnly: true) : .empty
            return """
                <details class="room"><summary><b>\(room.name)</b><span>\(Figure.count(room.bots.count, "bot"))</span>\(figures)</summary>\(open)</details>

                """
        }
        let whole = rooms.count(where: \.isComplete)
        let left = rooms.count - lines.count
        let note =
            "\(Figure.count(whole)) of \(Figure.count(rooms.count)) rooms are complete. The slowest first"
            + (left > 0 ? "; the \(left) fastest are left out." : "; open one for its grid.")
        return """
            <p class="note">\(note)</p>
            <div class="lists rooms"><p class="room head"><b>Room</b><span>Size</span><span>Pairs that saw</span><span>p50</span><span>Slowest</span></p>
            \(lines)</div>
            \(legend)
            """
    }

    private static func slowest(_ room: Room) -> Double {
        room.pairs.map { $0.isComplete ? $0.first ?? .infinity : .infinity }.max() ?? 0
    }

    // MARK: - One large room

    private static func byGroup(_ model: ReportModel) -> Markup {
        func label(_ sighting: Sighting) -> String {
            "\(group(of: sighting.receiver)) of \(group(of: sighting.sender))"
        }
        var members: [String: [Sighting]] = [:]
        for sighting in model.sightings { members[label(sighting), default: []].append(sighting) }
        let rows = unique(model.sightings.map(label)).map { name -> Markup in
            let pairs = members[name] ?? []
            let seen = pairs.count(where: \.isComplete)
            let firsts = pairs.compactMap(\.first)
            let worst = pairs.max { ($0.first ?? .infinity) < ($1.first ?? .infinity) }
            let who = worst.map { "\($0.receiver) of \($0.sender)" } ?? Figure.none
            return """
                <tr><th scope="row">\(name)</th>\(number("\(Figure.count(seen)) of \(Figure.count(pairs.count))", isBad: seen < pairs.count))\
                \(number(Figure.text(firsts.isEmpty ? nil : Aggregate.p50.value(of: firsts), .time)))\
                \(number(Figure.text(firsts.isEmpty ? nil : Aggregate.p95.value(of: firsts), .time)))\
                \(number(seen < pairs.count ? "never" : Figure.text(firsts.max(), .time), isBad: seen < pairs.count))<td>\(who)</td></tr>
                """
        }
        let heads = [
            head("Groups"), head("Pairs that saw", isNumber: true), head("p50", isNumber: true), head("p95", isNumber: true),
            head("Worst", isNumber: true), head("Worst pair"),
        ]
        return table("rows", head: heads, rows: rows)
    }

    static func group(of bot: String) -> String {
        String(bot.prefix { $0 != "[" })
    }

    private static func worstPairs(_ model: ReportModel) -> Markup {
        let never = model.sightings.filter { !$0.isComplete }
        guard !never.isEmpty else { return .empty }
        let shown = never.prefix(20).map { pair -> Markup in
            let missing = pair.kinds.filter { ($0 == .video ? pair.firstVideo : pair.firstAudio) == nil }.map(\.rawValue)
            return "<li><b>\(pair.receiver)</b> got no \(missing.joined(separator: " and no ")) of <b>\(pair.sender)</b></li>"
        }
        let more = never.count - shown.count
        return
            "<h3>Who did not</h3><ul class=\"plain\">\(shown)\(more > 0 ? "<li>and \(more) more pairs</li>" : Markup.empty)</ul>"
    }
}
