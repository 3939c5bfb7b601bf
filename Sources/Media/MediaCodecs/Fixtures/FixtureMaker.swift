public import MediaFiles

/// Encodes the drawn and spoken fixtures; the same arguments give the same bytes.
public struct FixtureMaker: Sendable {
    public var width = 640
    public var height = 360
    public var framesPerSecond = 30
    /// The length of the loop.
    public var seconds = 10
    /// Bits per second.
    public var videoBitrate = 500_000
    /// Bits per second.
    public var audioBitrate = 32_000
    public var seed: UInt64 = 1

    public init() {}

    private var speech: SpeechSynthesis { SpeechSynthesis(seconds: seconds, seed: seed) }

    /// A talking head in VP8 with a key frame each second.
    ///
    /// - Parameter progress: Called with the number of each picture.
    public func video(progress: (Int) -> Void = { _ in }) throws(CodecError) -> EncodedVideo {
        let head = TalkingHead(width: width, height: height, framesPerSecond: framesPerSecond, speech: speech, seed: seed)
        var encoder = try VP8Encoder(
            VP8Encoder.Settings(
                width: width, height: height, framesPerSecond: framesPerSecond, bitrate: videoBitrate,
                keyFrameInterval: framesPerSecond))
        let timebase = Timebase(scale: 1, rate: UInt32(framesPerSecond))
        var video = EncodedVideo(codec: .vp8, width: width, height: height, timebase: timebase)
        // A loop goes before and is thrown away, so that rate control has settled: an encoder begins with a poor picture.
        for index in -head.frameCount..<head.frameCount {
            let frame = try encoder.encode(head.frame((index + head.frameCount) % head.frameCount))
            guard index >= 0 else { continue }
            progress(index)
            video.append(frame.bytes, at: timebase.nanoseconds(UInt64(index)) ?? 0, isKey: frame.isKey)
        }
        return video
    }

    /// Speech in mono Opus packets of 20 ms, with the level of each packet.
    ///
    /// What the decoder gives at the time of a packet is what the speech has at that time: the encoder's delay is taken out by
    /// turning the loop, so the file needs no pre-skip and the seam is not heard.
    public func audio() throws(CodecError) -> EncodedAudio {
        let samples = speech.samples()
        var encoder = try OpusEncoder(OpusEncoder.Settings(channels: 1, bitrate: audioBitrate))
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
        let size = 960
        let count = samples.count / size
        // The end of the loop goes first and is thrown away, so that the encoder knows what lay before the seam.
        for index in -min(count, 50)..<count {
            let first = index * size + encoder.lookahead + samples.count
            let packet = try encoder.encode((0..<size).map { samples[(first + $0) % samples.count] })
            if index >= 0 { audio.append(packet, duration: UInt32(size)) }
        }
        audio.comments.append("TITLE=Starling speech")
        audio.levels = AudioLevel.measure(audio)
        return audio
    }
}
