/// The `err` of a reply.
public struct RequestError: Error, Hashable, Sendable {
    public let code: ErrorCode
    public let message: String
    /// How long to wait before the next attempt.
    public let retryMilliseconds: Int64?

    public init(_ code: ErrorCode, _ message: String, retryMilliseconds: Int64? = nil) {
        self.code = code
        self.message = message
        self.retryMilliseconds = retryMilliseconds
    }

    var json: JSON {
        var object: JSONObject = ["code": .string(code.rawValue), "msg": .string(message)]
        object["retry_ms"] = retryMilliseconds.map { .integer($0) }
        return .object(object)
    }

    /// A code of a later version reads as ``ErrorCode/internal``, with its name in the message.
    init?(_ json: JSON) {
        guard let object = json.objectValue, let name = object["code"]?.stringValue else { return nil }
        let message = object["msg"]?.stringValue ?? ""
        let code = ErrorCode(rawValue: name)
        self.init(
            code ?? .internal, code == nil ? "\(name): \(message)" : message,
            retryMilliseconds: object["retry_ms"]?.integerValue)
    }
}
