public import NetworkImpairment
public import RTCCore

extension Simulation {
    struct Outage {
        let duration: Duration
        let replacement: (Instant) -> any SignalingService
        var hasBegun = false
    }

    /// Takes the signaling service down for a time, as if its process were killed: every connection breaks without a close code, and
    /// attempts to connect fail until another service takes its place.
    ///
    /// - Parameters:
    ///   - start: The past means now.
    ///   - duration: From `start`.
    ///   - replacement: Makes the service that comes up at the end, told when that is.
    public func takeServiceDown(
        at start: Instant, for duration: Duration, replacedBy replacement: @escaping (Instant) -> any SignalingService
    ) {
        precondition(duration >= .zero, "An outage does not end before it begins.")
        outages.append(Outage(duration: duration, replacement: replacement))
        events.push(.outage(outages.count - 1), at: max(start, now))
    }

    /// Begins an outage, or ends it.
    func step(_ index: Int) {
        guard !outages[index].hasBegun else {
            service = outages[index].replacement(now)
            serve(service)
            return
        }
        outages[index].hasBegun = true
        service = nil
        for connection in connections.compactMap({ $0 }) where connection.isKnownToService {
            connection.isKnownToService = false
            guard !connection.isClosedByService else { continue }
            connection.isClosedByService = true
            connection.down.offer(.closed(code: nil, reason: "the server broke the connection"), now: now)
            serve(connection)
        }
        events.push(.outage(index), at: now + outages[index].duration)
    }
}
