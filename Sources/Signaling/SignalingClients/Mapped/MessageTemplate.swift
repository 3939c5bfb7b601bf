public import SignalingProtocol

/// A message with holes: `["join-room", "${room}"]`.
///
/// A text that is one hole and nothing else becomes the value, of whatever kind; a hole inside a text becomes text.
public indirect enum MessageTemplate: Hashable, Sendable {
    public enum Hole: String, Hashable, Sendable, CaseIterable {
        /// The scenario's room.
        case room
        /// The id that this client chose, or that the server gave it.
        case id
        /// The bot's name.
        case name
        case token
        /// For whom it is.
        case to
        case sdp
        /// `offer` or `answer`.
        case type
        /// `{type, sdp}`.
        case description
        /// An `RTCIceCandidateInit`.
        case candidate
        /// The candidate's line alone.
        case line
        /// The candidate's `sdpMid`.
        case mid
        /// What is said in the chat.
        case text
        case emoji
        /// Counts the messages of this connection, from 1.
        case number
    }

    public enum Piece: Hashable, Sendable {
        case text(String)
        case hole(Hole)
    }

    public struct Member: Hashable, Sendable {
        public var key: String
        public var value: MessageTemplate

        public init(key: String, value: MessageTemplate) {
            self.key = key
            self.value = value
        }
    }

    case value(JSON)
    case hole(Hole)
    case pieces([Piece])
    case array([MessageTemplate])
    case object([Member])

    /// - Returns: The message; a hole without a value is null.
    func filled(_ value: (Hole) -> JSON?) -> JSON {
        switch self {
        case .value(let json): return json
        case .hole(let hole): return value(hole) ?? .null
        case .pieces(let pieces):
            let texts = pieces.map { piece in
                switch piece {
                case .text(let text): text
                case .hole(let hole): value(hole).map { $0.stringValue ?? $0.text } ?? ""
                }
            }
            return .string(texts.joined())
        case .array(let items): return .array(items.map { $0.filled(value) })
        case .object(let members):
            var object = JSONObject()
            for member in members { object[member.key] = member.value.filled(value) }
            return .object(object)
        }
    }

    /// Every hole, in the order in which they stand.
    public var holes: [Hole] {
        switch self {
        case .value: []
        case .hole(let hole): [hole]
        case .pieces(let pieces): pieces.compactMap { if case .hole(let hole) = $0 { hole } else { nil } }
        case .array(let items): items.flatMap(\.holes)
        case .object(let members): members.flatMap(\.value.holes)
        }
    }
}
