/// The MediaStream and the track that a section sends (RFC 8830 §2).
public struct SDPMsid: Hashable, Sendable {
    /// `-` for a track of no stream (RFC 9429 §5.2.1).
    public var stream: String
    public var track: String?

    public init(stream: String, track: String? = nil) {
        self.stream = stream
        self.track = track
    }
}
