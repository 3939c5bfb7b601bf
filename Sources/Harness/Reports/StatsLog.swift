public import Measurement
internal import RTCCore
internal import RTCPeer

/// `stats.ndjson`: what every peer connection counted, each second, in the words of W3C webrtc-stats.
///
///     ["callers[0]/callers[1]", 1767225605000, {"id":"transport","type":"transport","timestamp":1767225605000,…}]
///
/// One object a line, in the order of time, then of bots and connections; counters are cumulative, and the reader takes differences. What
/// never changes (codecs, candidates, certificates) is written when it is new. A pair's second connection is named `…#2`.
public enum StatsLog {
    ///
    /// - Parameter most: Snapshots that are written; where there are more, only every second, third … one of each connection, and the last.
    public static func encode(_ record: RunRecord, most: Int = 10_000) -> [UInt8] {
        var connections: [(name: String, samples: [ConnectionSample])] = []
        for bot in record.bots {
            var seen: [String: Int] = [:]
            for connection in bot.connections {
                let number = seen[connection.remote, default: 0] + 1
                seen[connection.remote] = number
                connections.append(
                    ("\(bot.name)/\(connection.remote)" + (number > 1 ? "#\(number)" : ""), connection.samples))
            }
        }
        let all = connections.reduce(0) { $0 + $1.samples.count }
        let step = max(1, (all + most - 1) / most)
        let order = connections.indices.flatMap { place in
            let samples = connections[place].samples.indices
            return samples.filter { $0 % step == 0 || $0 == samples.last }.map { (place, $0) }
        }
        .sorted { left, right in
            let times = (connections[left.0].samples[left.1].at, connections[right.0].samples[right.1].at)
            return (times.0, left.0, left.1) < (times.1, right.0, right.1)
        }
        var writer = StatsWriter()
        var known = [[String: StatsReport]](repeating: [:], count: connections.count)
        for (place, index) in order {
            guard let statistics = connections[place].samples[index].statistics else { continue }
            for report in statistics.reports {
                if !report.type.isLive {
                    if let before = known[place][report.id], before.members == report.members { continue }
                    known[place][report.id] = report
                }
                writer.line(peer: connections[place].name, report)
            }
        }
        return writer.bytes
    }
}

/// Writes reports as JSON with their members in the standard's order.
private struct StatsWriter {
    var bytes: [UInt8] = []

    mutating func line(peer: String, _ report: StatsReport) {
        raw("[")
        text(peer)
        raw(",\(report.timestamp),{\"id\":")
        text(report.id)
        raw(",\"type\":\"\(report.type.rawValue)\",\"timestamp\":\(report.timestamp)")
        for member in report.members {
            raw(",\"\(member.name)\":")
            switch member.value {
            case .text(let value): text(value)
            case .flag(let value): raw(value ? "true" : "false")
            case .integer(let value): raw("\(value)")
            case .number(let value): raw("\(value)")
            case .record(let entries):
                raw("{")
                for (index, entry) in entries.enumerated() {
                    raw(index > 0 ? "," : "")
                    text(entry.key)
                    raw(":\(entry.value)")
                }
                raw("}")
            }
        }
        raw("}]\n")
    }

    private mutating func raw(_ text: String) {
        bytes += text.utf8
    }

    /// RFC 8259 §7.
    private mutating func text(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<32:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
