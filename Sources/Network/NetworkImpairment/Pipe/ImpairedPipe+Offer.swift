public import RTCCore

extension ImpairedPipe {
    /// Decides about a datagram.
    ///
    /// - Parameters:
    ///   - datagram: UDP payload; only copied where it is held. One that is longer than a slot can pass, but not be held.
    ///   - ecn: The codepoint in its IP header.
    ///   - now: Not before any earlier `now`.
    /// - Returns: What to do with this very datagram; a copy from duplication and what was marked or damaged always come out of
    ///   ``nextRelease(at:_:)``.
    public mutating func offer(
        _ datagram: UnsafeRawBufferPointer, on path: Path, ecn: ECN = .notECT, now: Instant
    ) -> Verdict {
        tally.offered += 1
        tally.offeredBytes += UInt64(datagram.count)
        if ecn.isCapable { tally.offeredCapable += 1 }
        settle(at: now)
        let fate = dice.roll(
            size: datagram.count, impairment, losing: losesAfterQueue ? .none : lossModel, jitterAmount: jitterAmount, at: now)
        if blackoutEnd != nil { return drop(datagram, .blackout, at: now) }
        if let mtu = impairment.mtu, datagram.count + path.headerSize > mtu { return drop(datagram, .mtu, at: now) }

        let isMarked = fate.isMarked && ecn.isCapable && ecn != .ce
        var item = Held(
            path: path, size: datagram.count, order: tally.offered, offeredAt: now, jitter: fate.jitter,
            flippedBit: fate.flippedBit, next: -1, isDuplicate: false, isChanged: isMarked || fate.flippedBit >= 0,
            ecn: isMarked ? .ce : ecn, place: fate.place)
        if isMarked { tally.marked += 1 }
        let verdict = fate.isLost ? drop(datagram, .loss, at: now) : admit(datagram, item)
        if fate.isDuplicated {
            tally.duplicated += 1
            item.isDuplicate = true
            item.jitter = fate.copyJitter
            item.place = .inOrder
            if fate.isCopyLost {
                drop(datagram, .loss, at: now, isDuplicate: true)
            } else {
                admit(datagram, item)
            }
        }
        return verdict
    }

    /// A datagram reached a socket that is closed, or something beside the pipe stopped it: it is dropped, and stands in the ledger
    /// like what the pipe itself drops.
    ///
    /// - Parameter hasPassed: Whether it came out of this pipe, rather than that it was about to go in.
    public mutating func discard(
        _ datagram: UnsafeRawBufferPointer, _ cause: DropCause = .closed, hasPassed: Bool, now: Instant
    ) {
        if hasPassed {
            tally.passed -= 1
            tally.bytes -= UInt64(datagram.count)
        } else {
            tally.offered += 1
            tally.offeredBytes += UInt64(datagram.count)
        }
        drop(datagram, cause, at: now)
    }

    @discardableResult
    private mutating func admit(_ datagram: UnsafeRawBufferPointer, _ item: Held) -> Verdict {
        let now = item.offeredAt
        guard pacer != nil else {
            let release = releaseTime(leaving: now, item)
            if release <= now, mayOvertakeAll(item, at: now), !item.isDuplicate, !item.isChanged {
                pass(item)
                return .pass
            }
            guard let slot = hold(datagram, item) else { return dropUnheld(datagram, item) }
            putOnLine(slot, leaving: now)
            return .held
        }
        guard hasRoom(for: item, at: now) else {
            return drop(datagram, .queue, at: now, isDuplicate: item.isDuplicate)
        }
        guard let slot = hold(datagram, item) else { return dropUnheld(datagram, item) }
        enqueue(slot, at: now)
        return .held
    }

    /// Whether a datagram that is not delayed comes out before all that is under way.
    private func mayOvertakeAll(_ item: Held, at now: Instant) -> Bool {
        guard underWay > 0 else { return true }
        guard impairment.jitter.reorders || item.place == .early, let first = line.first else { return false }
        return first > now
    }

    private mutating func pass(_ item: Held) {
        tally.passed += 1
        tally.bytes += UInt64(item.size)
        newestReleased = max(newestReleased, item.order)
        if item.place == .inOrder { lastRelease = max(lastRelease, item.offeredAt) }
    }

    private mutating func hold(_ datagram: UnsafeRawBufferPointer, _ item: Held) -> Int? {
        guard datagram.count <= DatagramSlab.slotSize, let slot = slab.take() else { return nil }
        UnsafeMutableRawBufferPointer(rebasing: slab.bytes(of: slot)[..<datagram.count]).copyMemory(from: datagram)
        while held.count <= slot { held.append(item) }
        held[slot] = item
        underWay += 1
        return slot
    }

    private mutating func dropUnheld(_ datagram: UnsafeRawBufferPointer, _ item: Held) -> Verdict {
        let cause = datagram.count > DatagramSlab.slotSize ? DropCause.mtu : .queue
        return drop(datagram, cause, at: item.offeredAt, isDuplicate: item.isDuplicate)
    }

    @discardableResult
    mutating func drop(
        _ datagram: UnsafeRawBufferPointer, _ cause: DropCause, at now: Instant, isDuplicate: Bool = false
    ) -> Verdict {
        tally.count(cause)
        record(datagram, cause, at: now, isDuplicate: isDuplicate)
        return .dropped(cause)
    }

    mutating func record(_ datagram: UnsafeRawBufferPointer, _ cause: DropCause, at now: Instant, isDuplicate: Bool) {
        ledger.append(
            LedgerEntry(time: now, direction: direction, cause: cause, isDuplicate: isDuplicate, datagram: datagram))
        tally.ledgerOverflow = ledger.overflow
    }
}
