internal import RTCWire

/// What stands in one line of the session's m-sections.
enum Section {
    /// Its number among the transceivers.
    case transceiver(Int)
    case refused(RefusedSection)
}

/// An m-section that is answered with port 0: it keeps the kind, the protocol and the name that the offer gave it (RFC 9429 §5.3.1).
struct RefusedSection {
    var kind: SDPMediaKind
    var proto: String
    var formats: [String]
    var mid: String?

    var description: MediaDescription {
        var media = MediaDescription(kind: kind, port: 0, proto: proto, formats: formats)
        media.connection = .unspecified
        media.mid = mid
        media.direction = .inactive
        return media
    }
}

/// What a rolled-back offer leaves behind (RFC 9429 §4.1.10.2).
struct NegotiationSnapshot {
    var sections: [Section]
    var mids: [String?]
}
