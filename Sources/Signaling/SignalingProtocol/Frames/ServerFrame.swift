/// What the server sends: the one reply to a request, or an event.
public enum ServerFrame: Hashable, Sendable {
    /// `{"re":…,"ok":{…}}` or `{"re":…,"err":{…}}`. A frame whose id could not be read is answered with `re` 0.
    case reply(id: Int64, Reply)
    /// `{"t":…,"seq":…,"rev":…,"d":{…}}`; `seq` counts from 1 without gaps in a session, volatile events have none.
    case event(Event, seq: Int64?, rev: Int64?)

    public var text: String {
        var writer = JSONWriter(capacity: 512)
        switch self {
        case .reply(let id, .ok(let result)):
            writer.raw("{\"ok\":" as StaticString)
            writer.write(.object(result))
            writer.raw(",\"re\":" as StaticString)
            writer.integer(id)
        case .reply(let id, .refused(let error)):
            writer.raw("{\"err\":" as StaticString)
            writer.write(error.json)
            writer.raw(",\"re\":" as StaticString)
            writer.integer(id)
        case .event(let event, let seq, let rev):
            writer.raw("{\"d\":" as StaticString)
            event.writeDetail(to: &writer)
            if let rev {
                writer.raw(",\"rev\":" as StaticString)
                writer.integer(rev)
            }
            if let seq {
                writer.raw(",\"seq\":" as StaticString)
                writer.integer(seq)
            }
            writer.raw(",\"t\":" as StaticString)
            writer.string(event.type)
        }
        writer.raw("}" as StaticString)
        return writer.text
    }

    /// Reads a server's text frame.
    ///
    /// - Parameter maximumBytes: A join's snapshot of a large room may be larger than what clients may send.
    public init(_ text: String, maximumBytes: Int = 4 << 20, depth: Int = 32) throws(FrameError) {
        guard text.utf8.count <= maximumBytes else {
            throw FrameError(code: .tooLarge, requestID: nil, message: "a message of \(text.utf8.count) bytes")
        }
        let value: JSON
        do throws(JSONParser.Failure) {
            value = try JSONParser.parse(text, maximumDepth: depth)
        } catch {
            throw FrameError(code: .badJSON, requestID: nil, message: "\(error.reason) at byte \(error.offset)")
        }
        guard let root = value.objectValue else {
            throw FrameError(code: .badRequest, requestID: nil, message: "a frame must be an object")
        }
        if let re = root["re"] {
            guard let id = re.integerValue, id >= 0 else {
                throw FrameError(code: .badRequest, requestID: nil, message: "'re' must be a number from 0 up")
            }
            if let error = root["err"] {
                guard let error = RequestError(error) else {
                    throw FrameError(code: .badRequest, requestID: id, message: "'err' must have 'code' and 'msg'")
                }
                self = .reply(id: id, .refused(error))
            } else {
                guard let result = root["ok"]?.objectValue else {
                    throw FrameError(code: .badRequest, requestID: id, message: "a reply needs 'ok' or 'err'")
                }
                self = .reply(id: id, .ok(result))
            }
            return
        }
        guard let type = root["t"]?.stringValue else {
            throw FrameError(code: .badRequest, requestID: nil, message: "a frame needs 're' or 't'")
        }
        guard let event = Event(type: type, detail: root["d"]?.objectValue ?? JSONObject()) else {
            throw FrameError(code: .badRequest, requestID: nil, message: "the event '\(type)' lacks a field")
        }
        self = .event(event, seq: root["seq"]?.integerValue, rev: root["rev"]?.integerValue)
    }
}
