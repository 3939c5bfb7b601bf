internal import Measurement
internal import RTCCore

/// Everything that a page shows, with the secrets taken out of every text before anything is escaped.
struct ReportModel {
    let result: RunResult
    let figures: ReportFigures
    /// In the order of time.
    let events: [EventLog.Line]
    /// Named faults and unnamed changes alike, as charts shade them.
    let shades: [RunResult.FaultRow]

    init(_ result: RunResult, _ figures: ReportFigures, _ events: [EventLog.Line], redact: (String) -> String) {
        self.result = result.redacted(redact)
        self.figures = JSONTree.redacting(figures, redact)
        self.events = JSONTree.redacting(events, redact)
        shades = self.figures.shades.map {
            RunResult.FaultRow(name: $0.name, start: $0.start, end: $0.end, hits: $0.hits, tracks: [])
        }
    }

    /// Seconds.
    var duration: Double { max(0.001, figures.duration) }
    var bots: [String] { figures.bots }
    var sightings: [Sighting] { figures.sightings }

    func series(_ quantity: SeriesQuantity, _ kind: MediaKind) -> PercentileSeries? {
        figures.series.first { $0.name == quantity.rawValue && $0.kind == kind.rawValue }?.percentiles
    }

    func qualities(_ kind: MediaKind) -> [TrackQuality] {
        figures.tracks.filter { $0.kind == kind }
    }

    /// What was on at some moment of a stretch for one of these bots.
    func shades(from start: Double, to end: Double, hitting bots: [String]) -> [RunResult.FaultRow] {
        shades.filter { shade in
            shade.end > shade.start && shade.start < end && shade.end > start && shade.hits.contains { bots.contains($0) }
        }
    }
}
