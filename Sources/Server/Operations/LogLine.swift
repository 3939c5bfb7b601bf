public import SignalingProtocol

/// One line of the log: an object of JSON with its keys sorted.
///
/// What goes in is counted out by its callers: ids, codes and counts. Neither tokens nor secrets nor session descriptions ever do.
public struct LogLine: Hashable, Sendable {
    public var level: LogLevel
    /// What happened, in a word that can be searched for, such as `session_opened`.
    public var event: String
    public var fields: JSONObject

    public init(_ level: LogLevel, _ event: String, _ fields: JSONObject = [:]) {
        self.level = level
        self.event = event
        self.fields = fields
    }

    /// - Parameter unixMilliseconds: When it happened.
    public func text(at unixMilliseconds: Int64) -> String {
        var object = fields
        object["event"] = .string(event)
        object["level"] = .string(level.rawValue)
        object["ts"] = .string(Self.date(unixMilliseconds))
        return JSON.object(object).text
    }

    /// RFC 3339 in UTC, with milliseconds; the civil calendar counted from 1970 by eras of 400 years.
    static func date(_ unixMilliseconds: Int64) -> String {
        let milliseconds = max(0, unixMilliseconds)
        let seconds = milliseconds / 1000
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let clock = [seconds % 86_400 / 3600, seconds % 3600 / 60, seconds % 60]
        let time = clock.map { padded($0, 2) }.joined(separator: ":")
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time).\(padded(milliseconds % 1000, 3))Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
