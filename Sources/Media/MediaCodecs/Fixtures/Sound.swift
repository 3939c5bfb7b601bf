/// What a made audio file lets hear.
protocol Sound: Sendable {
    var channels: Int { get }
    /// The whole loop at 48 kHz with the chirps in it; stereo samples alternate, left first.
    func samples() -> [Int16]
}
