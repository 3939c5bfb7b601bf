import CStarlingCRC
import MediaTracks
import RTCCore
import Testing

@Suite("Fingerprints")
struct FingerprintTests {
    /// RFC 3720 appendix B.4.
    static let vectors: [([UInt8], UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
        (
            [
                0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
                0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
            ], 0xD996_3A56
        ), (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ]

    private func random(_ count: Int, _ generator: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    @Test("CRC-32C of RFC 3720's vectors, by instruction and by table", arguments: vectors)
    func crc(bytes: [UInt8], expected: UInt32) {
        #expect(bytes.withUnsafeBytes { FrameFingerprint($0) } == FrameFingerprint(crc: expected, size: UInt32(bytes.count)))
        #expect(starling_crc32c_portable(0, bytes, bytes.count) == expected)
    }

    @Test("instruction and table agree at every length and alignment")
    func agreement() {
        var generator = SplitMix64(seed: 3)
        let bytes = random(6000, &generator)
        bytes.withUnsafeBytes { buffer in
            for count in Array(0...1600) + [2000, 4499, 4500, 4501, 5990] {
                let part = UnsafeRawBufferPointer(rebasing: buffer[(count & 7)..<((count & 7) + count)])
                #expect(starling_crc32c(0, part.baseAddress, count) == starling_crc32c_portable(0, part.baseAddress, count))
            }
        }
    }

    @Test("a frame's fingerprint is that of its packets put together, however it was split")
    func concatenation() {
        var generator = SplitMix64(seed: 4)
        for _ in 0..<2000 {
            let bytes = random(Int.random(in: 0...6000, using: &generator), &generator)
            var sum = FrameFingerprint.empty
            var portable: UInt32 = 0
            var start = 0
            while start < bytes.count {
                let longest = Bool.random(using: &generator) ? 1160 : 3000
                let end = min(bytes.count, start + Int.random(in: 0...longest, using: &generator))
                let part = bytes[start..<end].withUnsafeBytes { FrameFingerprint($0) }
                sum.append(part)
                portable = starling_crc32c_combine_portable(portable, part.crc, end - start)
                start = end
            }
            #expect(sum == bytes.withUnsafeBytes { FrameFingerprint($0) })
            #expect(portable == sum.crc)
        }
    }

    @Test("an order of packets that is not the frame's gives another fingerprint")
    func order() {
        let parts = ["one ", "two "].map { Array($0.utf8).withUnsafeBytes { FrameFingerprint($0) } }
        var right = parts[0]
        right.append(parts[1])
        var wrong = parts[1]
        wrong.append(parts[0])
        #expect(right != wrong)
    }

    @Test("eight bytes, and readable")
    func form() {
        #expect(MemoryLayout<PacketFingerprint>.size == 8)
        #expect(FrameFingerprint(crc: 0xABC, size: 7).description == "00000abc/7")
    }
}
