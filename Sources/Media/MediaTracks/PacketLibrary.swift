internal import MediaFiles
internal import RTCCore

/// The memory behind a track while it is filled; it is freed unless a track takes it over.
struct PacketLibrary: ~Copyable {
    private let name: String
    private let payloadLimit: Int
    private var isHandedOver = false
    private let bytes: UnsafeMutableRawPointer
    let frames: UnsafeMutablePointer<MediaFrame>
    let packets: UnsafeMutablePointer<SharedPacket>
    let table: FingerprintTable
    private(set) var frameCount = 0
    private(set) var packetCount = 0
    /// Bytes.
    private(set) var payloadSize = 0

    /// - Parameter frames: All that are going to be added.
    init(name: String, frames: [PacketizedFrame], payloadLimit: Int) {
        precondition(payloadLimit >= 64 && payloadLimit <= 1500, "a payload fits in an Ethernet frame")
        self.name = name
        self.payloadLimit = payloadLimit
        let size = frames.reduce(0) { $0 + $1.packets.reduce(0) { $0 + $1.bytes.count } }
        let packetCount = frames.reduce(0) { $0 + $1.packets.count }
        bytes = .allocate(byteCount: max(size, 1), alignment: 64)
        self.frames = .allocate(capacity: max(frames.count, 1))
        packets = .allocate(capacity: max(packetCount, 1))
        table = FingerprintTable(capacity: frames.count)
    }

    deinit {
        guard !isHandedOver else { return }
        bytes.deallocate()
        frames.deallocate()
        packets.deallocate()
        table.discard()
    }

    /// From here on the memory lives for ever.
    consuming func handOver() {
        isHandedOver = true
    }

    /// What is known of a frame besides its bytes.
    struct Timing {
        var rtpOffset: UInt32
        var dueOffset: UInt64
        var isKey: Bool
        var isSilence = false
        var isDiscontinued = false
        var beginsTalkSpurt = false
        var hasRedundancy = false
        var audioLevel: UInt8 = 127
        /// Where the frame lies in its file, in bytes.
        var fileOffset: Int?
    }

    /// Copies the packets of a frame. A second frame with equal bytes is an error.
    mutating func append(_ packetized: PacketizedFrame, _ timing: Timing) throws(MediaFileError) {
        let fingerprint = packetized.fingerprint
        if !timing.isSilence, let twin = table.insert(fingerprint, frame: frameCount) {
            throw MediaFileError(
                file: name, offset: timing.fileOffset,
                what: "frames \(twin) and \(frameCount) have equal bytes, so a receiver could not tell which of them it got",
                remedy: "give the picture or the sound some noise, or the picture a counter")
        }
        let count = packetized.packets.count
        for (index, packet) in packetized.packets.enumerated() {
            precondition(packet.bytes.count <= payloadLimit, "a packet fits its limit")
            let start = bytes + payloadSize
            packet.bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(start: start, count: $0.count).copyMemory(from: $0)
            }
            let shared = SharedPacket(
                start: UnsafeRawPointer(start), size: packet.bytes.count, descriptor: packet.descriptor,
                isFirstOfFrame: index == 0, isLastOfFrame: index == count - 1)
            (packets + packetCount + index).initialize(to: shared)
            payloadSize += packet.bytes.count
        }
        let frame = MediaFrame(
            firstPacket: packetCount, packetCount: count, rtpOffset: timing.rtpOffset, dueOffset: timing.dueOffset,
            isKey: timing.isKey, isSilence: timing.isSilence, isDiscontinued: timing.isDiscontinued,
            beginsTalkSpurt: timing.beginsTalkSpurt, hasRedundancy: timing.hasRedundancy, audioLevel: timing.audioLevel,
            size: Int(fingerprint.size),
            fingerprint: fingerprint)
        (frames + frameCount).initialize(to: frame)
        frameCount += 1
        packetCount += count
    }
}
