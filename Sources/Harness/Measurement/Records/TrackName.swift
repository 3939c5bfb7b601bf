public import RTCCore

/// Tells the tracks of one pair of bots apart: their kind, and the layer where there is a simulcast.
public struct TrackName: Sendable, Hashable {
    public var kind: MediaKind
    public var rid: String?

    public init(_ kind: MediaKind, rid: String? = nil) {
        self.kind = kind
        self.rid = rid
    }
}

extension SentTrackRecord {
    public var name: TrackName { TrackName(kind, rid: rid) }
}

extension ReceivedTrackRecord {
    public var name: TrackName { TrackName(kind, rid: rid) }
}

extension ConnectionSample.Track {
    public var name: TrackName { TrackName(kind, rid: rid) }
}

extension FrameAudit {
    public var name: TrackName { TrackName(kind, rid: rid) }
}
