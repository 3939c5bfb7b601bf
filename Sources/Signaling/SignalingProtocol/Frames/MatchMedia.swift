/// What someone wants to do with a stranger.
public enum MatchMedia: String, Hashable, Sendable, CaseIterable {
    case video
    case text
    /// Either; two of these see each other.
    case any

    /// What two wishes come to; `nil` where they do not agree.
    public func agreed(with other: MatchMedia) -> MatchMedia? {
        switch (self, other) {
        case (.any, .any): .video
        case (.any, let media), (let media, .any): media
        case (.video, .video): .video
        case (.text, .text): .text
        case (.video, .text), (.text, .video): nil
        }
    }
}
