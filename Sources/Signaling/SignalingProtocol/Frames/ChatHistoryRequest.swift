/// Asks for what was said before.
public struct ChatHistoryRequest: Hashable, Sendable {
    /// Messages that followed this one, the oldest first; `nil` for the newest of all.
    public var after: Int64?
    /// Messages that came before this one.
    public var before: Int64?
    /// At most 100.
    public var limit: Int64

    public init(after: Int64? = nil, before: Int64? = nil, limit: Int64 = 50) {
        self.after = after
        self.before = before
        self.limit = limit
    }

    init(_ detail: FieldReader) throws(FrameError) {
        after = try detail.optionalInteger("after", in: 0...JSON.largestInteger)
        before = try detail.optionalInteger("before", in: 0...JSON.largestInteger)
        limit = try detail.optionalInteger("limit", in: 1...100) ?? 50
    }

    var json: JSON {
        var object: JSONObject = ["limit": .integer(limit)]
        object["after"] = after.map { .integer($0) }
        object["before"] = before.map { .integer($0) }
        return .object(object)
    }
}
