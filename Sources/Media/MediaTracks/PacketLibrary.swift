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

    /// - Parameter frameSizes: Of all frames that are going to be added, in bytes.
    init(name: String, frameSizes: [Int], payloadLimit: Int) {
        precondition(payloadLimit > 0 && payloadLimit <= 1500, "a payload fits in an Ethernet frame")
        self.name = name
        self.payloadLimit = payloadLimit
        let size = frameSizes.reduce(0, +)
        let packetCount = frameSizes.reduce(0) { $0 + Self.packetCount(of: $1, limit: payloadLimit) }
        bytes = .allocate(byteCount: max(size, 1), alignment: 64)
        frames = .allocate(capacity: max(frameSizes.count, 1))
        packets = .allocate(capacity: max(packetCount, 1))
        table = FingerprintTable(capacity: frameSizes.count)
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

    private static func packetCount(of size: Int, limit: Int) -> Int {
        (size + limit - 1) / limit
    }

    /// What is known of a frame besides its bytes.
    struct Timing {
        var rtpOffset: UInt32
        var dueOffset: UInt64
        var isKey: Bool
        var isSilence = false
        var audioLevel: UInt8 = 127
        /// Where the frame lies in its file, in bytes.
        var fileOffset: Int?
    }

    /// Copies a frame and splits it into packets of nearly equal size. A second frame with equal bytes is an error.
    mutating func append(_ payload: ArraySlice<UInt8>, _ timing: Timing) throws(MediaFileError) {
        let start = bytes + payloadSize
        payload.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: start, count: payload.count).copyMemory(from: $0) }
        let fingerprint = FrameFingerprint(UnsafeRawBufferPointer(start: start, count: payload.count))
        if !timing.isSilence, let twin = table.insert(fingerprint, frame: frameCount) {
            throw MediaFileError(
                file: name, offset: timing.fileOffset,
                what: "frames \(twin) and \(frameCount) have equal bytes, so a receiver could not tell which of them it got",
                remedy: "give the picture or the sound some noise, or the picture a counter")
        }
        let count = Self.packetCount(of: payload.count, limit: payloadLimit)
        let (short, longer) = payload.count.quotientAndRemainder(dividingBy: max(count, 1))
        var offset = 0
        for index in 0..<count {
            let size = short + (index < longer ? 1 : 0)
            let packet = SharedPacket(
                start: UnsafeRawPointer(start + offset), size: size, isFirstOfFrame: index == 0,
                isLastOfFrame: index == count - 1)
            (packets + packetCount + index).initialize(to: packet)
            offset += size
        }
        let frame = MediaFrame(
            firstPacket: packetCount, packetCount: count, rtpOffset: timing.rtpOffset, dueOffset: timing.dueOffset,
            isKey: timing.isKey, isSilence: timing.isSilence, audioLevel: timing.audioLevel, size: payload.count,
            fingerprint: fingerprint)
        (frames + frameCount).initialize(to: frame)
        frameCount += 1
        packetCount += count
        payloadSize += payload.count
    }
}
