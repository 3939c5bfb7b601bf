internal import Foundation
public import Measurement
internal import RTCCore

/// `events.ndjson`: one JSON object a line, in the order of time, then of bots.
public enum EventLog {
    public struct Line: Codable, Sendable, Hashable {
        /// Seconds since the scenario began.
        public var at: Double
        public var bot: String
        public var event: String
        public var peer: String?
        public var detail: String?
    }

    public static func lines(_ record: RunRecord) -> [Line] {
        let all = record.bots.enumerated().flatMap { index, bot in bot.events.map { (index, $0) } }.enumerated()
        let ordered = all.sorted { left, right in
            (left.element.1.at, left.element.0, left.offset) < (right.element.1.at, right.element.0, right.offset)
        }
        return ordered.map { _, element in
            let event = element.1
            let microseconds = record.epoch.nanoseconds(to: event.at) / 1000
            return Line(
                at: Double(microseconds) / 1e6, bot: event.bot, event: event.kind.rawValue, peer: event.peer, detail: event.detail
            )
        }
    }

    /// - Parameter redact: Takes secrets out of a text.
    public static func lines(_ record: RunRecord, redact: (String) -> String) -> [Line] {
        JSONTree.redacting(lines(record), redact)
    }

    public static func encode(_ record: RunRecord) -> [UInt8] {
        encode(lines(record))
    }

    public static func encode(_ lines: [Line]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        for line in lines {
            guard let data = try? encoder.encode(line) else { preconditionFailure("an event holds only finite numbers") }
            bytes += data
            bytes.append(10)
        }
        return bytes
    }

    /// What ``encode(_:)`` wrote; `nil` where a line is something else.
    public static func decode(_ bytes: [UInt8]) -> [Line]? {
        let decoder = JSONDecoder()
        let lines = bytes.split(separator: 10).map { try? decoder.decode(Line.self, from: Data($0)) }
        return lines.contains { $0 == nil } ? nil : lines.compactMap { $0 }
    }
}
