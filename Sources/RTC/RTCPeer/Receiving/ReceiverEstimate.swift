package import RTCCore

/// What a sender may send that asks for an estimate (REMB) and for no feedback of each packet: the loss-based half of
/// draft-ietf-rmcat-gcc-02 §6, with what came as a bound.
///
/// It knows nothing of delay, so it lets a queue fill before it holds back.
package struct ReceiverEstimate {
    package struct Timing: Sendable {
        /// Losses below which it rises, and above which it falls.
        var harmless = 0.02
        var harmful = 0.1
        /// By how much it rises with each report.
        var growth = 1.08
        /// How far above what came it may lie: a sender needs room to show that there is more.
        var headroom = 1.5
        /// Bits per second to begin with, as libwebrtc's senders do, and the least.
        var first = 300_000.0
        var least = 30_000.0
    }

    private let timing = Timing()
    private var estimate: Double
    private var last: (bytes: UInt64, at: Instant)?

    package init() {
        estimate = timing.first
    }

    /// - Parameters:
    ///   - bytesReceived: Of payload, since the call began.
    ///   - fractionLost: Since the last report, 0...1.
    /// - Returns: Bits per second.
    package mutating func update(bytesReceived: UInt64, fractionLost: Double, at now: Instant)
        -> UInt64
    {
        defer { last = (bytesReceived, now) }
        guard let last, now > last.at, bytesReceived >= last.bytes else { return UInt64(estimate) }
        let rate = Double(bytesReceived - last.bytes) * 8 / (now - last.at).inSeconds
        if fractionLost > timing.harmful {
            estimate = max(timing.least, estimate * (1 - 0.5 * fractionLost))
        } else if fractionLost < timing.harmless {
            estimate = max(estimate, min(estimate * timing.growth, rate * timing.headroom))
        }
        return UInt64(estimate)
    }
}
