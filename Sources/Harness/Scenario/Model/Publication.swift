/// What a bot sends: paths of media files, as they were written.
public struct Publication: Sendable, Hashable {
    public var audio: String?
    public var video: String?

    public init(audio: String? = nil, video: String? = nil) {
        self.audio = audio
        self.video = video
    }

    public var isEmpty: Bool { audio == nil && video == nil }
}
