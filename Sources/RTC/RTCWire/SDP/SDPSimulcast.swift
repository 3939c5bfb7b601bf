internal import RTCCore

/// The streams of one source that a section sends or receives side by side (RFC 8853 §5.1).
public struct SDPSimulcast: Hashable, Sendable {
    /// A stream by its rid; paused at first where the text has a tilde.
    public struct Layer: Hashable, Sendable {
        public var rid: String
        public var isPaused: Bool

        public init(rid: String, isPaused: Bool = false) {
            self.rid = rid
            self.isPaused = isPaused
        }
    }

    /// Each stream with its alternatives, the preferred first.
    public var send: [[Layer]]
    public var receive: [[Layer]]

    public init(send: [[Layer]] = [], receive: [[Layer]] = []) {
        self.send = send
        self.receive = receive
    }

    /// - Parameter text: What stands behind `simulcast:`.
    init?(_ text: ByteText) {
        let fields = text.fields
        guard fields.count == 2 || fields.count == 4 else { return nil }
        self.init()
        for index in stride(from: 0, to: fields.count, by: 2) {
            guard let streams = Self.streams(fields[index + 1]) else { return nil }
            if fields[index] == "send", send.isEmpty {
                send = streams
            } else if fields[index] == "recv", receive.isEmpty {
                receive = streams
            } else {
                return nil
            }
        }
    }

    private static func streams(_ text: ByteText) -> [[Layer]]? {
        var streams: [[Layer]] = []
        for entry in text.split(on: UInt8(ascii: ";")) {
            var layers: [Layer] = []
            for name in entry.split(on: UInt8(ascii: ",")) {
                let isPaused = name.first == UInt8(ascii: "~")
                let rid = name.dropFirst(isPaused ? 1 : 0).string
                guard !rid.isEmpty else { return nil }
                layers.append(Layer(rid: rid, isPaused: isPaused))
            }
            streams.append(layers)
        }
        return streams
    }

    var text: String {
        func list(_ streams: [[Layer]]) -> String {
            streams.map { $0.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",") }.joined(separator: ";")
        }
        var parts: [String] = []
        if !send.isEmpty { parts.append("send " + list(send)) }
        if !receive.isEmpty { parts.append("recv " + list(receive)) }
        return parts.joined(separator: " ")
    }
}
