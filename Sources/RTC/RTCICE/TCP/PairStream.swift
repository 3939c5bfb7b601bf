internal import RTCCore

/// The connection of one pair that begins at an active candidate (RFC 6544 §7.1).
struct PairStream {
    /// Its owner's number for it.
    let token: UInt64
    /// From the active candidate's base to the passive one's address.
    let path: Path
    let frames = StreamFrames()
    var isOpen = false
}
