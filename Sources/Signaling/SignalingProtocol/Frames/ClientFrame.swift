/// What a client sends: a request, or an acknowledgement alone.
public enum ClientFrame: Hashable, Sendable {
    /// `{"t":…,"id":…,"d":{…},"ack":…}`; ids are at least 1 and rise within a session.
    case request(id: Int64, Request, acknowledged: Int64? = nil)
    /// `{"ack":…}`: every event up to this `seq` has arrived.
    case acknowledgement(Int64)

    public var text: String {
        switch self {
        case .acknowledgement(let seq):
            return "{\"ack\":\(seq)}"
        case .request(let id, let request, let acknowledged):
            var writer = JSONWriter(capacity: 512)
            if let acknowledged {
                writer.raw("{\"ack\":" as StaticString)
                writer.integer(acknowledged)
                writer.raw(",\"d\":" as StaticString)
            } else {
                writer.raw("{\"d\":" as StaticString)
            }
            request.writeDetail(to: &writer)
            writer.raw(",\"id\":" as StaticString)
            writer.integer(id)
            writer.raw(",\"t\":" as StaticString)
            writer.string(request.type)
            writer.raw("}" as StaticString)
            return writer.text
        }
    }

    /// Reads a client's text frame. A relayed body stays the text that it was.
    public init(_ text: String, limits: FrameLimits = FrameLimits()) throws(FrameError) {
        let size = text.utf8.count
        guard size <= limits.sessionDescription else {
            throw FrameError(code: .tooLarge, requestID: nil, message: "a message of \(size) bytes")
        }
        let root = try Self.parse(text, limits: limits)
        var acknowledged: Int64?
        if let ack = root["ack"] {
            guard let seq = ack.integerValue, seq >= 0 else {
                throw FrameError(code: .badRequest, requestID: nil, message: "'ack' must be a number from 0 up")
            }
            acknowledged = seq
        }
        guard root["t"] != nil || root["id"] != nil else {
            guard let acknowledged, size <= limits.message else {
                throw FrameError(code: .badRequest, requestID: nil, message: "a frame needs 't' and 'id', or 'ack'")
            }
            self = .acknowledgement(acknowledged)
            return
        }
        guard let id = root["id"]?.integerValue, id >= 1 else {
            throw FrameError(code: .badRequest, requestID: nil, message: "'id' must be a number from 1 up")
        }
        var detail = FieldReader(root["d"] ?? .object(JSONObject()), id: id)
        guard let type = root["t"]?.stringValue else {
            throw FrameError(code: .badRequest, requestID: id, message: "'t' must be a string")
        }
        let request = try Request(type: type, detail: &detail)
        if size > limits.message {
            guard case .signal(let signal) = request, signal.kind.carriesSessionDescription else {
                throw FrameError(
                    code: .tooLarge, requestID: id,
                    message: "a message of \(size) bytes; \(limits.message) are allowed without an SDP")
            }
        }
        self = .request(id: id, request, acknowledged: acknowledged)
    }

    private static func parse(_ text: String, limits: FrameLimits) throws(FrameError) -> JSONObject {
        let value: JSON
        do throws(JSONParser.Failure) {
            value = try JSONParser.parse(text, maximumDepth: limits.depth, unread: .init(key: "body", depth: 2))
        } catch {
            throw FrameError(code: .badJSON, requestID: nil, message: "\(error.reason) at byte \(error.offset)")
        }
        guard let root = value.objectValue else {
            throw FrameError(code: .badRequest, requestID: nil, message: "a frame must be an object")
        }
        return root
    }
}
