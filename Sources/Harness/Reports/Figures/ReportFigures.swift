internal import Foundation
public import Measurement
internal import RTCCore

/// `figures.json`: what a report draws and ``RunResult`` does not have, so that a finished run can be drawn again.
public struct ReportFigures: Codable, Sendable {
    public static let schemaVersion = "starling.figures/1"

    /// One phase of the way in: who reached its end, and how long that took.
    struct Stage: Codable, Sendable {
        var name: String
        var reached: Int
        var total: Int
        var seconds: [Double]
    }

    struct Series: Codable, Sendable {
        var name: String
        var kind: String
        var unit: String
        /// Start, end, samples, p5, lowest and highest median, p95, and 1 where the lowest median comes first.
        var bands: [[Double]]
    }

    /// What was wrong with the networks for some time, named or not.
    struct Shade: Codable, Sendable {
        var name: String
        /// Seconds since the scenario began.
        var start: Double
        var end: Double
        var hits: [String]
    }

    var schema = ReportFigures.schemaVersion
    /// Seconds.
    var duration: Double
    /// Names and rooms, place by place.
    var bots: [String]
    var rooms: [String]
    var tracks: [TrackQuality]
    var sightings: [Sighting]
    var series: [Series]
    var stages: [Stage]
    var networks: [NetworkWords]
    var shades: [Shade]

    /// - Parameter networks: What the plan gave each bot; what is not known is not held against what was measured.
    public init(_ measurement: RunMeasurement, faults: [RunResult.FaultRow], networks: [ConfiguredNetwork]) {
        let record = measurement.record
        let end = max(0.001, (record.stopAt - record.epoch).inSeconds)
        duration = end
        bots = record.bots.map(\.name)
        rooms = record.bots.map(\.room)
        tracks = measurement.trackQualities
        sightings = measurement.sightings
        series = MediaKind.allCases.flatMap { kind in
            SeriesQuantity.allCases.map { Series(measurement.series($0, kind).decimated(), $0, kind) }
        }.filter { !$0.bands.isEmpty }
        stages = Self.stages(record)
        self.networks = networks.map { NetworkWords($0, until: end) }
        shades = Conditions(faults: faults, networks: networks, end: end).all.map {
            Shade(name: $0.name, start: $0.start, end: $0.end, hits: $0.hits)
        }
    }

    /// The same with every text in it changed.
    public func redacted(_ redact: (String) -> String) -> ReportFigures {
        JSONTree.redacting(self, redact)
    }

    /// The file's bytes: the same run gives the same bytes.
    public func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("figures are finite numbers") }
        return Array(data) + [10]
    }

    private static func stages(_ record: RunRecord) -> [Stage] {
        let connections = record.bots.flatMap(\.connections)
        return Phase.allCases.compactMap { phase in
            let ofBots = record.bots.compactMap { $0.phases[phase] }
            let ofConnections = connections.compactMap { $0.phases[phase] }
            let hasFailures = record.bots.contains { $0.failure?.phase == phase }
            guard !ofBots.isEmpty || !ofConnections.isEmpty || hasFailures else { return nil }
            let isOfConnections = phase >= .gather
            return Stage(
                name: phase.rawValue, reached: (isOfConnections ? ofConnections : ofBots).count,
                total: isOfConnections ? connections.count : record.bots.count,
                seconds: (ofBots + ofConnections).map(\.inSeconds))
        }
    }
}

extension ReportFigures.Series {
    init(_ series: PercentileSeries, _ quantity: SeriesQuantity, _ kind: MediaKind) {
        name = quantity.rawValue
        self.kind = kind.rawValue
        unit = quantity.dimension.rawValue
        bands = series.bands.map {
            [$0.start, $0.end, Double($0.count), $0.p5, $0.lowestMedian, $0.highestMedian, $0.p95, $0.rises ? 1 : 0]
        }
    }

    /// What is not a band of eight finite numbers is left out.
    var percentiles: PercentileSeries {
        PercentileSeries(
            bands: bands.filter { $0.count == 8 && $0.allSatisfy(\.isFinite) && $0[1] > $0[0] }.map {
                PercentileSeries.Band(
                    start: $0[0], end: $0[1], count: Int(min(max($0[2], 1), 1e15)), p5: $0[3], lowestMedian: $0[4],
                    highestMedian: $0[5], rises: $0[7] == 1, p95: $0[6])
            })
    }
}
