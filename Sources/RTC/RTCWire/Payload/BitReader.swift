import RTCCore

/// Reads fields of single bits, as the headers of video codecs have them; every read past the end is `nil`, never a trap.
struct BitReader: ~Escapable {
    private let bytes: RawSpan
    private var position = 0
    /// Whether 00 00 03 stands for 00 00 (ITU-T H.264 §7.4.1).
    private let hasEmulationPrevention: Bool
    private var zeros = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, emulationPrevention: Bool = false) {
        self.bytes = bytes
        hasEmulationPrevention = emulationPrevention
    }

    mutating func readBit() -> Int? {
        let index = position >> 3
        guard index < bytes.byteCount else { return nil }
        let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        if position & 7 == 0, hasEmulationPrevention {
            if zeros >= 2, byte == 3 {
                zeros = 0
                position += 8
                return readBit()
            }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        defer { position += 1 }
        return Int(byte >> UInt8(7 - position & 7)) & 1
    }

    /// - Parameter count: 0…32.
    mutating func read(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let bit = readBit() else { return nil }
            value = value << 1 | bit
        }
        return value
    }

    mutating func readFlag() -> Bool? { readBit().map { $0 == 1 } }

    mutating func skip(_ count: Int) -> Bool {
        for _ in 0..<count where readBit() == nil { return false }
        return true
    }

    /// An unsigned Exp-Golomb code (ITU-T H.264 §9.1), which AV1 calls `uvlc`.
    mutating func readUnsignedGolomb() -> Int? {
        var zeros = 0
        while let bit = readBit() {
            guard bit == 0 else { return read(zeros).map { $0 + (1 << zeros) - 1 } }
            zeros += 1
            guard zeros <= 31 else { return nil }
        }
        return nil
    }

    /// A signed Exp-Golomb code (ITU-T H.264 §9.1.1).
    mutating func readSignedGolomb() -> Int? {
        readUnsignedGolomb().map { $0 & 1 == 1 ? ($0 + 1) / 2 : -$0 / 2 }
    }
}
