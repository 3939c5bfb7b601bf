internal import RTCCore

/// The last step of every sound: chirps, the noise of a quiet room, 16 bits.
enum Mixdown {
    private static let sampleRate = 48_000
    /// Of full scale.
    private static let chirpStrength = 0.3

    /// - Parameter mix: One array of samples at 48 kHz per channel, −1 to 1, which becomes a loop; all are equally long.
    static func finish(_ mix: [[Double]], using random: inout SplitMix64) -> [Int16] {
        var mix = mix
        let count = mix[0].count
        let chirp = FlashAndChirp.chirp()
        for second in 0..<(count / sampleRate) {
            let start = second * sampleRate + Int(FlashAndChirp.offset) * sampleRate / 1_000_000_000
            for (index, value) in chirp.enumerated() {
                for channel in mix.indices { mix[channel][(start + index) % count] += chirpStrength * value }
            }
        }
        var samples: [Int16] = []
        samples.reserveCapacity(count * mix.count)
        var hum = [Double](repeating: 0, count: mix.count)
        for index in 0..<count {
            for channel in mix.indices {
                // Also what keeps two packets from being equal.
                let noise = random.unitInterval() + random.unitInterval() + random.unitInterval() - 1.5
                hum[channel] = 0.9 * hum[channel] + 0.1 * noise
                let sample = (mix[channel][index] + 0.0006 * noise + 0.003 * hum[channel]) * 32_767
                samples.append(Int16(min(max(sample.rounded(), -32_767), 32_767)))
            }
        }
        return samples
    }
}
