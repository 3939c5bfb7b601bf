public import RTCCore

/// How one received track fared, in figures for people. Durations in seconds.
public struct TrackQuality: Codable, Sendable, Hashable {
    public var from: String
    public var to: String
    public var kind: MediaKind
    /// The layer of a simulcast; `nil` where there is none.
    public var rid: String? = nil
    public var framesSent: Int
    public var framesIntact: Int
    public var framesWithheld: Int
    public var packetsSent: Int
    /// Packets that the impairment stages dropped when they were first sent.
    public var packetsDropped: Int
    /// Of intact frames, by nearest rank; `nil` where there was none.
    public var latencyP50: Double?
    public var latencyP95: Double?
    /// Pictures that stood still: how often, and for how long together; zero for sound.
    public var freezeCount: Int
    public var freezeTime: Double
    /// The longest stretch without an intact frame, up to the end of the track.
    public var longestGap: Double
    /// When that stretch began, in seconds since the scenario began.
    public var longestGapStart: Double

    /// Intact of those that were not withheld, 0...1; `nil` where none was due.
    public var intactShare: Double? {
        let due = framesSent - framesWithheld
        return due == 0 ? nil : Double(framesIntact) / Double(due)
    }
}

/// Whether one bot saw and heard another, and how soon. Durations in seconds from the moment the later join of the two was due.
public struct Sighting: Codable, Sendable, Hashable {
    public var receiver: String
    public var sender: String
    public var room: String
    /// What the sender publishes.
    public var kinds: [MediaKind]
    public var firstVideo: Double?
    public var firstAudio: Double?

    /// Everything that was published came.
    public var isComplete: Bool {
        kinds.allSatisfy { ($0 == .video ? firstVideo : firstAudio) != nil }
    }

    /// Until there was a picture, or sound where the sender has no picture: what `first_frame` counts.
    public var first: Double? { kinds.contains(.video) ? firstVideo : firstAudio }
}
