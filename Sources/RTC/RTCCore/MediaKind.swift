/// The kind of a track and of its m-section (RFC 8866 §5.14).
public enum MediaKind: String, Codable, Hashable, Sendable, CaseIterable {
    case audio
    case video
}
