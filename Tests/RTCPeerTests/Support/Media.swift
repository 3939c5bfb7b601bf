import RTCCore
import RTCPeer

/// Small frames whose every packet differs from all others; the bytes live as long as the process.
struct TestMedia: @unchecked Sendable {
    // Written once, before anybody reads.
    private let storage: UnsafeMutableRawBufferPointer
    let kind: MediaKind

    static let audio = TestMedia(.audio)
    static let video = TestMedia(.video)
    static let period = 50
    static let packetSize = 160

    private init(_ kind: MediaKind) {
        self.kind = kind
        storage = .allocate(byteCount: Self.period * 8 * Self.packetSize, alignment: 8)
        var random = SplitMix64(seed: kind == .audio ? 1 : 2)
        for index in storage.indices { storage[index] = UInt8(truncatingIfNeeded: random.next()) }
        for frame in 0..<Self.period where kind == .video {
            let start = frame * 8 * Self.packetSize
            storage[start] = isKey(frame) ? 0x10 : 0x11
            guard isKey(frame) else { continue }
            for (offset, byte) in [(3, 0x9D), (4, 0x01), (5, 0x2A), (6, 0x40), (7, 0x01), (8, 0xF0), (9, 0)] {
                storage[start + offset] = UInt8(byte)
            }
        }
    }

    var interval: Duration { kind == .video ? .milliseconds(40) : .milliseconds(20) }
    var ticks: UInt32 { kind == .video ? 3600 : 960 }

    func isKey(_ frame: Int) -> Bool { kind == .audio || frame % 25 == 0 }
    func packetCount(_ frame: Int) -> Int { kind == .audio ? 1 : isKey(frame) ? 8 : 3 }

    func packet(_ frame: Int, _ index: Int) -> OutgoingPacket {
        let start = (frame % Self.period * 8 + index) * Self.packetSize
        return OutgoingPacket(
            payload: UnsafeRawBufferPointer(rebasing: storage[start..<(start + Self.packetSize)]), isFirstOfFrame: index == 0,
            isLastOfFrame: index == packetCount(frame) - 1)
    }

    func fingerprint(_ frame: Int) -> FrameFingerprint {
        var all = FrameFingerprint.empty
        for index in 0..<packetCount(frame) { all.append(FrameFingerprint(packet(frame, index).payload)) }
        return all
    }
}

/// One track that plays into a peer.
struct Flow {
    var transceiver: Int
    var media: TestMedia
    var nextDue: Instant
    var end: Instant
    var index = 0
    var sent: [FrameFingerprint] = []
    var withheld = 0
    /// Packets of each frame instead of the media's own, to make traffic by the thousand.
    var burst: Int?
    var layer = 0
}
