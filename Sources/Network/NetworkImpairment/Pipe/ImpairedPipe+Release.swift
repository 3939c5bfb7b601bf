public import RTCCore

extension ImpairedPipe {
    /// When ``nextRelease(at:_:)`` next has something to do; `nil` while nothing is under way.
    public var deadline: Instant? {
        guard underWay > 0 else { return nil }
        guard queueHead >= 0, let departure = pacer?.departure else { return line.first }
        let fromQueue =
            impairment.jitter.reorders ? departure : releaseTime(leaving: departure, jitter: held[queueHead].jitter)
        return earliest(line.first, fromQueue)
    }

    /// Takes the earliest datagram due at `now` and lends it; `false` when none is due.
    ///
    /// - Parameter body: Must not keep the bytes, and may change them.
    public mutating func nextRelease(at now: Instant, _ body: (UnsafeMutableRawBufferPointer, Path) -> Void) -> Bool {
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
        body(bytes, item.path)
        slab.giveBack(slot)
        return true
    }

    func releaseTime(leaving departure: Instant, jitter: Int64) -> Instant {
        let release = departure.advanced(byNanoseconds: max(0, delay + jitter))
        return impairment.jitter.reorders ? release : max(release, lastRelease)
    }

    /// Brings the pipe up to `now`: a blackout that is over ends, and what has left the link moves on.
    mutating func settle(at now: Instant) {
        if let end = blackoutEnd, end <= now { blackoutEnd = nil }
        if queueHead >= 0 { depart(until: now) }
    }

    /// Drops what waits and what is in flight; what is already due has arrived.
    mutating func dropAllUnderWay(at now: Instant) {
        pacer?.finish()
        waitingBytes = 0
        var arrived: [(slot: Int, at: Instant)] = []
        while let (at, _, slot) = line.popDue(at: Instant(nanoseconds: .max)) {
            if at <= now {
                arrived.append((slot, at))
            } else {
                abandon(slot, at: now)
            }
        }
        for (slot, at) in arrived { line.push(slot, at: at) }
        while queueHead >= 0 {
            let slot = queueHead
            queueHead = held[slot].next
            abandon(slot, at: now)
        }
        queueTail = -1
        lastRelease = now
    }

    private mutating func abandon(_ slot: Int, at now: Instant) {
        let item = held[slot]
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(slab.bytes(of: slot))[..<item.size])
        drop(bytes, .blackout, at: now, isDuplicate: item.isDuplicate)
        slab.giveBack(slot)
        underWay -= 1
    }
}
