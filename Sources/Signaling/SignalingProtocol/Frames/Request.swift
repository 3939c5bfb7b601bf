/// What a client asks of the server. Every request gets exactly one reply.
public enum Request: Hashable, Sendable {
    /// Always the first: who is there, and what it can do.
    case hello(HelloRequest)
    case join(JoinRequest)
    /// The client has built what the join's snapshot tells of: the server lets room events and relay through.
    case ready(rev: Int64?)
    case signal(SignalRequest)
    case leave
    case ping
    /// A type that this version does not know; answered with `unknown_type`.
    case unknown(type: String)

    /// The name in the frame's `t`.
    public var type: String {
        switch self {
        case .hello: "hello"
        case .join: "join"
        case .ready: "ready"
        case .signal: "signal"
        case .leave: "leave"
        case .ping: "ping"
        case .unknown(let type): type
        }
    }

    init(type: String, detail: inout FieldReader) throws(FrameError) {
        try detail.checkIsObject()
        switch type {
        case "hello": self = .hello(try HelloRequest(detail))
        case "join": self = .join(try JoinRequest(detail))
        case "ready": self = .ready(rev: try detail.optionalInteger("rev", in: 0...JSON.largestInteger))
        case "signal": self = .signal(try SignalRequest(detail))
        case "leave": self = .leave
        case "ping": self = .ping
        default: self = .unknown(type: type)
        }
    }

    func writeDetail(to writer: inout JSONWriter) {
        switch self {
        case .hello(let hello): writer.write(hello.json)
        case .join(let join): writer.write(join.json)
        case .ready(let rev?): writer.write(.object(["rev": .integer(rev)]))
        case .signal(let signal): signal.write(to: &writer)
        case .ready(nil), .leave, .ping, .unknown: writer.raw("{}" as StaticString)
        }
    }
}
