import MediaFiles
import RTCCore

/// Small files made by hand, whose frames no decoder would take but every reader must.
enum Samples {
    /// A VP8 frame with a true header and noise behind it.
    static func vp8(isKey: Bool, isShown: Bool = true, width: Int = 64, height: Int = 48, size: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        let header = isKey ? 10 : 3
        let tag = (isKey ? 0 : 1) | (isShown ? 16 : 0) | (size - header) << 5
        var frame = [UInt8(tag & 255), UInt8(tag >> 8 & 255), UInt8(tag >> 16 & 255)]
        if isKey {
            frame += [0x9D, 0x01, 0x2A, UInt8(width & 255), UInt8(width >> 8), UInt8(height & 255), UInt8(height >> 8)]
        }
        while frame.count < size { frame.append(UInt8(truncatingIfNeeded: random.next())) }
        return frame
    }

    /// A video with a key frame in every five.
    static func video(frames: Int = 20) -> EncodedVideo {
        let timebase = Timebase(scale: 1, rate: 30)
        var video = EncodedVideo(codec: .vp8, width: 64, height: 48, timebase: timebase)
        for index in 0..<frames {
            let isKey = index.isMultiple(of: 5)
            let frame = vp8(isKey: isKey, size: 40 + index * 7, seed: UInt64(index))
            video.append(frame, at: timebase.nanoseconds(UInt64(index)) ?? 0, isKey: isKey)
        }
        return video
    }

    /// Packets of 20 ms of every form: one frame, two, two of different sizes, and three.
    static func audio(packets: Int = 120) -> EncodedAudio {
        var random = SplitMix64(seed: 5)
        var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 312)
        audio.comments = ["TITLE=Noise"]
        for index in 0..<packets {
            func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            switch index % 4 {
            // SILK, 20 ms.
            case 0: audio.append([1 << 3] + noise(30 + index), duration: 960)
            // CELT, 10 ms, two of equal size.
            case 1: audio.append([30 << 3 | 1] + noise(40), duration: 960)
            // CELT, 10 ms, two of different sizes.
            case 2: audio.append([30 << 3 | 2, 17] + noise(37), duration: 960)
            // Three of 20 ms with three bytes of padding, long enough for several segments.
            default: audio.append([31 << 3 | 3, 0x43, 3] + noise(300) + [0, 0, 0], duration: 2880)
            }
        }
        return audio
    }

    private static let checksums: [UInt32] = (0..<256).map { byte in
        var crc = UInt32(byte) << 24
        for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000_0000 != 0 ? 0x04C1_1DB7 : 0) }
        return crc
    }

    /// The checksum of each whole page made right again, so that a mutation reaches what lies behind it.
    static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var offset = 0
        while offset + 27 <= bytes.count, offset + 27 + Int(bytes[offset + 26]) <= bytes.count {
            let segments = Int(bytes[offset + 26])
            let end = offset + 27 + segments + bytes[(offset + 27)..<(offset + 27 + segments)].reduce(0) { $0 + Int($1) }
            guard end <= bytes.count else { break }
            for place in 22..<26 { bytes[offset + place] = 0 }
            var crc: UInt32 = 0
            for byte in bytes[offset..<end] { crc = (crc << 8) ^ checksums[Int(crc >> 24) ^ Int(byte)] }
            for place in 0..<4 { bytes[offset + 22 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
            offset = end
        }
        return bytes
    }

    /// A seeded mutation: flipped bits, a cut, more bytes, or a part put elsewhere.
    static func mutate(_ bytes: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 2:
            for _ in 0..<Int.random(in: 1...64, using: &random) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        case 3:
            let from = Int.random(in: 0..<bytes.count, using: &random)
            let part = Array(bytes[from..<min(bytes.count, from + Int.random(in: 1...200, using: &random))])
            bytes.insert(contentsOf: part, at: Int.random(in: 0...bytes.count, using: &random))
        default:
            // The start of the file holds the most fields.
            let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<min(bytes.count, 120), using: &random)
                bytes[place] = edges[Int.random(in: 0..<edges.count, using: &random)]
            }
        }
        return bytes
    }
}
