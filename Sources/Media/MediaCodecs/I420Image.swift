/// A picture in I420: full luma, and both chroma planes at half the width and height, odd sizes rounded up.
public struct I420Image: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Rows of ``width`` bytes, 16 (black) to 235 (white).
    public var luma: [UInt8]
    /// Rows of ``chromaWidth`` bytes, 128 for grey.
    public var chromaBlue: [UInt8]
    public var chromaRed: [UInt8]

    public var chromaWidth: Int { (width + 1) / 2 }
    public var chromaHeight: Int { (height + 1) / 2 }

    /// A picture of one grey.
    public init(width: Int, height: Int, luma: UInt8 = 16) {
        precondition((1...16_383).contains(width) && (1...16_383).contains(height), "VP8 has 14 bits for width and height")
        self.width = width
        self.height = height
        self.luma = Array(repeating: luma, count: width * height)
        let chroma = ((width + 1) / 2) * ((height + 1) / 2)
        chromaBlue = Array(repeating: 128, count: chroma)
        chromaRed = Array(repeating: 128, count: chroma)
    }
}
