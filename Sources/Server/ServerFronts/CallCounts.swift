public import Operations
public import SignalingProtocol

/// What clients have told of their calls since the server began.
public struct CallCounts: Hashable, Sendable {
    public var connected = 0
    public var failed = 0
    /// 0 to 100.
    public var health = MetricHistogram([10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100])
    public var duration = MetricHistogram([1, 10, 60, 300, 600, 1800, 3600, 7200])
    public var setup = MetricHistogram.seconds
    public var roundTrip = MetricHistogram.seconds
    public var jitter = MetricHistogram.seconds
    /// 0 to 1.
    public var loss = MetricHistogram([0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
    /// Bits per second received, of a track.
    public var bitrate = MetricHistogram([16e3, 32e3, 64e3, 128e3, 256e3, 512e3, 1e6, 2e6, 4e6, 8e6])

    public init() {}

    mutating func add(_ report: StatsReport) {
        if let milliseconds = report.roundTrip { roundTrip.add(milliseconds / 1000) }
        if let milliseconds = report.jitterMilliseconds { jitter.add(milliseconds / 1000) }
        if let share = report.loss { loss.add(share) }
        for call in report.calls { add(call) }
    }

    /// How one call went, all in all.
    public mutating func add(_ call: CallReport) {
        health.add(call.health)
        guard call.outcome == .connected else {
            failed += 1
            return
        }
        connected += 1
        duration.add(call.duration)
        if let seconds = call.setup { setup.add(seconds) }
        if let seconds = call.roundTripTime { roundTrip.add(seconds) }
        if let seconds = call.jitter { jitter.add(seconds) }
        if let share = call.loss { loss.add(share) }
        // Bytes of next to no time make a rate that would drown the sum of all others.
        guard call.duration >= 0.001 else { return }
        for track in call.tracks {
            if let bytes = track.bytesReceived { bitrate.add(Double(bytes) * 8 / call.duration) }
        }
    }
}
