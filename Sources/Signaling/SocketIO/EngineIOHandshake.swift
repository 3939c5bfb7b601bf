public import SignalingProtocol

/// What a server says first on an Engine.IO session.
public struct EngineIOHandshake: Hashable, Sendable {
    public var session: String
    /// To which transports the session may move: `websocket`, or none.
    public var upgrades: [String]
    public var pingIntervalMilliseconds: Int64
    public var pingTimeoutMilliseconds: Int64
    /// Bytes of the largest HTTP body and WebSocket message that the server takes.
    public var maximumPayload: Int64

    public init(
        session: String, upgrades: [String], pingIntervalMilliseconds: Int64, pingTimeoutMilliseconds: Int64,
        maximumPayload: Int64
    ) {
        self.session = session
        self.upgrades = upgrades
        self.pingIntervalMilliseconds = pingIntervalMilliseconds
        self.pingTimeoutMilliseconds = pingTimeoutMilliseconds
        self.maximumPayload = maximumPayload
    }

    public var json: JSON {
        .object([
            "sid": .string(session), "upgrades": .array(upgrades.map { .string($0) }),
            "pingInterval": .integer(pingIntervalMilliseconds), "pingTimeout": .integer(pingTimeoutMilliseconds),
            "maxPayload": .integer(maximumPayload),
        ])
    }

    /// - Returns: `nil` where the text is no handshake.
    public init?(_ text: String) {
        guard let object = (try? JSONParser.parse(text))?.objectValue, let session = object["sid"]?.stringValue,
            let interval = object["pingInterval"]?.integerValue, let timeout = object["pingTimeout"]?.integerValue
        else { return nil }
        self.init(
            session: session, upgrades: (object["upgrades"]?.arrayValue ?? []).compactMap(\.stringValue),
            pingIntervalMilliseconds: interval, pingTimeoutMilliseconds: timeout,
            maximumPayload: object["maxPayload"]?.integerValue ?? 1_000_000)
    }
}
