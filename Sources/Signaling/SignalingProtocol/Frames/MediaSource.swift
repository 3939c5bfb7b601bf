/// Where a participant's media comes from.
public enum MediaSource: String, Hashable, Sendable, CaseIterable {
    case microphone
    case camera
    case screen
}
