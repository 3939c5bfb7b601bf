internal import RTCCore

/// Two layers full of detail that drift over each other: what an encoder finds hardest, short of noise.
struct HighMotion: Scene {
    let format: SceneFormat
    private let seed: UInt64
    private let behind: Layer
    private let before: Layer
    /// Where the layer in front is to be seen.
    private let cover: [Bool]
    /// The strength of the grain in sixths of a step of luma.
    private let grain = 2

    init(_ format: SceneFormat, seed: UInt64) {
        self.format = format
        self.seed = seed
        let side = 2 * format.height
        behind = Layer(side: side, brightness: 105, seed: SplitMix64.derive(seed, "behind"))
        before = Layer(side: side, brightness: 140, seed: SplitMix64.derive(seed, "before"))
        cover = Self.noise(side: side, octaves: 2...3, fall: 0.5, seed: SplitMix64.derive(seed, "cover")).map { $0 > 0.15 }
    }

    /// A square that goes on beyond its edges, twice as high as the picture.
    private struct Layer {
        let side: Int
        let luma: [UInt8]
        /// At half the width and height, as in the picture.
        let chromaBlue: [UInt8]
        let chromaRed: [UInt8]

        init(side: Int, brightness: Double, seed: UInt64) {
            self.side = side
            luma = HighMotion.noise(side: side, octaves: 2...8, fall: 0.8, seed: SplitMix64.derive(seed, "luma")).map {
                UInt8(min(max(brightness + 55 * $0, 20), 230))
            }
            func chroma(_ label: String) -> [UInt8] {
                HighMotion.noise(side: side / 2, octaves: 2...4, fall: 0.6, seed: SplitMix64.derive(seed, label)).map {
                    UInt8(min(max(128 + 38 * $0, 40), 216))
                }
            }
            chromaBlue = chroma("blue")
            chromaRed = chroma("red")
        }
    }

    func paint(_ index: Int, into image: inout I420Image) {
        let progress = format.progress(index)
        let side = Double(behind.side)
        // Whole squares in a loop, so that the seam is not seen; even steps, so that chroma goes along.
        func step(_ squares: Double) -> Int { 2 * Int(progress * squares * side / 2) }
        let far = (x: step(2), y: step(1))
        let near = (x: 4 * behind.side - step(3), y: step(1))
        var sensor = Grain(seed: seed, picture: index)
        for y in 0..<image.height {
            for x in 0..<image.width {
                let place = Self.place(x, y, near, side: before.side)
                let value = cover[place] ? before.luma[place] : behind.luma[Self.place(x, y, far, side: behind.side)]
                image.luma[y * image.width + x] = UInt8(min(max(Int(value) + sensor.next(x: x) * grain / 6, 16), 235))
            }
        }
        let halfFar = (x: far.x / 2, y: far.y / 2)
        let halfNear = (x: near.x / 2, y: near.y / 2)
        for y in 0..<image.chromaHeight {
            for x in 0..<image.chromaWidth {
                let isNear = cover[Self.place(2 * x, 2 * y, near, side: before.side)]
                let layer = isNear ? before : behind
                let place = Self.place(x, y, isNear ? halfNear : halfFar, side: layer.side / 2)
                image.chromaBlue[y * image.chromaWidth + x] = layer.chromaBlue[place]
                image.chromaRed[y * image.chromaWidth + x] = layer.chromaRed[place]
            }
        }
    }

    private static func place(_ x: Int, _ y: Int, _ shift: (x: Int, y: Int), side: Int) -> Int {
        (y + shift.y) % side * side + (x + shift.x) % side
    }

    /// Smooth noise of several octaves, about −1 to 1, on a square whose edges meet.
    ///
    /// - Parameters:
    ///   - octaves: Octave 3 has 2³ waves over the square's side.
    ///   - fall: The strength of each octave, in that of the one before.
    private static func noise(side: Int, octaves: ClosedRange<Int>, fall: Double, seed: UInt64) -> [Double] {
        var sum = [Double](repeating: 0, count: side * side)
        var strength = 1.0
        for octave in octaves {
            let cells = 1 << octave
            var random = SplitMix64(seed: SplitMix64.derive(seed, "octave \(octave)"))
            let corners = (0..<(cells * cells)).map { _ in 2 * random.unitInterval() - 1 }
            let places = (0..<side).map { place -> (cell: Int, next: Int, weight: Double) in
                let exact = Double(place * cells) / Double(side)
                let rest = exact - exact.rounded(.down)
                return (Int(exact), (Int(exact) + 1) % cells, rest * rest * (3 - 2 * rest))
            }
            for y in 0..<side {
                let row = places[y]
                for x in 0..<side {
                    let column = places[x]
                    let here =
                        corners[row.cell * cells + column.cell] * (1 - column.weight)
                        + corners[row.cell * cells + column.next] * column.weight
                    let below =
                        corners[row.next * cells + column.cell] * (1 - column.weight)
                        + corners[row.next * cells + column.next] * column.weight
                    sum[y * side + x] += strength * (here * (1 - row.weight) + below * row.weight)
                }
            }
            strength *= fall
        }
        return sum
    }
}
