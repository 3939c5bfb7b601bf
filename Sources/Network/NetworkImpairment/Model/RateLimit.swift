/// A bottleneck link.
public struct RateLimit: Hashable, Sendable {
    /// What waits before the link, and what becomes of the rest. A packet that finds the link idle always goes.
    public enum Queue: Hashable, Sendable {
        /// Drops what would wait longer than this. Where a trace sets the rate: what does not fit into the bytes that the trace's mean
        /// rate carries in this time.
        case dropTail(Duration)
        /// Drops what does not fit into this many bytes, IP and UDP headers included.
        case bytes(Int)
        /// Drops what does not fit into this many packets.
        case packets(Int)
        /// Controls its delay.
        case codel(CoDel.Parameters)
        /// Drops nothing before the pipe's own ``ImpairedPipe/Limits`` do.
        case endless
    }

    /// Capacity in bits per second, IP and UDP headers included.
    public var bitsPerSecond: Double
    /// What an idle link saves up, in bytes, to send at once: the depth of a token bucket. Zero for a plain serialising link.
    public var bucket: Int
    public var queue: Queue

    /// RFC 8867 §4.1 has 300 ms for its test cases.
    public static let defaultQueue = Queue.dropTail(.milliseconds(300))

    public init(bitsPerSecond: Double, bucket: Int = 0, queue: Queue = Self.defaultQueue) {
        precondition(bitsPerSecond > 0, "a link has a rate")
        precondition(bucket >= 0, "a bucket holds nothing or something")
        self.bitsPerSecond = bitsPerSecond
        self.bucket = bucket
        self.queue = queue
    }
}
