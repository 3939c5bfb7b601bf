/// The mark by which sound and picture are compared: once a second the picture is white for one frame, and a chirp begins
/// with that frame.
public enum FlashAndChirp {
    /// Nanoseconds from the start of each second to its flash: half a second, so that it does not fall on a key frame.
    public static let offset: UInt64 = 500_000_000

    /// Mean luma of a picture, below the strip, above which it is a flash.
    public static let flashThreshold = 200

    /// 40 ms of a tone that rises from 600 to 3400 Hz under a Hann window, at 48 kHz, 1 at its loudest.
    public static func chirp() -> [Double] {
        let count = 1920
        let length = Double(count) / 48_000
        return (0..<count).map { index in
            let time = Double(index) / 48_000
            let window = 0.5 - 0.5 * PortableMath.cos(2 * .pi * Double(index) / Double(count))
            return window * PortableMath.sin(2 * .pi * (600 * time + (3400 - 600) / (2 * length) * time * time))
        }
    }

    /// Whether the picture is a flash.
    public static func isFlash(_ image: I420Image) -> Bool {
        let start = IdStrip.height(pictureHeight: image.height) * image.width
        guard start < image.luma.count else { return false }
        var sum = 0
        var count = 0
        for index in stride(from: start, to: image.luma.count, by: 7) {
            sum += Int(image.luma[index])
            count += 1
        }
        return sum > flashThreshold * count
    }

    /// Where chirps begin, in samples at 48 kHz: the strongest correlation of each second, if it stands out.
    public static func chirps(in samples: [Int16]) -> [Int] {
        let chirp = chirp()
        var starts: [Int] = []
        guard samples.count >= chirp.count else { return [] }
        let places = samples.count - chirp.count + 1
        for second in stride(from: 0, to: places, by: 48_000) {
            var best = (place: 0, strength: 0.0)
            var sum = 0.0
            let end = min(second + 48_000, places)
            for place in second..<end {
                var strength = 0.0
                for index in chirp.indices { strength += chirp[index] * Double(samples[place + index]) }
                strength = abs(strength)
                sum += strength
                if strength > best.strength { best = (place, strength) }
            }
            if best.strength > 8 * sum / Double(end - second) { starts.append(best.place) }
        }
        return starts
    }
}
