/// A sine at 48 kHz, one sample after the other.
struct Oscillator {
    private let turn: (x: Double, y: Double)
    private var point = (x: 1.0, y: 0.0)

    /// - Parameter frequency: In hertz.
    init(frequency: Double) {
        let angle = 2 * Double.pi * frequency / 48_000
        turn = (PortableMath.cos(angle), PortableMath.sin(angle))
    }

    /// −1 to 1, zero first.
    mutating func next() -> Double {
        let value = point.y
        point = (point.x * turn.x - point.y * turn.y, point.x * turn.y + point.y * turn.x)
        return value
    }
}
