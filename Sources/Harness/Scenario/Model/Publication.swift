/// What a bot sends: paths of media files, as they were written.
public struct Publication: Sendable, Hashable {
    /// One layer of a simulcast (RFC 8853): what it is called, and its file.
    public struct Layer: Sendable, Hashable {
        public var rid: String
        public var video: String

        public init(rid: String, video: String) {
            self.rid = rid
            self.video = video
        }
    }

    public var audio: String?
    public var video: String?
    /// The same pictures in several sizes side by side, instead of ``video``; the first is what is left where the far side takes one alone.
    public var simulcast: [Layer]

    public init(audio: String? = nil, video: String? = nil, simulcast: [Layer] = []) {
        self.audio = audio
        self.video = video
        self.simulcast = simulcast
    }

    public var isEmpty: Bool { audio == nil && video == nil && simulcast.isEmpty }

    /// All files, sound first.
    public var files: [String] { [audio, video].compactMap { $0 } + simulcast.map(\.video) }
}
