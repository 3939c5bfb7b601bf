public import SignalingProtocol

/// What the HTTP API answers.
public struct APIResponse: Hashable, Sendable {
    public var status: Int
    public var body: JSONObject
    /// Header fields beside those that every answer has.
    public var fields: [Field] = []

    public struct Field: Hashable, Sendable {
        public var name: String
        public var value: String
    }

    public init(status: Int = 200, _ body: JSONObject) {
        self.status = status
        self.body = body
    }

    init(_ error: RequestError) {
        self.init(status: error.code.status, ["error": .string(error.code.rawValue), "message": .string(error.message)])
        if error.code.status == 401 { fields.append(Field(name: "WWW-Authenticate", value: "Bearer")) }
        if let wait = error.retryMilliseconds {
            body["retry_ms"] = .integer(wait)
            fields.append(Field(name: "Retry-After", value: "\(max(1, (wait + 999) / 1000))"))
        }
    }
}
