/// Something for one other participant, which the server passes on unread.
public struct SignalRequest: Hashable, Sendable {
    /// The participant, 1 to 64 bytes.
    public var to: String
    /// Which connection between the two this is about, 1 to 64 bytes; both sides use the same name.
    public var connection: String
    /// Rises when the connection begins anew, such as at an ICE restart. What is older than the newest sent is refused.
    public var epoch: Int64
    public var kind: SignalKind
    /// The text of a JSON object.
    public var body: String

    public init(to: String, connection: String, epoch: Int64, kind: SignalKind, body: String) {
        self.to = to
        self.connection = connection
        self.epoch = epoch
        self.kind = kind
        self.body = body
    }

    init(_ detail: FieldReader) throws(FrameError) {
        to = try detail.text("to", bytes: 1...64)
        connection = try detail.text("pc", bytes: 1...64)
        epoch = try detail.optionalInteger("epoch", in: 0...Int64(Int32.max)) ?? 0
        guard let kind = try detail.choice("kind", SignalKind.self) else { throw detail.failure("'kind' is missing") }
        self.kind = kind
        body = try detail.body("body")
    }

    func write(to writer: inout JSONWriter) {
        writer.raw("{\"body\":" as StaticString)
        writer.raw(body)
        writer.raw(",\"epoch\":" as StaticString)
        writer.integer(epoch)
        writer.raw(",\"kind\":" as StaticString)
        writer.string(kind.rawValue)
        writer.raw(",\"pc\":" as StaticString)
        writer.string(connection)
        writer.raw(",\"to\":" as StaticString)
        writer.string(to)
        writer.raw("}" as StaticString)
    }
}
