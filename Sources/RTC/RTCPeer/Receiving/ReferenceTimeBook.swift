package import RTCCore
package import RTCWire

/// Remembers when receivers said what time it is for them, so that the next report tells them how long ago (RFC 3611 §4.4 and §4.5).
package struct ReferenceTimeBook {
    private struct Entry {
        var ssrc: UInt32
        /// The middle 32 bits of its NTP time.
        var middle: UInt32
        var arrivedAt: Instant
    }

    /// Receivers that are remembered; a call of ours has few on its other end.
    package static let limit = 8

    private var entries: [Entry] = []

    package init() {}

    package mutating func receive(ntp: UInt64, from ssrc: UInt32, at arrivedAt: Instant) {
        entries.removeAll { $0.ssrc == ssrc }
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(
            Entry(ssrc: ssrc, middle: UInt32(truncatingIfNeeded: ntp >> 16), arrivedAt: arrivedAt))
    }

    /// The answers, each given once.
    package mutating func take(at now: Instant) -> [RTCPExtendedReport.LastReceiverReport] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries.map { entry in
            let elapsed = max(0, entry.arrivedAt.nanoseconds(to: now))
            return .init(
                ssrc: entry.ssrc, lastRR: entry.middle,
                delaySinceLastRR: UInt32(clamping: (elapsed << 16) / 1_000_000_000))
        }
    }
}
