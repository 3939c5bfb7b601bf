internal import Measurement
internal import RTCCore

extension HTMLReport {
    /// More bots or rooms than these, and the grids make way for a table of rooms or groups.
    static let mostGridBots = 40
    static let mostGrids = 6
    /// Wider grids have colours instead of figures.
    private static let mostFigureBots = 12

    static func sightings(_ model: ReportModel) -> Markup {
        guard !model.sightings.isEmpty else { return .empty }
        let rooms = unique(model.sightings.map(\.room))
        let isSmall = model.bots.count <= mostGridBots && rooms.count <= mostGrids
        let content = isSmall ? rooms.map { grid($0, model, isOnly: rooms.count == 1) }.joined() : aggregate(model, rooms)
        return section(
            "seen", "Who saw and heard whom",
            note:
                "Time from the moment the later join of the two was due to the first whole picture, or sound where there is no picture.",
            content)
    }

    static func unique(_ names: [String]) -> [String] {
        var known: Set<String> = []
        return names.filter { known.insert($0).inserted }
    }

    // MARK: - Grid

    private static func grid(_ room: String, _ model: ReportModel, isOnly: Bool) -> Markup {
        let pairs = model.sightings.filter { $0.room == room }
        let bots = unique(zip(model.bots, model.rooms).filter { $0.1 == room }.map(\.0))
        let senders = bots.filter { bot in pairs.contains { $0.sender == bot } }
        let isWide = senders.count > mostFigureBots
        let columns = senders.map { sender -> Markup in
            isWide
                ? "<th scope=\"col\" class=\"turn\"><span>\(sender)</span></th>" : "<th scope=\"col\" class=\"n\">\(sender)</th>"
        }
        var table: [String: [String: Sighting]] = [:]
        for pair in pairs { table[pair.receiver, default: [:]][pair.sender] = pair }
        let rows = bots.map { receiver -> Markup in
            let cells = senders.map { cell(table[receiver]?[$0], isWide: isWide) }
            return "<tr><th scope=\"row\">\(receiver)</th>\(cells)</tr>"
        }
        let caption: Markup = isOnly ? .empty : "<caption>Room \(room)</caption>"
        let kind: Markup = isWide ? "grid wide" : "grid"
        return """
            <div class="scroll"><table class="\(kind)">\(caption)<thead><tr><th scope="col" class="corner">receiver ↓ sender →</th>\(columns)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            \(legend)
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

    // MARK: - Aggregates

    /// By room, or by groups where there are too many rooms; and those who had it worst.
    private static func aggregate(_ model: ReportModel, _ rooms: [String]) -> Markup {
        let isByRoom = rooms.count > 1 && rooms.count <= mostGridBots
        func label(_ sighting: Sighting) -> String {
            isByRoom ? sighting.room : "\(group(of: sighting.receiver)) of \(group(of: sighting.sender))"
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
            head(isByRoom ? "Room" : "Groups"), head("Pairs that saw", isNumber: true), head("p50", isNumber: true),
            head("p95", isNumber: true), head("Worst", isNumber: true), head("Worst pair"),
        ]
        return table("rows", head: heads, rows: rows) + worstPairs(model)
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
