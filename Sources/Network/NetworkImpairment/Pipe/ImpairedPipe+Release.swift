public import RTCCore

extension ImpairedPipe {
    /// When ``nextRelease(at:_:)`` next has something to do; `nil` while nothing is under way.
    public var deadline: Instant? {
        guard underWay > 0 else { return nil }
        guard queueHead >= 0, let departure = pacer?.departure else { return line.first }
        // A trace may change what is in transmission, and where the queue or what lies behind it drops, it does so at the departure.
        let fromQueue = hasFixedOrder ? releaseTime(leaving: departure, held[queueHead]) : departure
        let next = earliest(line.first, fromQueue)
        return hasSteps ? earliest(next, nextTraceChange) : next
    }

    /// Takes the earliest datagram due at `now` and lends it; `false` when none is due.
    ///
    /// - Parameter body: Must not keep the bytes, and may change them.
    public mutating func nextRelease(at now: Instant, _ body: (UnsafeMutableRawBufferPointer, Release) -> Void) -> Bool {
        guard underWay > 0 else { return false }
        settle(at: now)
        guard let (at, _, slot) = line.popDue(at: now) else { return false }
        let item = held[slot]
        let bytes = UnsafeMutableRawBufferPointer(rebasing: slab.bytes(of: slot)[..<item.size])
        if item.flippedBit >= 0 {
            tally.count(.corrupted)
            record(UnsafeRawBufferPointer(bytes), .corrupted, at: at, isDuplicate: item.isDuplicate)
            bytes[Int(item.flippedBit >> 3)] ^= 1 << UInt8(item.flippedBit & 7)
        }
        tally.passed += 1
        tally.bytes += UInt64(item.size)
        if item.order < newestReleased, !item.isDuplicate { tally.reordered += 1 }
        newestReleased = max(newestReleased, item.order)
        underWay -= 1
        body(bytes, Release(path: item.path, ecn: item.ecn, dueAt: at))
        slab.giveBack(slot)
        return true
    }

    /// Whether what leaves the link comes out in that order, so that nothing happens between a departure and its release.
    private var hasFixedOrder: Bool {
        guard !losesAfterQueue, !impairment.jitter.reorders, impairment.reordering == .none else { return false }
        if case .codel = queue { return false }
        return true
    }

    /// Gives what has left the link, or was never held up by one, its time.
    mutating func putOnLine(_ slot: Int, leaving departure: Instant) {
        let release = releaseTime(leaving: departure, held[slot])
        if held[slot].place == .inOrder { lastRelease = max(lastRelease, release) }
        line.push(slot, at: release)
    }

    func releaseTime(leaving departure: Instant, _ item: Held) -> Instant {
        if item.place == .early { return departure }
        let release = departure.advanced(byNanoseconds: max(0, delay + item.jitter))
        return impairment.jitter.reorders || item.place == .late ? release : max(release, lastRelease)
    }

    /// Brings the pipe up to `now`: a blackout that is over ends, the trace goes on, and what has left the link moves on.
    mutating func settle(at now: Instant) {
        if let end = blackoutEnd, end <= now { blackoutEnd = nil }
        if hasSteps { followTrace(until: now) }
        if queueHead >= 0 { depart(until: now) }
    }

    /// Drops what waits and what is in flight; what is already due has arrived.
    mutating func dropAllUnderWay(at now: Instant) {
        pacer?.finish(at: now)
        waitingBytes = 0
        waitingCount = 0
        var arrived: [(slot: Int, at: Instant)] = []
        while let (at, _, slot) = line.popDue(at: Instant(nanoseconds: .max)) {
            if at <= now {
                arrived.append((slot, at))
            } else {
                abandon(slot, .blackout, at: now)
            }
        }
        for (slot, at) in arrived { line.push(slot, at: at) }
        while queueHead >= 0 {
            let slot = queueHead
            takeHead()
            abandon(slot, .blackout, at: now)
        }
        codel.foundEmpty()
        lastRelease = now
    }

    mutating func abandon(_ slot: Int, _ cause: DropCause, at now: Instant) {
        let item = held[slot]
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(slab.bytes(of: slot))[..<item.size])
        drop(bytes, cause, at: now, isDuplicate: item.isDuplicate)
        slab.giveBack(slot)
        underWay -= 1
    }
}
