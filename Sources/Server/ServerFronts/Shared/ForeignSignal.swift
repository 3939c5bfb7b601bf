import SignalingProtocol

/// What a signal says, between the native dialect and those in which browsers write their own objects.
///
/// The native body has the SDP as `sdp` and the candidates as lines in `candidates`. Other dialects' objects travel beside them: each
/// `RTCIceCandidateInit` in `ice`, and whatever else a dialect adds, in a member with its name, so that two clients of one dialect lose
/// nothing.
struct ForeignSignal {
    enum Content {
        case description(type: String, sdp: String)
        /// Each an `RTCIceCandidateInit`.
        case candidates([JSONObject])
        case bye
    }

    var content: Content
    /// The dialect that added something, and what.
    var extra: (dialect: String, JSONObject)?

    var kind: SignalKind {
        switch content {
        case .description(let type, _): type == "answer" ? .answer : .offer
        case .candidates: .candidates
        case .bye: .bye
        }
    }

    /// The native body.
    var body: String {
        var object: JSONObject
        switch content {
        case .description(_, let sdp):
            object = ["sdp": .string(sdp)]
        case .candidates(let candidates):
            let lines = candidates.map { $0["candidate"]?.stringValue ?? "" }
            object = [
                "candidates": .array(lines.map { .string($0.isEmpty ? Self.end : $0) }),
                "ice": .array(candidates.map { .object($0) }),
            ]
        case .bye:
            object = ["reason": .string("bye")]
        }
        if let extra { object[extra.dialect] = .object(extra.1) }
        return JSON.object(object).text
    }

    static let end = "end-of-candidates"

    /// - Parameter dialect: Whose additions are wanted back.
    init?(_ request: SignalRequest, dialect: String) {
        guard let object = (try? JSONParser.parse(request.body))?.objectValue else { return nil }
        switch request.kind {
        case .offer, .answer:
            guard let sdp = object["sdp"]?.stringValue else { return nil }
            content = .description(type: request.kind.rawValue, sdp: sdp)
        case .candidates:
            if let candidates = object["ice"]?.arrayValue {
                content = .candidates(candidates.compactMap(\.objectValue))
            } else {
                let lines = (object["candidates"]?.arrayValue ?? []).compactMap(\.stringValue)
                // All media is bundled here, so that the first section stands for all (RFC 9143).
                content = .candidates(
                    lines.filter { $0 != Self.end && !$0.isEmpty }
                        .map { ["candidate": .string($0), "sdpMLineIndex": 0] })
            }
        case .bye:
            content = .bye
        }
        if let added = object[dialect]?.objectValue { extra = (dialect, added) }
    }

    init(_ content: Content, extra: (dialect: String, JSONObject)? = nil) {
        self.content = content
        self.extra = extra
    }
}

/// Counts the epochs of what one participant of a foreign dialect, which has none, says to each other one.
struct SignalEpochs {
    private var epochs: [String: Int64] = [:]

    /// The epoch of something that is sent: each offer begins one.
    mutating func next(_ kind: SignalKind, to participant: String) -> Int64 {
        let epoch = epochs[participant].map { kind == .offer ? $0 + 1 : $0 } ?? 0
        epochs[participant] = epoch
        return epoch
    }

    mutating func heard(_ epoch: Int64, from participant: String) {
        epochs[participant] = max(epoch, epochs[participant] ?? 0)
    }

    mutating func forget(_ participant: String) {
        epochs[participant] = nil
    }
}
