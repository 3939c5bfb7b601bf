/// The first request on every connection.
public struct HelloRequest: Hashable, Sendable {
    /// The protocol version where the client names one beside the subprotocol; only 1 exists.
    public var version: Int64?
    /// What proves who this is, where the server asks for it.
    public var token: String?
    public var clientName: String?
    public var clientVersion: String?
    /// What the client can do, such as `relay`.
    public var capabilities: [String]
    /// Which tab or device of its owner this is, drawn at random by the client, 8 to 64 bytes. A newer session of the same tab takes the
    /// place of the older one at once; others live beside it.
    public var tab: String?
    /// The session that this connection is to go on with; `nil` for a new one.
    public var resume: ResumeRequest?

    public init(
        version: Int64? = nil, token: String? = nil, clientName: String? = nil, clientVersion: String? = nil,
        capabilities: [String] = ["relay"], tab: String? = nil, resume: ResumeRequest? = nil
    ) {
        self.version = version
        self.token = token
        self.clientName = clientName
        self.clientVersion = clientVersion
        self.capabilities = capabilities
        self.tab = tab
        self.resume = resume
    }

    init(_ detail: FieldReader) throws(FrameError) {
        version = try detail.optionalInteger("v", in: 0...JSON.largestInteger)
        token = try detail.optionalText("token", bytes: 1...4096)
        let client = detail.nested("client")
        clientName = try client?.optionalText("name", bytes: 0...64)
        clientVersion = try client?.optionalText("ver", bytes: 0...64)
        capabilities = try detail.strings("caps")
        tab = try detail.optionalText("tab", bytes: 8...64)
        if let fields = detail.nested("resume") { resume = try ResumeRequest(fields) }
    }

    var json: JSON {
        var object: JSONObject = ["caps": .array(capabilities.map { .string($0) })]
        object["v"] = version.map { .integer($0) }
        object["tab"] = tab.map { .string($0) }
        object["token"] = token.map { .string($0) }
        if clientName != nil || clientVersion != nil {
            var client = JSONObject()
            client["name"] = clientName.map { .string($0) }
            client["ver"] = clientVersion.map { .string($0) }
            object["client"] = .object(client)
        }
        object["resume"] = resume?.json
        return .object(object)
    }
}
