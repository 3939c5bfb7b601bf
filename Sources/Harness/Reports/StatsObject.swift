public import RTCPeer

/// One report in `result.json`: the object that `getStats()` would give, its members sorted by the encoder.
public struct StatsObject: Codable, Sendable, Hashable {
    public var report: StatsReport

    public init(_ report: StatsReport) {
        self.report = report
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name
        }

        init?(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(report.id, forKey: Name("id"))
        try container.encode(report.type.rawValue, forKey: Name("type"))
        try container.encode(report.timestamp, forKey: Name("timestamp"))
        for member in report.members {
            let name = Name(member.name)
            switch member.value {
            case .text(let text): try container.encode(text, forKey: name)
            case .flag(let flag): try container.encode(flag, forKey: name)
            case .integer(let integer): try container.encode(integer, forKey: name)
            case .number(let number): try container.encode(number, forKey: name)
            case .record(let entries):
                var nested = container.nestedContainer(keyedBy: Name.self, forKey: name)
                for entry in entries { try nested.encode(entry.value, forKey: Name(entry.key)) }
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let type = StatsReport.Kind(rawValue: try container.decode(String.self, forKey: Name("type"))) else {
            throw DecodingError.dataCorruptedError(forKey: Name("type"), in: container, debugDescription: "no type of a report")
        }
        report = StatsReport(
            type, id: try container.decode(String.self, forKey: Name("id")),
            timestamp: try container.decode(Double.self, forKey: Name("timestamp")))
        for name in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
        where !["id", "type", "timestamp"].contains(name.stringValue) {
            report.append(try Self.value(container, name), named: name.stringValue)
        }
    }

    private static func value(_ container: KeyedDecodingContainer<Name>, _ name: Name) throws -> StatsReport.Value {
        if let flag = try? container.decode(Bool.self, forKey: name) { return .flag(flag) }
        if let integer = try? container.decode(Int64.self, forKey: name) { return .integer(integer) }
        if let number = try? container.decode(Double.self, forKey: name) { return .number(number) }
        if let text = try? container.decode(String.self, forKey: name) { return .text(text) }
        let entries = try container.decode([String: Double].self, forKey: name)
        return .record(entries.sorted { $0.key < $1.key }.map { StatsReport.Entry($0.key, $0.value) })
    }
}
