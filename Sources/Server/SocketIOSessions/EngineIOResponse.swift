import SignalingProtocol

/// What an HTTP request is answered with.
public struct EngineIOResponse: Hashable, Sendable {
    public var status: Int
    public var contentType: String
    public var body: String

    public init(status: Int, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    static func packets(_ body: String) -> EngineIOResponse {
        EngineIOResponse(status: 200, contentType: "text/plain; charset=UTF-8", body: body)
    }

    static let accepted = EngineIOResponse(status: 200, contentType: "text/html", body: "ok")
    static let tooLarge = EngineIOResponse(status: 413, contentType: "text/plain", body: "")

    public static func refused(_ refusal: EngineIORefusal) -> EngineIOResponse {
        EngineIOResponse(status: refusal.status, contentType: "application/json", body: refusal.json.text)
    }
}
