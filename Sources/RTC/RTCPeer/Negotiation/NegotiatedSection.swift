package import RTCWire

/// What stands in one line of the session's m-sections.
package enum Section {
    /// Its number among the transceivers.
    case transceiver(Int)
    case refused(RefusedSection)
}

/// An m-section that is answered with port 0: it keeps the kind, the protocol and the name that the offer gave it (RFC 9429 §5.3.1).
package struct RefusedSection {
    package var kind: SDPMediaKind
    package var proto: String
    package var formats: [String]
    package var mid: String?

    package var description: MediaDescription {
        var media = MediaDescription(kind: kind, port: 0, proto: proto, formats: formats)
        media.connection = .unspecified
        media.mid = mid
        media.direction = .inactive
        return media
    }
}
