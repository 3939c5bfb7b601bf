internal import RTCCore
internal import RTCWire

/// One m-section with both of its halves (W3C `RTCRtpTransceiver`).
struct Transceiver {
    let kind: MediaKind
    /// Given when the transceiver first stands in a description.
    var mid: String?
    /// What this side wants.
    var direction: MediaDirection
    /// What was agreed; `nil` before.
    var currentDirection: MediaDirection?
    var sender: RTPStreamSender
    var receiver: RTPStreamReceiver
    /// The stream and track that this side's media belongs to (RFC 8830).
    var streamID: String
    var trackID: String
    var isStopped = false
    /// What the far side offered, in our order of preference, with the far side's payload types.
    var negotiatedCodecs: [SDPCodec] = []

    var maySend: Bool { currentDirection?.sends ?? false }
    var mayReceive: Bool { currentDirection?.receives ?? false }

    static func clockRate(of kind: MediaKind) -> UInt32 {
        kind == .audio ? 48_000 : 90_000
    }
}

extension MediaDirection {
    var sends: Bool { self == .sendrecv || self == .sendonly }
    var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same agreement seen from the other side.
    var reversed: MediaDirection {
        switch self {
        case .sendonly: .recvonly
        case .recvonly: .sendonly
        case .sendrecv, .inactive: self
        }
    }

    /// What both sides want (RFC 3264 §6.1).
    func intersection(_ other: MediaDirection) -> MediaDirection {
        switch (sends && other.sends, receives && other.receives) {
        case (true, true): .sendrecv
        case (true, false): .sendonly
        case (false, true): .recvonly
        case (false, false): .inactive
        }
    }
}
