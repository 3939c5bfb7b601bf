internal import RTCCore

/// What bots told the server about their calls, and what both made of it.
extension RunMeasurement {
    func statementSamples(of metric: Metric, bots: [Int], ranges: [TimeRange]) -> [Double] {
        let bots = bots.map { record.bots[$0] }.filter { $0.reports != nil }
        switch metric {
        case MetricCatalog.speakerAgreement:
            return bots.compactMap { bot in
                Self.agreement(of: bot, ranges) { event, views in
                    switch event.kind {
                    case .activeSpeaker: views.server = event.peer
                    case .speakerHeard: views.own = event.peer
                    default: break
                    }
                } counts: { views in
                    views.server != nil || views.own != nil
                }
            }
        case MetricCatalog.qualityAgreement:
            return bots.compactMap { bot in
                Self.agreement(of: bot, ranges) { event, views in
                    switch event.kind {
                    case .connectionQuality where event.peer == bot.name: views.server = Self.qualityClass(event)
                    case .qualityMeasured: views.own = Self.qualityClass(event)
                    default: break
                    }
                } counts: { views in
                    views.server != nil && views.own != nil
                }
            }
        case MetricCatalog.connectionMOS:
            return bots.flatMap { $0.reports ?? [] }.filter { Self.isInside($0.at, ranges) }.compactMap(\.meanOpinionScore)
        default: return []
        }
    }

    private struct Views {
        var server: String?
        var own: String?
    }

    /// The share of the time for which both said the same, of all the time that counts; `nil` where none does.
    private static func agreement(
        of bot: BotRecord, _ ranges: [TimeRange], hear: (RunEvent, inout Views) -> Void, counts: (Views) -> Bool
    ) -> Double? {
        var views = Views()
        var isInRoom = false
        var since = bot.joinDue
        var whole = Duration.zero
        var agreed = Duration.zero
        func spend(until end: Instant) {
            guard end > since else { return }
            if isInRoom, counts(views) {
                let stretch = TimeRange(start: since, end: end)
                let time = ranges.reduce(Duration.zero) { $0 + $1.overlap(stretch) }
                whole += time
                if views.server == views.own { agreed += time }
            }
            since = end
        }
        for event in bot.events {
            spend(until: min(event.at, bot.stopDue))
            switch event.kind {
            case .joined: (isInRoom, views) = (true, Views())
            case .left, .kicked, .sessionLost, .matchEnded: (isInRoom, views) = (false, Views())
            default: hear(event, &views)
            }
        }
        spend(until: bot.stopDue)
        return whole > .zero ? agreed.inSeconds / whole.inSeconds : nil
    }

    /// The first word of what such an event says.
    private static func qualityClass(_ event: RunEvent) -> String? {
        event.detail.map { String($0.prefix { $0 != "," }) }
    }
}
