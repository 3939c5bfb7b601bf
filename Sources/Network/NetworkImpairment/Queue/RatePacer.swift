public import RTCCore

/// A link that sends one packet after another at a rate; its owner keeps the queue.
///
/// With a bucket it is a token bucket: what it could have sent while it was idle, up to the bucket's depth, it sends at once later.
public struct RatePacer: Sendable {
    public private(set) var bitsPerSecond: Double
    /// When the packet in transmission will have left; `nil` while the link is idle.
    public private(set) var departure: Instant?
    private var bitsLeft = 0.0
    private var since = Instant.origin
    private var bucket: Double
    private var saved: Double
    /// Since when the link has been idle, or its savings were counted.
    private var idleSince: Instant?

    /// - Parameter bucket: In bytes; it is full at the beginning.
    public init(bitsPerSecond: Double, bucket: Int = 0) {
        precondition(bitsPerSecond > 0, "a link has a rate")
        self.bitsPerSecond = bitsPerSecond
        self.bucket = Double(bucket) * 8
        saved = self.bucket
    }

    /// Begins to send a packet of so many bytes, headers included. The link must be idle.
    public mutating func begin(bytes: Int, at now: Instant) {
        precondition(departure == nil, "a link sends one packet at a time")
        bitsLeft = Double(bytes) * 8
        if bucket > 0 { spend(at: now) }
        since = now
        departure = now.advanced(byNanoseconds: nanoseconds(forBits: bitsLeft))
    }

    /// Begins to send a packet whose end somebody else knows. The link must be idle.
    mutating func begin(departingAt departure: Instant) {
        precondition(self.departure == nil, "a link sends one packet at a time")
        self.departure = departure
    }

    /// The packet in transmission has left, or is given up.
    public mutating func finish(at now: Instant) {
        departure = nil
        idleSince = now
    }

    /// Changes the rate; what is left of the packet in transmission takes the new one.
    public mutating func setRate(_ rate: Double, bucket: Int = 0, at now: Instant) {
        precondition(rate > 0, "a link has a rate")
        if departure != nil {
            bitsLeft = max(0, bitsLeft - Double(max(0, since.nanoseconds(to: now))) * bitsPerSecond / 1e9)
            since = now
        } else if self.bucket > 0 {
            save(until: now)
        }
        bitsPerSecond = rate
        self.bucket = Double(bucket) * 8
        saved = min(saved, self.bucket)
        if departure != nil { departure = now.advanced(byNanoseconds: nanoseconds(forBits: bitsLeft)) }
    }

    /// How long so many bytes take at the present rate, in nanoseconds.
    public func nanoseconds(forBytes bytes: Int) -> Int64 {
        nanoseconds(forBits: Double(bytes) * 8)
    }

    private mutating func save(until now: Instant) {
        if let idleSince { saved += Double(max(0, idleSince.nanoseconds(to: now))) * bitsPerSecond / 1e9 }
        saved = min(saved, bucket)
        idleSince = now
    }

    private mutating func spend(at now: Instant) {
        save(until: now)
        let spent = min(saved, bitsLeft)
        saved -= spent
        bitsLeft -= spent
        idleSince = nil
    }

    private func nanoseconds(forBits bits: Double) -> Int64 {
        let aCentury = 3.2e18
        return Int64(min(bits / bitsPerSecond * 1e9, aCentury) + 0.5)
    }
}
