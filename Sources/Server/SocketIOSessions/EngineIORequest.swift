/// The head of an HTTP request to an Engine.IO server.
public struct EngineIORequest: Hashable, Sendable {
    public var method: String
    public var query: URLQuery
    public var contentType: String?
    /// Bytes of the body, where the head says so.
    public var contentLength: Int?

    public init(method: String, query: URLQuery, contentType: String? = nil, contentLength: Int? = nil) {
        self.method = method
        self.query = query
        self.contentType = contentType
        self.contentLength = contentLength
    }
}
