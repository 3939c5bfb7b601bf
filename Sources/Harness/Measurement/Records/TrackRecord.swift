public import MediaTracks
public import RTCCore
public import RTCPeer

/// What a bot put on one track of one connection.
public struct SentTrackRecord: Sendable {
    public var kind: MediaKind
    /// The layer of a simulcast, or ``TrackName/screen(_:)``; `nil` for sound and camera.
    public var rid: String?
    public var media: MediaTrack
    public var ssrc: UInt32
    public var frames: [SentFrame]
    /// Frames that were due and that the generator could have sent, but did not.
    public var framesNotOffered: Int
    /// When it was taken away, before its connection was.
    public var endedAt: Instant?

    public init(
        kind: MediaKind, rid: String? = nil, media: MediaTrack, ssrc: UInt32, frames: [SentFrame], framesNotOffered: Int
    ) {
        self.kind = kind
        self.rid = rid
        self.media = media
        self.ssrc = ssrc
        self.frames = frames
        self.framesNotOffered = framesNotOffered
    }
}

/// What a bot got on one track of one connection.
public struct ReceivedTrackRecord: Sendable {
    public var kind: MediaKind
    /// The layer of a simulcast; `nil` where there is none.
    public var rid: String?
    public var frames: [ReceivedFrame]
    /// Whether anything whole has come at all.
    public var hasIntactFrame = false

    public init(kind: MediaKind, rid: String? = nil, frames: [ReceivedFrame]) {
        self.kind = kind
        self.rid = rid
        self.frames = frames
    }
}

/// Counters of one connection at one moment; bitrates and losses come from their differences.
public struct ConnectionSample: Sendable {
    public struct Track: Sendable {
        public var kind: MediaKind
        /// The layer of a simulcast; `nil` where there is none.
        public var rid: String?
        public var bytesReceived: UInt64
        public var packetsReceived: UInt64
        public var packetsLost: Int64
        public var bytesSent: UInt64
        public var packetsSent: UInt64
        /// Seconds.
        public var jitter: Double
        /// Feedback packets that this side has sent.
        public var nackCount: UInt64
        public var pliCount: UInt64

        public init(
            kind: MediaKind, rid: String? = nil, bytesReceived: UInt64, packetsReceived: UInt64, packetsLost: Int64,
            bytesSent: UInt64,
            packetsSent: UInt64, jitter: Double, nackCount: UInt64 = 0, pliCount: UInt64 = 0
        ) {
            self.kind = kind
            self.rid = rid
            self.bytesReceived = bytesReceived
            self.packetsReceived = packetsReceived
            self.packetsLost = packetsLost
            self.bytesSent = bytesSent
            self.packetsSent = packetsSent
            self.jitter = jitter
            self.nackCount = nackCount
            self.pliCount = pliCount
        }
    }

    public var at: Instant
    public var tracks: [Track]
    /// Seconds; `nil` while no report has come.
    public var roundTripTime: Double?
    /// Everything that was counted, for `stats.ndjson`.
    public var statistics: PeerStatistics?

    public init(at: Instant, tracks: [Track], roundTripTime: Double?, statistics: PeerStatistics? = nil) {
        self.statistics = statistics
        self.at = at
        self.tracks = tracks
        self.roundTripTime = roundTripTime
    }
}
