package import RTCCore

/// Keeps media that came before the keys to it.
///
/// Of the two ends of a handshake one is done first, and sends; where the last flight of DTLS is lost, the other end has its keys
/// only a second later (RFC 6347 §4.2.4). What came meanwhile is good media. It is taken from paths that ICE has proven alone, and
/// is bounded, since nothing in it is authenticated yet.
package struct EarlyMedia {
    package struct Datagram {
        package var bytes: [UInt8]
        package var path: Path
        package var arrivedAt: Instant
    }

    /// A second and more of sound and pictures.
    package static let limit = 256

    private var waiting: [Datagram] = []

    package init() {}

    /// - Returns: Whether there was room.
    package mutating func keep(_ bytes: UnsafeRawBufferPointer, on path: Path, arrivedAt: Instant) -> Bool {
        guard waiting.count < Self.limit else { return false }
        waiting.append(Datagram(bytes: Array(bytes), path: path, arrivedAt: arrivedAt))
        return true
    }

    /// What was kept, in the order in which it came; nothing is kept from then on.
    package mutating func take() -> [Datagram] {
        defer { waiting = [] }
        return waiting
    }
}
