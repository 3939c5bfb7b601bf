internal import Foundation
public import Measurement
internal import RTCCore

/// `events.ndjson`: one JSON object a line, in the order of time, then of bots.
public enum EventLog {
    private struct Line: Codable {
        var at: Double
        var bot: String
        var event: String
        var peer: String?
        var detail: String?
    }

    /// - Parameter epoch: When the scenario began; times in the file count from here, in seconds.
    public static func encode(_ record: RunRecord) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        let all = record.bots.enumerated().flatMap { index, bot in bot.events.map { (index, $0) } }.enumerated()
        let ordered = all.sorted { left, right in
            (left.element.1.at, left.element.0, left.offset) < (right.element.1.at, right.element.0, right.offset)
        }
        for (_, (_, event)) in ordered {
            let microseconds = record.epoch.nanoseconds(to: event.at) / 1000
            let line = Line(
                at: Double(microseconds) / 1e6, bot: event.bot, event: event.kind.rawValue, peer: event.peer, detail: event.detail
            )
            guard let data = try? encoder.encode(line) else { preconditionFailure("an event holds only finite numbers") }
            bytes += data
            bytes.append(10)
        }
        return bytes
    }
}
