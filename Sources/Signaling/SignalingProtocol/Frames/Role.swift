/// What a participant is in its room.
public enum Role: String, Hashable, Sendable, CaseIterable {
    case host
    case cohost
    case speaker
    case viewer
    case bot
    case recorder

    /// What comes with the role, in the order of ``Permission``.
    public var permissions: [Permission] { Permission.allCases.filter { permits($0) } }

    public func permits(_ permission: Permission) -> Bool {
        switch permission {
        case .subscribe, .signal: true
        case .publish, .data: isModerator || self == .speaker || self == .bot
        case .chat, .react, .hand: self != .recorder
        case .admit, .mute, .kick, .lock, .deleteChat, .spotlight, .role: isModerator
        case .end: self == .host
        }
    }

    /// Whether it moderates the room.
    public var isModerator: Bool { self == .host || self == .cohost }
}
