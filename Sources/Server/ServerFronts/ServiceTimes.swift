public import Operations
public import RTCCore

/// How long the server itself takes: from reading a message to having handed to the sockets what comes of it.
///
/// It is told of each message that was read, and then once that everything said since has been handed over. Once each type of request has
/// come, nothing of that allocates.
public struct ServiceTimes: Hashable, Sendable {
    private struct Message: Hashable, Sendable {
        let readAt: Instant
        let type: String?
        let signals: Int
    }

    /// Native requests by their type; of types that nobody knows, as `unknown`.
    public private(set) var requests: [String: MetricHistogram] = [:]
    /// Signals passed on, of whatever front.
    public private(set) var relay = MetricHistogram.work
    private var underWay: [Message] = []

    public init() {}

    /// - Parameters:
    ///   - type: Of a native request; `nil` for everything else.
    ///   - signals: As many go on to their receivers because of it.
    public mutating func read(type: String?, signals: Int, at now: Instant) {
        guard type != nil || signals > 0 else { return }
        underWay.append(Message(readAt: now, type: type, signals: signals))
    }

    public mutating func handedOver(at now: Instant) {
        guard !underWay.isEmpty else { return }
        for message in underWay {
            let seconds = (now - message.readAt).inSeconds
            if let type = message.type { requests[type, default: .work].add(seconds) }
            if message.signals > 0 { relay.add(seconds, count: message.signals) }
        }
        underWay.removeAll(keepingCapacity: true)
    }
}
