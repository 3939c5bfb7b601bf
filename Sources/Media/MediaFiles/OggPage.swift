/// One page of an Ogg stream (RFC 3533 §6).
struct OggPage {
    static let headerSize = 27
    /// The granule position of a page on which no packet ends.
    static let noGranule = UInt64.max

    /// Bytes from the start of the file.
    var offset: Int
    var isContinued: Bool
    var isFirst: Bool
    var isLast: Bool
    var granule: UInt64
    var serial: UInt32
    var sequence: UInt32
    /// The lengths of the body's segments.
    var lacing: ArraySlice<UInt8>
    /// Where the body lies in the file.
    var body: Range<Int>

    init(_ bytes: [UInt8], at offset: Int, name: String) throws(MediaFileError) {
        func refusal(_ place: Int, _ what: String, _ remedy: String) -> MediaFileError {
            MediaFileError(file: name, offset: place, what: what, remedy: remedy)
        }
        let left = bytes.count - offset
        guard bytes[offset...].prefix(4).elementsEqual(Array("OggS".utf8).prefix(min(left, 4))) else {
            throw refusal(offset, "no Ogg page begins here", "the file is damaged: copy or encode it anew")
        }
        guard left >= Self.headerSize, left >= Self.headerSize + Int(bytes[offset + 26]) else {
            throw refusal(offset, "the page's header is cut short", "copy or encode the file anew")
        }
        guard bytes[offset + 4] == 0 else {
            throw refusal(offset + 4, "the Ogg version is \(bytes[offset + 4]), only 0 is known", "encode the file anew")
        }
        let start = offset + Self.headerSize + Int(bytes[offset + 26])
        lacing = bytes[(offset + Self.headerSize)..<start]
        let size = lacing.reduce(0) { $0 + Int($1) }
        guard size <= bytes.count - start else {
            throw refusal(
                offset, "the page should have \(size) bytes, \(bytes.count - start) are left: the file was cut short",
                "copy or encode it anew")
        }
        body = start..<(start + size)
        let stored = bytes.littleEndian(at: offset + 22, as: UInt32.self)
        guard stored == Self.checksum(bytes[offset..<body.upperBound]) else {
            throw refusal(offset, "the page's checksum does not fit its bytes", "the file is damaged: copy or encode it anew")
        }
        self.offset = offset
        let flags = bytes[offset + 5]
        isContinued = flags & 1 != 0
        isFirst = flags & 2 != 0
        isLast = flags & 4 != 0
        granule = bytes.littleEndian(at: offset + 6, as: UInt64.self)
        serial = bytes.littleEndian(at: offset + 14, as: UInt32.self)
        sequence = bytes.littleEndian(at: offset + 18, as: UInt32.self)
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        var crc = UInt32(byte) << 24
        for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000_0000 != 0 ? 0x04C1_1DB7 : 0) }
        return crc
    }

    /// The checksum of a page, as if its own field (bytes 22 to 25) were zero.
    static func checksum(_ page: ArraySlice<UInt8>) -> UInt32 {
        var crc: UInt32 = 0
        table.withUnsafeBufferPointer { table in
            for (index, byte) in page.enumerated() {
                let byte = (22..<26).contains(index) ? 0 : byte
                crc = (crc << 8) ^ table[Int(UInt8(truncatingIfNeeded: crc >> 24) ^ byte)]
            }
        }
        return crc
    }
}
