/// What a participant is in its room.
public enum Role: String, Hashable, Sendable, CaseIterable {
    case host
    case cohost
    case speaker
    case viewer
    case bot
    case recorder

    /// What comes with the role, in the order of ``Permission``.
    public var permissions: [Permission] {
        switch self {
        case .host: Permission.allCases
        case .cohost: Permission.allCases.filter { $0 != .end }
        case .speaker, .bot: [.publish, .subscribe, .signal, .chat, .react, .hand, .data]
        case .viewer: [.subscribe, .signal, .chat, .react, .hand]
        case .recorder: [.subscribe, .signal]
        }
    }

    /// Whether it moderates: others are not told to do so by whom it moderates.
    public var isModerator: Bool { self == .host || self == .cohost }
}
