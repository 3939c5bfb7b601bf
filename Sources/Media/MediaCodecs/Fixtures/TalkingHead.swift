/// A drawn head that nods and speaks before a soft background.
struct TalkingHead: Scene {
    let format: SceneFormat
    let speech: SpeechSynthesis
    let seed: UInt64
    /// The mean strength of the grain, in steps of luma.
    private let grain = 2

    init(_ format: SceneFormat, speech: SpeechSynthesis, seed: UInt64) {
        self.format = format
        self.speech = speech
        self.seed = seed
    }

    private var width: Int { format.width }
    private var height: Int { format.height }
    private var framesPerSecond: Int { format.framesPerSecond }

    /// Where things are in one picture, in pixels.
    private struct Pose {
        var center: (x: Double, y: Double)
        var radius: (x: Double, y: Double)
        var mouth: Double
        var blink: Bool
        var drift: Double
    }

    private func pose(_ index: Int) -> Pose {
        let time = Double(index) / Double(framesPerSecond)
        // Whole turns in a loop, so that the seam is not seen.
        let turn = 2 * Double.pi * time / Double(speech.length)
        let size = Double(height)
        return Pose(
            center: (
                Double(width) / 2 + size * (0.025 * PortableMath.sin(2 * turn) + 0.008 * PortableMath.sin(7 * turn)),
                size * (0.5 + 0.012 * PortableMath.sin(3 * turn) + 0.006 * PortableMath.cos(11 * turn))
            ),
            radius: (size * 0.2, size * 0.28), mouth: speech.mouthOpening(at: time),
            blink: Int(time * Double(framesPerSecond)) % (framesPerSecond * 3) < framesPerSecond / 8,
            drift: PortableMath.sin(turn))
    }

    func paint(_ index: Int, into image: inout I420Image) {
        let pose = pose(index)
        var sensor = Grain(seed: seed, picture: index)
        image.luma.withUnsafeMutableBufferPointer { luma in
            for y in 0..<height {
                for x in 0..<width {
                    let value = shade(Double(x), Double(y), pose).luma + Double(sensor.next(x: x) * grain) / 6
                    luma[y * width + x] = UInt8(min(max(value, 16), 235))
                }
            }
        }
        for y in 0..<image.chromaHeight {
            for x in 0..<image.chromaWidth {
                let color = shade(Double(2 * x), Double(2 * y), pose)
                image.chromaBlue[y * image.chromaWidth + x] = color.blue
                image.chromaRed[y * image.chromaWidth + x] = color.red
            }
        }
    }

    private struct Color {
        var luma: Double
        var blue: UInt8
        var red: UInt8
    }

    private func shade(_ x: Double, _ y: Double, _ pose: Pose) -> Color {
        let u = (x - pose.center.x) / pose.radius.x
        let v = (y - pose.center.y) / pose.radius.y
        let distance = u * u + v * v
        let background = 70 + 50 * x / Double(width) + 30 * y / Double(height) + 4 * pose.drift
        if distance < 1 { return face(u, v, distance, pose) }
        // Shoulders below, hair around the head.
        let shoulder = (x - pose.center.x) / (pose.radius.x * 2.1)
        let below = (y - pose.center.y - pose.radius.y * 1.9) / pose.radius.y
        if shoulder * shoulder + below * below < 1 { return Color(luma: 62 + 14 * shoulder, blue: 140, red: 118) }
        if distance < 1.35 && v < 0.25 { return Color(luma: 38, blue: 124, red: 134) }
        return Color(luma: background, blue: 132, red: 122)
    }

    private func face(_ u: Double, _ v: Double, _ distance: Double, _ pose: Pose) -> Color {
        let mouth = (u / 0.36, (v - 0.5) / (0.035 + 0.13 * pose.mouth))
        if mouth.0 * mouth.0 + mouth.1 * mouth.1 < 1 { return Color(luma: 52, blue: 118, red: 160) }
        let eye = ((abs(u) - 0.38) / 0.13, (v + 0.2) / (pose.blink ? 0.015 : 0.07))
        let inEye = eye.0 * eye.0 + eye.1 * eye.1
        if inEye < 0.22 { return Color(luma: 32, blue: 128, red: 128) }
        if inEye < 1 { return Color(luma: 205, blue: 128, red: 128) }
        if abs(abs(u) - 0.38) < 0.18 && abs(v + 0.36) < 0.028 { return Color(luma: 48, blue: 124, red: 134) }
        if abs(u) < 0.05 && v > -0.15 && v < 0.22 { return Color(luma: 170, blue: 112, red: 150) }
        return Color(luma: 168 - 34 * distance + 16 * u, blue: 110, red: 152)
    }
}
