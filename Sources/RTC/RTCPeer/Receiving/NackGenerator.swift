package import RTCCore

/// Asks again for packets that are missing (RFC 4585 §6.2.1), and says when asking has failed.
package struct NackGenerator {
    package struct Timing: Sendable {
        /// How long a gap may be mere reordering before it is asked for.
        var patience: Duration = .milliseconds(5)
        /// Time between two requests for one packet, at least; a round trip where that is longer.
        var interval: Duration = .milliseconds(33)
        /// Requests for one packet before it is given up.
        var attempts = 10
        /// A longer gap is not asked for: a key frame repairs it for less.
        var longestGap: Int64 = 100
    }

    private struct Missing {
        var sequence: Int64
        var nextRequest: Instant
        var attempts: Int
    }

    private let timing: Timing
    private var missing: ContiguousArray<Missing> = []
    package private(set) var deadline: Instant?
    /// Packets that were given up, since the last look.
    package private(set) var abandoned = 0

    package init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// The numbers in `gap` are missing.
    package mutating func noteGap(_ gap: Range<Int64>, now: Instant) {
        guard gap.count <= timing.longestGap, missing.count + gap.count <= Int(timing.longestGap) * 2 else {
            abandoned += gap.count + missing.count
            missing.removeAll(keepingCapacity: true)
            deadline = nil
            return
        }
        if missing.capacity == 0 { missing.reserveCapacity(Int(timing.longestGap) * 2) }
        for sequence in gap {
            missing.append(Missing(sequence: sequence, nextRequest: now + timing.patience, attempts: 0))
        }
        deadline = earliest(deadline, now + timing.patience)
    }

    package mutating func noteArrival(_ sequence: Int64) {
        guard !missing.isEmpty, let index = missing.firstIndex(where: { $0.sequence == sequence }) else { return }
        missing.remove(at: index)
        if missing.isEmpty { deadline = nil }
    }

    /// The numbers to ask for now.
    package mutating func advance(to now: Instant, roundTripTime: Duration?, request: (Int64) -> Void) {
        guard let deadline, now >= deadline else { return }
        let interval = max(timing.interval, roundTripTime ?? .zero)
        var next: Instant?
        var kept = 0
        for index in missing.indices {
            var entry = missing[index]
            if entry.nextRequest <= now {
                guard entry.attempts < timing.attempts else {
                    abandoned += 1
                    continue
                }
                entry.attempts += 1
                entry.nextRequest = now + interval
                request(entry.sequence)
            }
            next = earliest(next, entry.nextRequest)
            missing[kept] = entry
            kept += 1
        }
        missing.removeLast(missing.count - kept)
        self.deadline = next
    }

    /// Asks for nothing of what was missing until now.
    package mutating func forget() {
        missing.removeAll(keepingCapacity: true)
        deadline = nil
        abandoned = 0
    }

    package mutating func takeAbandoned() -> Int {
        defer { abandoned = 0 }
        return abandoned
    }
}
