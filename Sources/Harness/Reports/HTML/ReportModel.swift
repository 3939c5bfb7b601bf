internal import Measurement
internal import NetworkImpairment
internal import RTCCore

/// Everything that a page shows, with the secrets taken out of every text before anything is escaped.
struct ReportModel {
    struct Event {
        var at: Double
        var bot: String
        var what: String
        var peer: String
        var detail: String
    }

    /// One phase of the way in: who reached its end, and how long that took.
    struct Stage {
        var name: String
        var reached: Int
        var total: Int
        var seconds: [Double]
        var failures: [RunResult.FailureRow]
    }

    struct Series {
        var quantity: SeriesQuantity
        var kind: MediaKind
        var series: PercentileSeries
    }

    let result: RunResult
    /// Seconds.
    let duration: Double
    let bots: [String]
    let rooms: [String]
    let qualities: [TrackQuality]
    let sightings: [Sighting]
    let series: [Series]
    let stages: [Stage]
    let events: [Event]
    /// How many events there were, of which ``events`` has the first and the last.
    let eventCount: Int
    let networks: [ConfiguredNetwork]
    /// Where to look, by the text of an assertion that does not hold.
    let hints: [String: [String]]

    static let firstEvents = 300
    static let lastEvents = 200

    init(
        _ result: RunResult, _ measurement: RunMeasurement, networks: [ConfiguredNetwork], redact: (String) -> String
    ) {
        let record = measurement.record
        self.result = result.redacted(redact)
        duration = max(0.001, (record.stopAt - record.epoch).inSeconds)
        bots = record.bots.map { redact($0.name) }
        rooms = record.bots.map { redact($0.room) }
        qualities = measurement.trackQualities.map { quality in
            var shown = quality
            shown.from = redact(quality.from)
            shown.to = redact(quality.to)
            return shown
        }
        sightings = measurement.sightings.map { sighting in
            var shown = sighting
            shown.receiver = redact(sighting.receiver)
            shown.sender = redact(sighting.sender)
            shown.room = redact(sighting.room)
            return shown
        }
        series = MediaKind.allCases.flatMap { kind in
            SeriesQuantity.allCases.map { quantity in
                Series(quantity: quantity, kind: kind, series: measurement.series(quantity, kind).decimated())
            }
        }.filter { !$0.series.bands.isEmpty }
        hints = Dictionary(
            result.assertions.filter { $0.status != "pass" }.map { row in
                (redact(row.text), AssertionHints(row, result, measurement).sentences.map(redact))
            }, uniquingKeysWith: { first, _ in first })
        stages = Self.stages(record, self.result)
        (events, eventCount) = Self.events(record, redact)
        self.networks = networks.map { network in
            var shown = network
            shown.bot = redact(network.bot)
            for index in shown.stages.indices {
                shown.stages[index].profile.name = redact(shown.stages[index].profile.name)
            }
            return shown
        }
    }

    func series(_ quantity: SeriesQuantity, _ kind: MediaKind) -> PercentileSeries? {
        series.first { $0.quantity == quantity && $0.kind == kind }?.series
    }

    func qualities(_ kind: MediaKind) -> [TrackQuality] {
        qualities.filter { $0.kind == kind }
    }

    private static func stages(_ record: RunRecord, _ result: RunResult) -> [Stage] {
        let connections = record.bots.flatMap(\.connections)
        return Phase.allCases.compactMap { phase in
            let ofBots = record.bots.compactMap { $0.phases[phase] }
            let ofConnections = connections.compactMap { $0.phases[phase] }
            let failures = result.failures.filter { $0.phase == phase.rawValue }
            guard !ofBots.isEmpty || !ofConnections.isEmpty || !failures.isEmpty else { return nil }
            let isOfConnections = phase >= .gather
            return Stage(
                name: phase.rawValue, reached: (isOfConnections ? ofConnections : ofBots).count,
                total: isOfConnections ? connections.count : record.bots.count,
                seconds: (ofBots + ofConnections).map(\.inSeconds), failures: failures)
        }
    }

    private static func events(_ record: RunRecord, _ redact: (String) -> String) -> ([Event], Int) {
        let all = record.bots.enumerated().flatMap { index, bot in bot.events.map { (bot: index, event: $0) } }.enumerated()
        let ordered = all.sorted { left, right in
            (left.element.event.at, left.element.bot, left.offset) < (right.element.event.at, right.element.bot, right.offset)
        }.map(\.element.event)
        let chosen =
            ordered.count <= firstEvents + lastEvents ? ordered : Array(ordered.prefix(firstEvents) + ordered.suffix(lastEvents))
        let shown = chosen.map { event in
            Event(
                at: Double(record.epoch.nanoseconds(to: event.at) / 1000) / 1e6, bot: redact(event.bot),
                what: event.kind.rawValue.replacing("_", with: " "), peer: redact(event.peer ?? ""),
                detail: redact(event.detail ?? ""))
        }
        return (shown, ordered.count)
    }
}
