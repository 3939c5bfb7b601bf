public import SocketIOSessions

/// A request to the HTTP API.
public struct APIRequest: Hashable, Sendable {
    public var method: String
    /// Without the query.
    public var path: String
    public var query: URLQuery
    public var bearer: String?
    /// `nil` where it is too large, or no text.
    public var body: String?

    public init(method: String, path: String, query: URLQuery = URLQuery(target: ""), bearer: String? = nil, body: String? = "") {
        self.method = method
        self.path = path
        self.query = query
        self.bearer = bearer
        self.body = body
    }
}
