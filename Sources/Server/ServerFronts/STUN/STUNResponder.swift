public import RTCCore
internal import RTCWire

/// Tells whoever asks under which address its datagram arrived: a STUN server for the Binding method alone (RFC 8489 §12).
///
/// It asks for no credentials, keeps nothing of a client, and answers a request with at most twice its size. What is no Binding request
/// is ignored; one with an attribute that must be understood and is not is refused with 420.
public struct STUNResponder {
    /// What a responder has done so far.
    public struct Statistics: Hashable, Sendable {
        public var answered = 0
        public var refused = 0
        /// Datagrams that are no Binding request.
        public var ignored = 0
        /// Requests above the rate, which stay without an answer.
        public var limited = 0
    }

    public private(set) var statistics = Statistics()
    private let limit: RateLimit
    private var bucket: TokenBucket

    /// - Parameter limit: Answers, for all clients together.
    public init(limit: RateLimit = RateLimit(perSecond: 5000, burst: 5000), at now: Instant) {
        self.limit = limit
        bucket = TokenBucket(limit, at: now)
    }

    /// Writes the answer to one datagram.
    ///
    /// - Parameters:
    ///   - source: Where it came from.
    ///   - slot: At least 128 bytes.
    /// - Returns: The answer's size in bytes; 0 for none.
    public mutating func answer(
        _ datagram: RawSpan, from source: SocketAddress, into slot: UnsafeMutableRawBufferPointer, now: Instant
    ) -> Int {
        guard let request = try? STUNMessage(parsing: datagram), request.method == .binding, request.messageClass == .request
        else {
            statistics.ignored += 1
            return 0
        }
        guard bucket.take(limit, now: now) == nil else {
            statistics.limited += 1
            return 0
        }
        guard request.unknownRequired.isEmpty else {
            statistics.refused += 1
            var writer = STUNWriter(slot, .error, .binding, request.transactionID)
            writer.append(.unknownAttribute)
            writer.append(request.unknownRequired)
            return writer.finish()
        }
        statistics.answered += 1
        var writer = STUNWriter(slot, .success, .binding, request.transactionID)
        writer.append(.xorMappedAddress, xor: source)
        return writer.finish()
    }
}
