public import RTCCore

/// A link that sends one packet after another at a rate; its owner keeps the queue.
public struct RatePacer: Sendable {
    public private(set) var bitsPerSecond: Double
    /// When the packet in transmission will have left; `nil` while the link is idle.
    public private(set) var departure: Instant?
    private var bitsLeft = 0.0
    private var since = Instant.origin

    public init(bitsPerSecond: Double) {
        precondition(bitsPerSecond > 0, "a link has a rate")
        self.bitsPerSecond = bitsPerSecond
    }

    /// Begins to send a packet of so many bytes, headers included. The link must be idle.
    public mutating func begin(bytes: Int, at now: Instant) {
        precondition(departure == nil, "a link sends one packet at a time")
        bitsLeft = Double(bytes) * 8
        since = now
        departure = now.advanced(byNanoseconds: nanoseconds(forBits: bitsLeft))
    }

    /// The packet in transmission has left, or is given up.
    public mutating func finish() {
        departure = nil
    }

    /// Changes the rate; what is left of the packet in transmission takes the new one.
    public mutating func setRate(_ rate: Double, at now: Instant) {
        precondition(rate > 0, "a link has a rate")
        if departure != nil {
            bitsLeft = max(0, bitsLeft - Double(max(0, since.nanoseconds(to: now))) * bitsPerSecond / 1e9)
            since = now
        }
        bitsPerSecond = rate
        if departure != nil { departure = now.advanced(byNanoseconds: nanoseconds(forBits: bitsLeft)) }
    }

    /// How long so many bytes take at the present rate, in nanoseconds.
    public func nanoseconds(forBytes bytes: Int) -> Int64 {
        nanoseconds(forBits: Double(bytes) * 8)
    }

    private func nanoseconds(forBits bits: Double) -> Int64 {
        let aCentury = 3.2e18
        return Int64(min(bits / bitsPerSecond * 1e9, aCentury) + 0.5)
    }
}
