/// What a made video shows; the flash and the number are drawn over it.
protocol Scene: Sendable {
    /// Paints one picture of the loop.
    func paint(_ index: Int, into image: inout I420Image)
}

/// How a scene is cut into pictures.
struct SceneFormat: Sendable {
    /// Pixels.
    var width: Int
    /// Pixels.
    var height: Int
    var framesPerSecond: Int
    /// The length of the loop.
    var seconds: Int

    /// Pictures in the loop.
    var frameCount: Int { framesPerSecond * seconds }

    /// Whether the flash falls into the time of a picture.
    func isFlash(_ index: Int) -> Bool {
        let rate = UInt64(framesPerSecond)
        let place = UInt64(index) % rate
        return (place * 1_000_000_000 / rate..<(place + 1) * 1_000_000_000 / rate).contains(FlashAndChirp.offset)
    }

    /// How much of the loop lies before a picture, 0 to 1.
    func progress(_ index: Int) -> Double {
        Double(index) / Double(frameCount)
    }
}
