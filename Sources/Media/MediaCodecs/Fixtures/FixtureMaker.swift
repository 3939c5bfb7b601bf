public import MediaFiles

/// Draws, plays and encodes the fixtures; the same arguments give the same bytes on the same version of the codecs.
public struct FixtureMaker: Sendable {
    public let kind: Fixture.Kind
    /// Pixels; of no meaning for sound.
    public var width: Int
    /// Pixels; of no meaning for sound.
    public var height: Int
    /// Of pictures; even, so that one begins with the flash.
    public var framesPerSecond: Int
    /// The length of the loop.
    public var seconds = Fixture.seconds
    /// Bits per second.
    public var bitrate: Int
    public var seed: UInt64 = 1

    public init(_ fixture: Fixture) {
        kind = fixture.kind
        width = fixture.size?.width ?? 0
        height = fixture.size?.height ?? 0
        framesPerSecond = fixture.framesPerSecond
        bitrate = fixture.bitrate
    }

    /// The whole file.
    public func file() throws(CodecError) -> [UInt8] {
        kind.isVideo ? IVFWriter.write(try video()) : OggOpusWriter.write(try audio())
    }

    private func scene(_ format: SceneFormat) -> any Scene {
        switch kind {
        case .highMotion: HighMotion(format, seed: seed)
        case .screen: SharedScreen(format, seed: seed)
        default: TalkingHead(format, speech: SpeechSynthesis(seconds: seconds, seed: seed), seed: seed)
        }
    }

    /// VP8 with a key frame each second.
    public func video() throws(CodecError) -> EncodedVideo {
        precondition(kind.isVideo, "a sound has no pictures")
        let format = SceneFormat(width: width, height: height, framesPerSecond: framesPerSecond, seconds: seconds)
        let scene = scene(format)
        var settings = VP8Encoder.Settings(
            width: width, height: height, framesPerSecond: framesPerSecond, bitrate: bitrate, keyFrameInterval: framesPerSecond)
        settings.isScreen = kind == .screen
        var encoder = try VP8Encoder(settings)
        let timebase = Timebase(scale: 1, rate: UInt32(framesPerSecond))
        var video = EncodedVideo(codec: .vp8, width: width, height: height, timebase: timebase)
        // A loop goes before and is thrown away, so that rate control has settled: an encoder begins with a poor picture.
        for index in -format.frameCount..<format.frameCount {
            let frame = try encoder.encode(picture((index + format.frameCount) % format.frameCount, of: scene, format))
            guard index >= 0 else { continue }
            video.append(frame.bytes, at: timebase.nanoseconds(UInt64(index)) ?? 0, isKey: frame.isKey)
        }
        return video
    }

    private func picture(_ index: Int, of scene: any Scene, _ format: SceneFormat) -> I420Image {
        let isFlash = format.isFlash(index)
        var image = I420Image(width: format.width, height: format.height, luma: isFlash ? 235 : 16)
        if !isFlash { scene.paint(index, into: &image) }
        IdStrip.draw(UInt32(index), into: &image)
        return image
    }

    private var sound: any Sound {
        switch kind {
        case .music: Music(seconds: seconds, seed: seed)
        case .tone: Tone(seconds: seconds, seed: seed)
        case .silence: Silence(seconds: seconds, seed: seed)
        case .thriftySpeech: TalkByTurns(speech: SpeechSynthesis(seconds: seconds, seed: seed))
        default: SpeechSynthesis(seconds: seconds, seed: seed)
        }
    }

    /// Opus packets of 20 ms, with the level of each packet.
    ///
    /// What the decoder gives at the time of a packet is what the sound has at that time: the encoder's delay is taken out by
    /// turning the loop, so the file needs no pre-skip and the seam is not heard.
    public func audio() throws(CodecError) -> EncodedAudio {
        precondition(!kind.isVideo, "a video has no sound")
        let sound = sound
        let samples = sound.samples()
        var settings = OpusEncoder.Settings(channels: sound.channels, bitrate: bitrate)
        settings.isMusic = kind == .music
        // Left alone, the encoder spends little on a quiet room, and how little would be the codec's to say.
        settings.isConstantRate = kind == .silence
        settings.isDiscontinuous = kind == .thriftySpeech
        settings.isWideband = kind == .thriftySpeech
        settings.expectedLoss = kind == .thriftySpeech ? 20 : 0
        var encoder = try OpusEncoder(settings)
        var audio = EncodedAudio(codec: .opus, channels: sound.channels, preSkip: 0)
        let duration = 960
        let size = duration * sound.channels
        let count = samples.count / size
        // The end of the loop goes first and is thrown away, so that the encoder knows what lay before the seam.
        for index in -min(count, 50)..<count {
            let first = index * size + encoder.lookahead * sound.channels + samples.count
            let packet = try encoder.encode((0..<size).map { samples[(first + $0) % samples.count] })
            if index >= 0 { audio.append(packet, duration: UInt32(duration)) }
        }
        audio.comments.append("TITLE=Starling \(kind.rawValue)")
        audio.levels = AudioLevel.measure(audio)
        return audio
    }
}
