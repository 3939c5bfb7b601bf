internal import RTCCore

/// The bottleneck: a first-in-first-out queue of slots before a link.
extension ImpairedPipe {
    /// Whether the queue takes one more; a packet that finds the link idle always goes.
    func hasRoom(for item: Held, _ queue: RateLimit.Queue, at now: Instant) -> Bool {
        guard let pacer, let departure = pacer.departure else { return true }
        switch queue {
        case .dropTail:
            let wait = max(0, now.nanoseconds(to: departure)) &+ pacer.nanoseconds(forBytes: waitingBytes)
            return wait >= 0 && wait <= queueLimit
        case .bytes(let limit):
            return waitingBytes + item.size + item.path.headerSize <= limit
        }
    }

    mutating func enqueue(_ slot: Int, at now: Instant) {
        let size = wireSize(of: slot)
        if queueHead < 0 {
            queueHead = slot
            queueTail = slot
            pacer?.begin(bytes: size, at: now)
        } else {
            held[queueTail].next = slot
            queueTail = slot
            waitingBytes += size
        }
    }

    /// Moves what has left the link by `now` on to the delay line.
    mutating func depart(until now: Instant) {
        while queueHead >= 0, let departure = pacer?.departure, departure <= now {
            pacer?.finish()
            leaveQueue(at: departure)
            guard queueHead >= 0 else { return }
            let size = wireSize(of: queueHead)
            waitingBytes -= size
            let waited = Duration.nanoseconds(held[queueHead].offeredAt.nanoseconds(to: departure))
            tally.maxQueueDelay = max(tally.maxQueueDelay, waited)
            pacer?.begin(bytes: size, at: departure)
        }
    }

    mutating func setRate(_ rate: RateLimit?, at now: Instant) {
        guard let rate else {
            pacer = nil
            waitingBytes = 0
            while queueHead >= 0 { leaveQueue(at: now) }
            return
        }
        if pacer == nil {
            pacer = RatePacer(bitsPerSecond: rate.bitsPerSecond)
        } else {
            pacer?.setRate(rate.bitsPerSecond, at: now)
        }
        if case .dropTail(let limit) = rate.queue { queueLimit = limit.inNanoseconds }
    }

    /// Takes the head of the queue to the delay line.
    private mutating func leaveQueue(at departure: Instant) {
        let slot = queueHead
        queueHead = held[slot].next
        if queueHead < 0 { queueTail = -1 }
        let release = releaseTime(leaving: departure, jitter: held[slot].jitter)
        lastRelease = max(lastRelease, release)
        line.push(slot, at: release)
    }

    func wireSize(of slot: Int) -> Int {
        held[slot].size + held[slot].path.headerSize
    }
}
