public import MediaFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The level of audio as RTP's header extension has it (RFC 6464 §3).
public enum AudioLevel {
    /// −dBov: 0 for a square wave at full scale, 127 for silence.
    public static func measure(_ samples: some Collection<Int16>) -> UInt8 {
        guard !samples.isEmpty else { return 127 }
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        guard energy > 0 else { return 127 }
        return UInt8(min(max((-10 * log10(energy / (32_768 * 32_768))).rounded(), 0), 127))
    }

    /// The level of each packet, by decoding all of them; `nil` where one cannot be decoded.
    ///
    /// Goes with `MediaTrack.load(path:measureLevels:)`.
    public static func measure(_ audio: EncodedAudio) -> [UInt8]? {
        guard var decoder = try? OpusDecoder(channels: audio.channels) else { return nil }
        var levels: [UInt8] = []
        levels.reserveCapacity(audio.packets.count)
        for index in audio.packets.indices {
            guard let samples = try? decoder.decode(audio.payload(index)) else { return nil }
            levels.append(measure(samples))
        }
        return levels
    }
}
