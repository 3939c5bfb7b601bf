public import RTCCore

/// One subscriber's connection to a server that forwards a track to it.
public struct Subscription: Hashable, Sendable {
    /// When the subscriber's keys were agreed: frames are due to it from then on.
    public var start: Instant
    /// When it stopped listening.
    public var end: Instant
    /// The source under which the server forwards the track; 0 where nothing came.
    public var ssrc: UInt32

    public init(start: Instant, end: Instant, ssrc: UInt32) {
        self.start = start
        self.end = end
        self.ssrc = ssrc
    }

    /// What was due while it lasted, and what came although it was due a moment earlier: the server had it still under way.
    ///
    /// - Parameter came: Places of frames of which something came, ascending.
    func due(in sent: SentBook, came: [Int]) -> Range<Int> {
        var first = 0
        while first < sent.count, sent[first].due < start { first += 1 }
        first = min(first, came.first ?? first)
        var last = sent.count
        while last > first, sent[last - 1].due >= end { last -= 1 }
        return first..<last
    }
}
