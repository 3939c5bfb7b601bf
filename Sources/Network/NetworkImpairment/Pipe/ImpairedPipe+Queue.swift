internal import RTCCore

/// The bottleneck: a first-in-first-out queue of slots before a link.
extension ImpairedPipe {
    /// Whether the queue takes one more; a packet that finds the link idle always goes.
    func hasRoom(for item: Held, at now: Instant) -> Bool {
        guard let pacer, let departure = pacer.departure else { return true }
        switch queue {
        case .dropTail:
            guard !traceSetsRate else { return waitingBytes + item.size + item.path.headerSize <= queueLimit }
            let wait = max(0, now.nanoseconds(to: departure)) &+ pacer.nanoseconds(forBytes: waitingBytes)
            return wait >= 0 && wait <= queueLimit
        case .bytes(let limit):
            return waitingBytes + item.size + item.path.headerSize <= limit
        case .packets(let limit):
            return waitingCount < limit
        case .codel(let parameters):
            return waitingCount < parameters.packets
        case .endless:
            return true
        }
    }

    mutating func enqueue(_ slot: Int, at now: Instant) {
        let size = wireSize(of: slot)
        if queueHead < 0 {
            queueHead = slot
            queueTail = slot
            beginTransmission(bytes: size, at: now)
        } else {
            held[queueTail].next = slot
            queueTail = slot
            waitingBytes += size
            waitingCount += 1
            tally.queued += 1
            tally.maxQueuedBytes = max(tally.maxQueuedBytes, waitingBytes)
        }
    }

    /// Moves what has left the link by `now` on to the delay line.
    mutating func depart(until now: Instant) {
        while queueHead >= 0, let departure = pacer?.departure, departure <= now {
            pacer?.finish(at: departure)
            leaveQueue(at: departure)
            startNext(at: departure)
        }
    }

    /// The link is free: the next packet that the queue's discipline lets through begins to leave.
    private mutating func startNext(at now: Instant) {
        while queueHead >= 0 {
            let slot = queueHead
            let size = wireSize(of: slot)
            waitingBytes -= size
            waitingCount -= 1
            let waited = Duration.nanoseconds(held[slot].offeredAt.nanoseconds(to: now))
            tally.maxQueueDelay = max(tally.maxQueueDelay, waited)
            if case .codel(let parameters) = queue, codel.decide(waited: waited, behind: waitingBytes, at: now) == .signal {
                guard parameters.marksECN, held[slot].ecn.isCapable else {
                    takeHead()
                    abandon(slot, .codel, at: now)
                    continue
                }
                if held[slot].ecn != .ce { tally.marked += 1 }
                held[slot].ecn = .ce
            }
            return beginTransmission(bytes: size, at: now)
        }
        codel.foundEmpty()
    }

    private mutating func beginTransmission(bytes: Int, at now: Instant) {
        if traceSetsRate, !hasSteps, case .opportunities(let opportunities)? = impairment.trace?.trace?.content {
            let length = traceLength
            pacer?.begin(departingAt: cursor.departure(ofBytes: bytes, from: now, opportunities, length: length))
        } else {
            pacer?.begin(bytes: bytes, at: now)
        }
    }

    /// Puts a link with this rate in force; what is in transmission takes the new rate, and without any the queue goes at once.
    mutating func setLink(_ bitsPerSecond: Double?, bucket: Int, at now: Instant) {
        guard let bitsPerSecond else {
            pacer = nil
            waitingBytes = 0
            waitingCount = 0
            while queueHead >= 0 { leaveQueue(at: now) }
            codel.foundEmpty()
            return
        }
        if pacer == nil {
            pacer = RatePacer(bitsPerSecond: bitsPerSecond, bucket: bucket)
        } else {
            pacer?.setRate(bitsPerSecond, bucket: bucket, at: now)
        }
    }

    /// Gives the packet in transmission to a link of another kind, which sends it from its beginning.
    mutating func restartTransmission(at now: Instant) {
        guard queueHead >= 0, pacer?.departure != nil else { return }
        pacer?.finish(at: now)
        beginTransmission(bytes: wireSize(of: queueHead), at: now)
    }

    /// Takes the head of the queue to the delay line, unless it is lost behind the queue.
    private mutating func leaveQueue(at departure: Instant) {
        let slot = queueHead
        takeHead()
        if losesAfterQueue, dice.isLost(lossModel, isDuplicate: held[slot].isDuplicate, at: departure) {
            abandon(slot, .loss, at: departure)
        } else {
            putOnLine(slot, leaving: departure)
        }
    }

    mutating func takeHead() {
        queueHead = held[queueHead].next
        if queueHead < 0 { queueTail = -1 }
    }

    func wireSize(of slot: Int) -> Int {
        held[slot].size + held[slot].path.headerSize
    }
}
