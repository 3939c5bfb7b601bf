public import NetworkImpairment
public import RTCCore

/// A ``STUNResponder`` as a machine of its own, for the simulation. It never finishes.
public final class STUNHost: HostedMachine {
    private var responder: STUNResponder
    private var hasAsked = false
    private var answers: [(path: Path, bytes: [UInt8])] = []

    public init(limit: RateLimit = RateLimit(perSecond: 5000, burst: 5000), at now: Instant) {
        responder = STUNResponder(limit: limit, at: now)
    }

    public var statistics: STUNResponder.Statistics { responder.statistics }

    public var deadline: Instant? { nil }

    public func advance(to now: Instant) {}

    public func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        let bytes = datagram.bytes
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { slot in
            let size = responder.answer(bytes, from: path.remote, into: slot, now: now)
            if size > 0 { answers.append((path, Array(slot[..<size]))) }
        }
    }

    public func receive(_ input: HostInput, now: Instant) {}

    public func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while !answers.isEmpty {
            guard !batch.isFull else { return .full }
            let answer = answers.removeFirst()
            batch.append(on: answer.path) { slot in
                slot.copyBytes(from: answer.bytes)
                return answer.bytes.count
            }
        }
        return .drained
    }

    public func nextRequest() -> HostRequest? {
        guard !hasAsked else { return nil }
        hasAsked = true
        return .openSocket(token: 0)
    }
}
