/// One object of a W3C statistics report (webrtc-stats): `id`, `type`, `timestamp` and its members in the order of the standard.
///
/// A member that cannot be known is absent, never zero by invention.
public struct StatsReport: Hashable, Sendable {
    /// What a member holds. Times are seconds, timestamps milliseconds, as the standard has them.
    public enum Value: Hashable, Sendable {
        case text(String)
        case flag(Bool)
        case integer(Int64)
        case number(Double)
        /// `record<DOMString, double>`, sorted by key.
        case record([Entry])
    }

    /// One entry of a record.
    public struct Entry: Hashable, Sendable {
        public var key: String
        public var value: Double

        public init(_ key: String, _ value: Double) {
            self.key = key
            self.value = value
        }
    }

    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: Value
    }

    /// `RTCStatsType`, as far as a caller without data channels has them.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case codec
        case inboundRTP = "inbound-rtp"
        case outboundRTP = "outbound-rtp"
        case remoteInboundRTP = "remote-inbound-rtp"
        case remoteOutboundRTP = "remote-outbound-rtp"
        case mediaSource = "media-source"
        case peerConnection = "peer-connection"
        case transport
        case candidatePair = "candidate-pair"
        case localCandidate = "local-candidate"
        case remoteCandidate = "remote-candidate"
        case certificate

        /// Whether the members of such a report change while it lives.
        public var isLive: Bool {
            switch self {
            case .codec, .localCandidate, .remoteCandidate, .certificate: false
            default: true
            }
        }
    }

    public var id: String
    public var type: Kind
    /// Milliseconds since 1970.
    public var timestamp: Double
    public private(set) var members: [Member] = []

    public init(_ type: Kind, id: String, timestamp: Double) {
        self.type = type
        self.id = id
        self.timestamp = timestamp
    }

    public subscript(name: String) -> Value? {
        members.first { $0.name == name }?.value
    }

    public mutating func append(_ value: Value, named name: String) {
        members.append(Member(name: name, value: value))
    }

    mutating func set(_ name: String, _ text: String?) {
        if let text { members.append(Member(name: name, value: .text(text))) }
    }

    mutating func set(_ name: String, _ flag: Bool) {
        members.append(Member(name: name, value: .flag(flag)))
    }

    mutating func set(_ name: String, _ count: (some BinaryInteger)?) {
        if let count { members.append(Member(name: name, value: .integer(Int64(clamping: count)))) }
    }

    mutating func set(_ name: String, number: Double?) {
        if let number, number.isFinite { members.append(Member(name: name, value: .number(number))) }
    }

    /// Seconds of a sum that is kept in nanoseconds.
    mutating func set(_ name: String, nanoseconds: UInt64?) {
        if let nanoseconds { members.append(Member(name: name, value: .number(Double(nanoseconds) / 1e9))) }
    }

    mutating func set(_ name: String, _ entries: [Entry]) {
        members.append(Member(name: name, value: .record(entries.sorted { $0.key < $1.key })))
    }

    mutating func set(_ statistic: StarlingStatistic, _ count: some BinaryInteger) {
        set(statistic.rawValue, count)
    }

    mutating func set(_ statistic: StarlingStatistic, _ text: String?) {
        set(statistic.rawValue, text)
    }

    mutating func set(_ statistic: StarlingStatistic, nanoseconds: UInt64) {
        set(statistic.rawValue, nanoseconds: nanoseconds)
    }
}
