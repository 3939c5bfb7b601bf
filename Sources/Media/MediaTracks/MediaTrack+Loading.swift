public import MediaFiles
internal import RTCCore
internal import RTCWire

extension MediaTrack {
    /// Reads an IVF file with VP8, VP9 or AV1, a byte stream of H.264, or an Ogg file with Opus, whatever its name ends in.
    ///
    /// Nothing is cached: who loads a path twice holds it twice, for ever.
    ///
    /// - Parameters:
    ///   - payloadLimit: The most bytes of payload in a packet, without the payload descriptor, 1,500 at most.
    ///   - measureLevels: Measures the level of each audio packet in −dBov where the file does not carry them, by decoding.
    public static func load(
        path: String, payloadLimit: Int = defaultPayloadLimit, measureLevels: (EncodedAudio) -> [UInt8]? = { _ in nil }
    ) throws(MediaFileError) -> MediaTrack {
        let bytes = try MediaFileBytes.read(path: path)
        let kind = MediaFileKind(sniffing: bytes)
        switch kind {
        case .ivf:
            return try make(IVFReader.read(bytes, name: path), name: path, payloadLimit: payloadLimit)
        case .annexB:
            return try make(AnnexBReader.read(bytes, name: path), name: path, payloadLimit: payloadLimit)
        case .ogg:
            let audio = try OggOpusReader.read(bytes, name: path)
            return try make(audio, name: path, payloadLimit: payloadLimit, levels: audio.levels ?? measureLevels(audio))
        default:
            throw kind.refusal(of: path, wantsVideo: true, wantsAudio: true)
        }
    }

    /// A track of a video that is in memory.
    public static func make(
        _ video: EncodedVideo, name: String, payloadLimit: Int = defaultPayloadLimit
    ) throws(MediaFileError) -> MediaTrack {
        guard video.frames.count >= 2 else {
            throw MediaFileError(
                file: name, what: "a video of \(video.frames.count) frames has no rate", remedy: "give it a second")
        }
        let clockRate: UInt32 = 90_000
        let packetized = video.frames.indices.map { PacketizedFrame(video, frame: $0, limit: payloadLimit) }
        var library = PacketLibrary(name: name, frames: packetized, payloadLimit: payloadLimit)
        for (index, frame) in video.frames.enumerated() {
            let timing = PacketLibrary.Timing(
                rtpOffset: UInt32(truncatingIfNeeded: ticks(frame.presentationTime, clockRate: clockRate)),
                dueOffset: frame.presentationTime, isKey: frame.isKey, fileOffset: frame.fileOffset)
            try library.append(packetized[index], timing)
        }
        let duration = video.duration
        return MediaTrack(
            library,
            facts: Facts(
                kind: .video, codec: video.codec.rawValue, formatParameters: video.formatParameters, clockRate: clockRate,
                name: name,
                width: video.width,
                height: video.height, loopDuration: duration,
                loopTicks: UInt32(truncatingIfNeeded: ticks(duration, clockRate: clockRate)),
                warnings: video.warnings + shortLoopWarning(duration, name: name)))
    }

    /// A track of audio that is in memory.
    ///
    /// - Parameter levels: −dBov of each packet (RFC 6464 §3), where they are known.
    public static func make(
        _ audio: EncodedAudio, name: String, payloadLimit: Int = defaultPayloadLimit, levels: [UInt8]? = nil
    ) throws(MediaFileError) -> MediaTrack {
        guard !audio.packets.isEmpty else {
            throw MediaFileError(file: name, what: "the file holds no audio", remedy: "give it a second")
        }
        let clockRate: UInt32 = 48_000
        let levels = levels?.count == audio.packets.count ? levels : nil
        let packetized = audio.packets.indices.map { PacketizedFrame(audio: audio.payload($0)) }
        var library = PacketLibrary(name: name, frames: packetized, payloadLimit: payloadLimit)
        var time: UInt64 = 0
        let count = audio.packets.count
        func isDiscontinued(_ index: Int) -> Bool { audio.packets[index].range.count <= longestDiscontinued }
        for (index, packet) in audio.packets.enumerated() {
            guard packet.range.count <= payloadLimit else {
                throw MediaFileError(
                    file: name, offset: packet.fileOffset,
                    what: "packet \(index) has \(packet.range.count) bytes, \(payloadLimit) fit in a datagram",
                    remedy: "encode it with a lower bitrate or shorter packets (ffmpeg: -b:a 64k -frame_duration 20)")
            }
            let isSilence = packet.range.count < smallestFingerprinted
            let level = isSilence ? 127 : levels?[index] ?? nominalLevel
            let (before, after) = ((index + count - 1) % count, (index + 1) % count)
            let timing = PacketLibrary.Timing(
                rtpOffset: UInt32(truncatingIfNeeded: time), dueOffset: nanoseconds(time, clockRate: clockRate), isKey: true,
                isSilence: isSilence, isDiscontinued: isDiscontinued(index),
                beginsTalkSpurt: !isDiscontinued(index) && isDiscontinued(before) && !isDiscontinued(after),
                hasRedundancy: audio.payload(index).withUnsafeBytes { try? OpusPacket.parse($0.bytes) }?.hasRedundancy ?? false,
                audioLevel: level, fileOffset: packet.fileOffset)
            try library.append(packetized[index], timing)
            time += UInt64(packet.duration)
        }
        let silent = audio.packets.count { $0.range.count < smallestFingerprinted && $0.range.count > longestDiscontinued }
        var warnings = audio.warnings
        if silent * 2 > count {
            warnings.append(
                "\(name): \(silent) of \(count) packets are silence, which no receiver can tell apart;"
                    + " give it some noise, or encode it at a higher rate")
        }
        warnings += shortLoopWarning(nanoseconds(time, clockRate: clockRate), name: name)
        return MediaTrack(
            library,
            facts: Facts(
                kind: .audio, codec: audio.codec.rawValue, clockRate: clockRate, name: name, channels: audio.channels,
                loopDuration: nanoseconds(time, clockRate: clockRate), loopTicks: UInt32(truncatingIfNeeded: time),
                hasMeasuredLevels: levels != nil, warnings: warnings))
    }

    /// Bytes up to which an Opus packet says that nothing follows: its first byte, and at most one more.
    private static let longestDiscontinued = 2

    /// Bytes below which an Opus packet holds silence, whose packets repeat.
    static let smallestFingerprinted = 10

    /// Nanoseconds: a frame that comes later than its loop's next turn is taken for that one's, and its latency is wrong.
    private static let shortestLoop: UInt64 = 2_000_000_000

    private static func shortLoopWarning(_ duration: UInt64, name: String) -> [String] {
        guard duration < shortestLoop else { return [] }
        return [
            "\(name): the loop lasts \(Double(duration) / 1e9) s, and a frame that is later than that is taken for the next loop's;"
                + " give it some seconds"
        ]
    }

    /// Rounded to the nearest; files are twelve hours long at most, so nothing overflows.
    private static func ticks(_ nanoseconds: UInt64, clockRate: UInt32) -> UInt64 {
        (nanoseconds * UInt64(clockRate / 1000) + 500_000) / 1_000_000
    }

    private static func nanoseconds(_ ticks: UInt64, clockRate: UInt32) -> UInt64 {
        (ticks * 1_000_000_000 + UInt64(clockRate) / 2) / UInt64(clockRate)
    }
}
