/// A picture's number in the picture itself: a strip of 52 black or white cells along its upper edge.
///
/// ```
///  1010 | 32 bits, the number, high bit first | 16 bits, CRC-16/CCITT-FALSE of the number
/// ```
///
/// The strip survives transcoding and scaling; pictures of 360 rows or more carry it twice, one below the other.
public enum IdStrip {
    static let cells = 52
    private static let sync: UInt64 = 0b1010

    /// Rows of pixels in one strip.
    public static func rowHeight(pictureHeight: Int) -> Int {
        max(8, pictureHeight / 45)
    }

    /// Rows of pixels that the strips take: exclude them when pictures are compared.
    public static func height(pictureHeight: Int) -> Int {
        rowHeight(pictureHeight: pictureHeight) * rows(pictureHeight: pictureHeight)
    }

    private static func rows(pictureHeight: Int) -> Int {
        pictureHeight >= 360 ? 2 : 1
    }

    /// Draws the strips over the picture's upper edge.
    public static func draw(_ id: UInt32, into image: inout I420Image) {
        let word = sync << 48 | UInt64(id) << 16 | UInt64(checksum(id))
        let height = min(height(pictureHeight: image.height), image.height)
        for x in 0..<image.width {
            let bit = word >> UInt64(cells - 1 - (2 * x + 1) * cells / (2 * image.width)) & 1
            for y in 0..<height { image.luma[y * image.width + x] = bit == 1 ? 235 : 16 }
        }
        for index in 0..<(image.chromaWidth * min((height + 1) / 2, image.chromaHeight)) {
            image.chromaBlue[index] = 128
            image.chromaRed[index] = 128
        }
    }

    /// The picture's number; `nil` where no strip with a right checksum is to be seen.
    public static func read(_ image: I420Image) -> UInt32? {
        let rows = rows(pictureHeight: image.height)
        let height = rowHeight(pictureHeight: image.height)
        guard image.width >= cells, image.height >= rows * height else { return nil }
        var sums = [Int](repeating: 0, count: cells)
        for row in 0..<rows {
            let levels = (0..<cells).map { level(of: $0, row: row, height: height, in: image) }
            if let id = decode(levels) { return id }
            for cell in 0..<cells { sums[cell] += levels[cell] }
        }
        return decode(sums)
    }

    /// The summed luma of the middle of one cell.
    private static func level(of cell: Int, row: Int, height: Int, in image: I420Image) -> Int {
        let center = (2 * cell + 1) * image.width / (2 * cells)
        let reach = max(image.width / cells / 4, 0)
        var sum = 0
        var count = 0
        for y in (row * height + height / 4)..<(row * height + height - height / 4) {
            for x in max(center - reach, 0)...min(center + reach, image.width - 1) {
                sum += Int(image.luma[y * image.width + x])
                count += 1
            }
        }
        return sum * 16 / max(count, 1)
    }

    private static func decode(_ levels: [Int]) -> UInt32? {
        guard let darkest = levels.min(), let brightest = levels.max(), brightest > darkest else { return nil }
        let threshold = (darkest + brightest) / 2
        let word = levels.reduce(UInt64(0)) { $0 << 1 | ($1 > threshold ? 1 : 0) }
        let id = UInt32(truncatingIfNeeded: word >> 16)
        guard word >> 48 == sync, UInt16(truncatingIfNeeded: word) == checksum(id) else { return nil }
        return id
    }

    /// CRC-16/CCITT-FALSE: polynomial 0x1021 from 0xFFFF.
    static func checksum(_ id: UInt32) -> UInt16 {
        var crc: UInt16 = 0xFFFF
        for shift in [24, 16, 8, 0] as [UInt32] {
            crc ^= UInt16(UInt8(truncatingIfNeeded: id >> shift)) << 8
            for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000 != 0 ? 0x1021 : 0) }
        }
        return crc
    }
}
