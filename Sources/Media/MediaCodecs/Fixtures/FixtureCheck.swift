public import MediaFiles
internal import RTCWire

/// Looks at a made file as a receiver would, by reading and decoding it.
public enum FixtureCheck {
    /// How far a file's mean bitrate may lie from what its encoder was set to, as a share of that.
    public static let bitrateTolerance = 0.15

    /// What is wrong with the file, in sentences without the file's name; empty where nothing is.
    public static func faults(in file: [UInt8], of fixture: Fixture) -> [String] {
        do {
            return fixture.kind.isVideo
                ? try videoFaults(IVFReader.read(file, name: fixture.fileName), fixture)
                : try audioFaults(OggOpusReader.read(file, name: fixture.fileName), fixture)
        } catch {
            return ["\(error)"]
        }
    }

    private static func videoFaults(_ video: EncodedVideo, _ fixture: Fixture) throws(CodecError) -> [String] {
        var faults = commonFaults(
            payloads: video.frames.indices.map { video.payload($0) }, duration: video.duration, warnings: video.warnings, fixture)
        if let size = fixture.size, (video.width, video.height) != (size.width, size.height) {
            faults.append("it has \(video.width)x\(video.height) pixels, not \(size.width)x\(size.height)")
        }
        if video.longestKeyFrameInterval > 1_000_000_000 {
            faults.append("key frames are up to \(video.longestKeyFrameInterval / 1_000_000) ms apart")
        }
        var decoder = try VPXDecoder()
        for index in video.frames.indices {
            guard let image = try decoder.decode(video.payload(index)) else {
                faults.append("frame \(index) shows no picture")
                continue
            }
            if IdStrip.read(image) != UInt32(index) {
                faults.append("frame \(index) carries the number \(IdStrip.read(image).map(String.init) ?? "of none")")
            }
            let isDue = video.frames[index].presentationTime % 1_000_000_000 == FlashAndChirp.offset
            if FlashAndChirp.isFlash(image) != isDue {
                faults.append("frame \(index) is \(isDue ? "no" : "a") flash")
            }
        }
        return faults
    }

    private static func audioFaults(_ audio: EncodedAudio, _ fixture: Fixture) throws(CodecError) -> [String] {
        let duration = audio.duration * 1_000_000_000 / 48_000
        var faults = commonFaults(
            payloads: audio.packets.indices.map { audio.payload($0) }, duration: duration, warnings: audio.warnings, fixture)
        if audio.channels != fixture.channels { faults.append("it has \(audio.channels) channels, not \(fixture.channels)") }
        if audio.levels == nil { faults.append("it carries no levels") }
        // Its pauses swallow chirps.
        guard fixture.kind != .thriftySpeech else { return faults + thriftFaults(audio) }
        var decoder = try OpusDecoder(channels: 1)
        var samples: [Int16] = []
        for index in audio.packets.indices { samples += try decoder.decode(audio.payload(index)) }
        for second in 0..<(samples.count / 48_000) {
            // Around the flash only, 10 ms before and 50 ms after it: correlation takes its time.
            let expected = second * 48_000 + Int(FlashAndChirp.offset) / 1_000_000 * 48
            let start = expected - 480
            let found = FlashAndChirp.chirps(in: Array(samples[start..<min(expected + 2400, samples.count)])).map { $0 + start }
            if found.count != 1 || abs(found[0] - expected) > 24 {
                faults.append("the chirp of second \(second) is \(found.map { "\($0 - expected) samples late" }), not within 24")
            }
        }
        return faults
    }

    private static func thriftFaults(_ audio: EncodedAudio) -> [String] {
        var faults: [String] = []
        let packets = audio.packets.indices.map { audio.payload($0) }
        let silent = packets.count { $0.count <= 2 }
        if silent * 10 < packets.count {
            faults.append("\(silent) of its \(packets.count) packets are silence that need not be sent")
        }
        let repeating = packets.count { packet in
            packet.withUnsafeBytes { try? OpusPacket.parse($0.bytes) }?.hasRedundancy ?? false
        }
        if repeating * 4 < packets.count {
            faults.append("\(repeating) of its \(packets.count) packets repeat the one before them")
        }
        return faults
    }

    private static func commonFaults(
        payloads: [ArraySlice<UInt8>], duration: UInt64, warnings: [String], _ fixture: Fixture
    ) -> [String] {
        var faults = warnings
        if payloads.count != fixture.frameCount { faults.append("it has \(payloads.count) frames, not \(fixture.frameCount)") }
        if duration != UInt64(Fixture.seconds) * 1_000_000_000 { faults.append("it lasts \(duration) ns") }
        let told = fixture.kind == .thriftySpeech ? payloads.filter { $0.count >= 10 } : payloads
        if Set(told).count != told.count { faults.append("two of its frames are equal") }
        let bitrate = Double(payloads.reduce(0) { $0 + $1.count }) * 8e9 / Double(max(duration, 1))
        // Pauses bring the mean down to what their length says.
        let expected = fixture.kind == .thriftySpeech ? min(bitrate, Double(fixture.bitrate)) : Double(fixture.bitrate)
        if abs(bitrate / expected - 1) > bitrateTolerance {
            faults.append("its bitrate is \(Int(bitrate)) bit/s, which is not near \(fixture.bitrate)")
        }
        return faults
    }
}
