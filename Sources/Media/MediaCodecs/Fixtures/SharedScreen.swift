internal import RTCCore

/// A page of text on a dark screen with a blinking caret; another page comes every five seconds.
///
/// Pages are set for 720 rows and shrunk to the picture, as a simulcast does, so that small sizes are as hard to read as in a call.
/// Dark, because a flash must be brighter; without grain, because a screen has none.
struct SharedScreen: Scene {
    let format: SceneFormat
    /// As large as the picture.
    private let pages: [I420Image]

    private static let setWidth = 1280
    private static let setHeight = 720
    /// How long a page stays.
    private static let secondsPerPage = 5
    /// A page comes where neither a key frame nor a flash is, so that its frame is the one huge frame between key frames.
    private static let turning = 2.7

    init(_ format: SceneFormat, seed: UInt64) {
        self.format = format
        let count = max(1, format.seconds / Self.secondsPerPage)
        pages = (0..<count).map { number in
            var page = Page(number: number + 1, of: count, seed: seed)
            page.set()
            return Self.shrink(page.image, width: format.width, height: format.height)
        }
    }

    func paint(_ index: Int, into image: inout I420Image) {
        let time = Double(index) / Double(format.framesPerSecond)
        image = pages[Int((time + Double(Self.secondsPerPage) - Self.turning) / Double(Self.secondsPerPage)) % pages.count]
        guard index * 2 / format.framesPerSecond % 2 == 0 else { return }
        let caret = (x: Page.caret.x * image.width / Self.setWidth, y: Page.caret.y * image.height / Self.setHeight)
        let size = (width: max(1, image.width / 128), height: max(1, image.height / 40))
        for y in caret.y..<min(caret.y + size.height, image.height) {
            for x in caret.x..<min(caret.x + size.width, image.width) { image.luma[y * image.width + x] = 210 }
        }
    }

    private static func shrink(_ page: I420Image, width: Int, height: Int) -> I420Image {
        var image = I420Image(width: width, height: height)
        shrink(page.luma, (page.width, page.height), into: &image.luma, (width, height))
        let from = (page.chromaWidth, page.chromaHeight)
        shrink(page.chromaBlue, from, into: &image.chromaBlue, (image.chromaWidth, image.chromaHeight))
        shrink(page.chromaRed, from, into: &image.chromaRed, (image.chromaWidth, image.chromaHeight))
        return image
    }

    /// Each pixel becomes the mean of those that it covers.
    private static func shrink(
        _ source: [UInt8], _ from: (width: Int, height: Int), into: inout [UInt8], _ to: (width: Int, height: Int)
    ) {
        for y in 0..<to.height {
            let rows = (y * from.height / to.height)..<max((y + 1) * from.height / to.height, y * from.height / to.height + 1)
            for x in 0..<to.width {
                let columns = (x * from.width / to.width)..<max((x + 1) * from.width / to.width, x * from.width / to.width + 1)
                var sum = 0
                for row in rows { for column in columns { sum += Int(source[row * from.width + column]) } }
                into[y * to.width + x] = UInt8((sum + rows.count * columns.count / 2) / (rows.count * columns.count))
            }
        }
    }

    /// One page while it is set.
    private struct Page {
        private(set) var image = I420Image(width: setWidth, height: setHeight, luma: 34)
        private let number: Int
        private let count: Int
        private var random: SplitMix64

        static let caret = (x: 248, y: 684)
        private static let lineHeight = 22
        private static let advance = 12

        init(number: Int, of count: Int, seed: UInt64) {
            self.number = number
            self.count = count
            random = SplitMix64(seed: SplitMix64.derive(seed, "page \(number)"))
        }

        mutating func set() {
            fill(x: 0, y: 32, width: setWidth, height: 44, luma: 58, blue: 138, red: 120)
            fill(x: 0, y: 76, width: 224, height: setHeight - 76, luma: 46, blue: 134, red: 124)
            write("starling: page \(number) of \(count)", x: 24, y: 45, luma: 220)
            for line in 0..<26 {
                let luma: UInt8 = line == 3 * number ? 215 : 140
                write(words(atMost: 15), x: 20, y: 92 + line * Self.lineHeight, luma: luma)
            }
            for line in 0..<26 where line % 7 != 6 {
                let isLast = line % 7 == 5
                write(words(atMost: isLast ? 40 : 84) + (isLast ? "." : ""), x: 248, y: 92 + line * Self.lineHeight, luma: 200)
                // A mark beside a line, in one of three colors.
                let color: (blue: UInt8, red: UInt8) = [(90, 110), (150, 90), (110, 180)][Int.random(in: 0..<3, using: &random)]
                fill(x: 234, y: 92 + line * Self.lineHeight, width: 4, height: 18, luma: 120, blue: color.blue, red: color.red)
            }
        }

        private mutating func words(atMost length: Int) -> String {
            var text = ""
            while true {
                let word = Self.vocabulary[Int.random(in: 0..<Self.vocabulary.count, using: &random)]
                guard text.count + word.count + 1 <= length else { return text }
                text += (text.isEmpty ? "" : " ") + word
            }
        }

        private static let vocabulary = [
            "a", "and", "answer", "before", "between", "bird", "branch", "call", "candidate", "connection", "every", "flock",
            "frame",
            "from", "hears", "in", "is", "it", "jitter", "keeps", "key", "late", "listens", "morning", "network", "of", "often",
            "one", "packet", "picture", "queue", "room", "sees", "sings", "sky", "sound", "speaks", "summer", "the", "then", "to",
            "turns", "voice", "waits", "when", "whole", "wind", "with", "year", "1024", "48", "90", "3.5", "zero,", "next,",
            "who,",
        ]

        private mutating func write(_ text: String, x: Int, y: Int, luma: UInt8) {
            for (place, character) in text.enumerated() {
                for (row, bits) in BitmapFont.rows(character).enumerated() {
                    for column in 0..<BitmapFont.width where bits >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
                        let left = x + place * Self.advance + 2 * column
                        for dot in 0..<4 {
                            image.luma[(y + 2 * row + dot / 2) * setWidth + left + dot % 2] = luma
                        }
                    }
                }
            }
        }

        private mutating func fill(x: Int, y: Int, width: Int, height: Int, luma: UInt8, blue: UInt8, red: UInt8) {
            for row in y..<(y + height) {
                for column in x..<(x + width) {
                    image.luma[row * setWidth + column] = luma
                    image.chromaBlue[row / 2 * image.chromaWidth + column / 2] = blue
                    image.chromaRed[row / 2 * image.chromaWidth + column / 2] = red
                }
            }
        }
    }
}
