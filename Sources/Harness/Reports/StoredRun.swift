internal import Foundation

/// A finished run as it lies in its folder: what a report needs to be drawn again.
public struct StoredRun: Sendable {
    public var result: RunResult
    public var figures: ReportFigures
    public var events: [EventLog.Line]

    /// Which file cannot be used, and why.
    public struct Unreadable: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter read: The bytes of a file of the folder, by its name; `nil` where there is none.
    public init(read: (String) -> [UInt8]?) throws(Unreadable) {
        result = try Self.decode("result.json", read, schema: RunResult.schemaVersion)
        figures = try Self.decode("figures.json", read, schema: ReportFigures.schemaVersion)
        guard let bytes = read("events.ndjson"), let events = EventLog.decode(bytes) else {
            throw Unreadable(description: "events.ndjson is missing, or a line of it is no event of a run")
        }
        self.events = events
    }

    private struct Versioned: Decodable {
        var schema: String
    }

    private static func decode<Value: Decodable>(
        _ name: String, _ read: (String) -> [UInt8]?, schema: String
    ) throws(Unreadable) -> Value {
        guard let bytes = read(name) else {
            throw Unreadable(description: "\(name) is missing; it is written by 'starling run' and 'starling simulate'")
        }
        let data = Data(bytes)
        guard let written = try? JSONDecoder().decode(Versioned.self, from: data) else {
            throw Unreadable(description: "\(name) is not what a run writes")
        }
        guard written.schema == schema else {
            throw Unreadable(
                description: "\(name) is of '\(written.schema)' and this program reads '\(schema)': use the version that wrote it"
            )
        }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw Unreadable(description: "\(name) was changed or cut short: \(Self.place(of: error))")
        }
    }

    private static func place(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has another form"
        default: "it cannot be read"
        }
    }
}
