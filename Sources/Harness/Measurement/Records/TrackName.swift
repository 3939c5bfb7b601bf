public import RTCCore

/// Tells the tracks of one pair of bots apart: their kind, the layer where there is a simulcast, and which screen it is.
public struct TrackName: Sendable, Hashable {
    public var kind: MediaKind
    public var rid: String?

    public init(_ kind: MediaKind, rid: String? = nil) {
        self.kind = kind
        self.rid = rid
    }

    /// What a bot's nth shared screen is called in the place of a layer, from 1: `screen`, `screen-2`.
    public static func screen(_ number: Int) -> String { number == 1 ? "screen" : "screen-\(number)" }

    /// Whether it shows a screen.
    public static func isScreen(_ rid: String?) -> Bool { rid == "screen" || rid?.hasPrefix("screen-") == true }
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
