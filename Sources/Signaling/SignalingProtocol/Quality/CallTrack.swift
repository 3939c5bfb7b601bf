/// What a client counted of one track of a call, both ways. Names and units are those of W3C webrtc-stats.
public struct CallTrack: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case audio
        case video
    }

    public var kind: Kind
    public var mid: String
    public var packetsSent: Int64?
    public var bytesSent: Int64?
    public var framesSent: Int64?
    public var retransmittedPacketsSent: Int64?
    public var packetsReceived: Int64?
    public var bytesReceived: Int64?
    public var framesReceived: Int64?
    public var retransmittedPacketsReceived: Int64?
    public var packetsLost: Int64?
    public var nackCount: Int64?
    public var pliCount: Int64?
    public var freezeCount: Int64?
    public var frameWidth: Int64?
    public var frameHeight: Int64?
    /// Seconds.
    public var totalFreezesDuration: Double?
    /// Seconds.
    public var jitter: Double?
    /// Seconds.
    public var roundTripTime: Double?

    public init(kind: Kind, mid: String) {
        self.kind = kind
        self.mid = mid
    }

    /// The whole numbers, by name, in the order of the fields above.
    public static let counts: [(name: String, any WritableKeyPath<CallTrack, Int64?> & Sendable)] = [
        ("packetsSent", \.packetsSent), ("bytesSent", \.bytesSent), ("framesSent", \.framesSent),
        ("retransmittedPacketsSent", \.retransmittedPacketsSent), ("packetsReceived", \.packetsReceived),
        ("bytesReceived", \.bytesReceived), ("framesReceived", \.framesReceived),
        ("retransmittedPacketsReceived", \.retransmittedPacketsReceived), ("packetsLost", \.packetsLost),
        ("nackCount", \.nackCount), ("pliCount", \.pliCount), ("freezeCount", \.freezeCount), ("frameWidth", \.frameWidth),
        ("frameHeight", \.frameHeight),
    ]

    /// The durations, by name, in seconds.
    public static let durations: [(name: String, any WritableKeyPath<CallTrack, Double?> & Sendable)] = [
        ("totalFreezesDuration", \.totalFreezesDuration), ("jitter", \.jitter), ("roundTripTime", \.roundTripTime),
    ]

    var json: JSON {
        var object: JSONObject = ["kind": .string(kind.rawValue), "mid": .string(mid)]
        for (name, path) in Self.counts { object[name] = self[keyPath: path].map { .integer($0) } }
        for (name, path) in Self.durations { object[name] = self[keyPath: path].map { .number($0) } }
        return .object(object)
    }

    init(_ reader: FieldReader) throws(FrameError) {
        guard let kind = try reader.choice("kind", Kind.self) else { throw reader.failure("'kind' is missing") }
        self.init(kind: kind, mid: try reader.optionalText("mid", bytes: 0...64) ?? "")
        for (name, path) in Self.counts {
            let least = name == "packetsLost" ? -JSON.largestInteger : 0
            self[keyPath: path] = try reader.optionalInteger(name, in: least...JSON.largestInteger)
        }
        for (name, path) in Self.durations { self[keyPath: path] = try reader.optionalNumber(name, in: 0...1e9) }
    }
}
