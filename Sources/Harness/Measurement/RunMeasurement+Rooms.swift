internal import RTCCore

/// What bots saw of their rooms, compared with what the others did and saw.
extension RunMeasurement {
    /// One sample per bot.
    func eventCounts(_ tags: [(String, String)], _ ranges: [TimeRange]) -> [Double] {
        let kinds = tags.filter { $0.0 == "event" }.map(\.1)
        let peers = tags.filter { $0.0 == "from" }.map(\.1)
        let others = tags.filter { $0.0 != "event" && $0.0 != "from" }
        return record.bots.indices.filter { bot in others.allSatisfy { matches(bot, $0.0, $0.1) } }.map { bot in
            Double(
                record.bots[bot].events.count { event in
                    kinds.allSatisfy { $0 == event.kind.rawValue } && peers.allSatisfy { $0 == event.peer }
                        && Self.isInside(event.at, ranges)
                })
        }
    }

    func roomSamples(of metric: Metric, bots: [Int]) -> [Double] {
        switch metric {
        case MetricCatalog.chatDelivered: share(of: chatDeliveries(to: bots))
        case MetricCatalog.chatOrder: share(of: pairs(of: bots).map { haveOneOrder($0.0, $0.1) })
        case MetricCatalog.rosterAgreement: share(of: present(bots).map(hasWholeRoster))
        case MetricCatalog.handsAgreement:
            share(of: present(bots).filter { record.bots[$0].lastView?.hands != nil }.map(seesTheRoomsHands))
        case MetricCatalog.sourcesAgreement:
            share(of: present(bots).flatMap { viewer in roommates(of: viewer).compactMap { seesSources(of: $0, viewer) } })
        default: []
        }
    }

    private func share(of outcomes: [Bool]) -> [Double] {
        outcomes.isEmpty ? [] : [Double(outcomes.count { $0 }) / Double(outcomes.count)]
    }

    // MARK: - The chat

    private struct Message: Hashable {
        var writer: String
        var text: String
    }

    /// For each message and each bot that was in the room when it was written, whether it came exactly as often as it was written.
    private func chatDeliveries(to readers: [Int]) -> [Bool] {
        readers.flatMap { reader -> [Bool] in
            let bot = record.bots[reader]
            let heard = counts(
                bot.events.filter { $0.kind == .chatReceived }.map { Message(writer: $0.peer ?? "", text: $0.detail ?? "") })
            var due: [Message] = []
            for (index, writer) in record.bots.enumerated() where index != reader {
                due += writer.events.filter { event in
                    event.kind == .chatSent && (event.peer ?? bot.name) == bot.name && isInRoom(bot, at: event.at)
                        && room(of: writer, at: event.at) == room(of: bot, at: event.at)
                }.map { Message(writer: writer.name, text: $0.detail ?? "") }
            }
            return counts(due).map { message, times in heard.first { $0.0 == message }?.1 == times }
        }
    }

    /// How often each occurs, in the order in which they first do.
    private func counts(_ messages: [Message]) -> [(Message, Int)] {
        var places: [Message: Int] = [:]
        var counts: [(Message, Int)] = []
        for message in messages {
            if let place = places[message] {
                counts[place].1 += 1
            } else {
                places[message] = counts.count
                counts.append((message, 1))
            }
        }
        return counts
    }

    /// Who is matched again and again is in many rooms, one after the other.
    private func room(of bot: BotRecord, at time: Instant) -> String {
        bot.events.last { $0.at <= time && $0.kind == .joined }?.detail ?? bot.room
    }

    private func isInRoom(_ bot: BotRecord, at time: Instant) -> Bool {
        let last = bot.events.last { $0.at <= time && [.joined, .left, .kicked, .sessionLost, .matchEnded].contains($0.kind) }
        guard last?.kind == .joined else { return false }
        // What was written while a session was lost for good is nobody's debt.
        let next = bot.events.first {
            $0.at > time && [.left, .kicked, .sessionLost, .signalingResumed, .matchEnded].contains($0.kind)
        }
        return next?.kind != .sessionLost
    }

    private func haveOneOrder(_ first: Int, _ second: Int) -> Bool {
        let left = messages(read: first)
        let right = messages(read: second)
        let both = Set(left).intersection(right)
        return left.filter(both.contains) == right.filter(both.contains)
    }

    private func messages(read reader: Int) -> [Message] {
        record.bots[reader].events.filter { $0.kind == .chatReceived }
            .map { Message(writer: $0.peer ?? "", text: $0.detail ?? "") }
    }

    private func pairs(of bots: [Int]) -> [(Int, Int)] {
        bots.flatMap { first in
            bots.filter { $0 > first && record.bots[$0].room == record.bots[first].room }.map { (first, $0) }
        }
    }

    // MARK: - The room at the end

    private func present(_ bots: [Int]) -> [Int] { bots.filter { record.bots[$0].lastView != nil } }

    private func roommates(of bot: Int) -> [Int] {
        record.bots.indices.filter {
            $0 != bot && record.bots[$0].lastView != nil && record.bots[$0].room == record.bots[bot].room
        }
    }

    /// People who are not of the run may be there as well.
    private func hasWholeRoster(_ bot: Int) -> Bool {
        guard let view = record.bots[bot].lastView else { return false }
        let bots = Set(record.bots.map(\.name))
        return view.others.filter(bots.contains).sorted() == roommates(of: bot).map { record.bots[$0].name }.sorted()
    }

    private func seesTheRoomsHands(_ bot: Int) -> Bool {
        let first = ([bot] + roommates(of: bot)).min() ?? bot
        return record.bots[bot].lastView?.hands == record.bots[first].lastView?.hands
    }

    /// `nil` where the viewer knows nothing of the other, which ``hasWholeRoster(_:)`` is about.
    private func seesSources(of other: Int, _ viewer: Int) -> Bool? {
        guard let view = record.bots[viewer].lastView, let own = record.bots[other].lastView?.own,
            let place = view.others.firstIndex(of: record.bots[other].name), view.sources.indices.contains(place)
        else { return nil }
        return view.sources[place] == own
    }
}
