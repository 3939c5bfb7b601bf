import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Reports and header extensions, RFC 3550")
struct ReportTests {
    @Test(
        "sender and receiver reports measure the round trip within a millisecond",
        arguments: [5, 20, 150])
    func roundTrip(milliseconds: Int) throws {
        let call = try Call(Conditions(delay: .milliseconds(milliseconds)))
        try call.connect()
        call.playBothWays(for: .seconds(6))
        try call.run(for: .seconds(6))
        for side in call.sides {
            for statistics in [side.outbound, side.peer.sendStatistics(on: side.audio)] {
                let measured = try #require(statistics.remote.roundTripTime)
                #expect(abs(measured - Double(2 * milliseconds) / 1000) < 0.001)
                #expect(statistics.remote.roundTripTimeMeasurements >= 3)
            }
        }
    }

    @Test("fraction and count of lost packets are those of the wire, repairs or not")
    func lost() throws {
        let call = try Call()
        try call.connect()
        call.keepsWire = true
        let ssrc = call.left.transceivers[1].sender.ssrc
        var count = 0
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP, datagram.ssrc == ssrc else { return false }
            count += 1
            return count % 10 == 5
        }
        call.play(.video, from: 0, for: .seconds(10))
        try call.run(for: .seconds(12))
        var spy = try Eavesdropper(on: call.right)
        var blocks: [RTCPReportBlock] = []
        for datagram in call.wire where datagram.from == 1 && datagram.kind == .rtcp {
            for packet in spy.rtcp(datagram) {
                if case .receiverReport(_, let reports) = packet { blocks += reports.filter { $0.ssrc == ssrc } }
            }
        }
        #expect(blocks.count > 5)
        let busy = blocks.dropFirst().prefix(5)
        #expect(busy.allSatisfy { (15...36).contains($0.fractionLost) }, "\(busy.map(\.fractionLost))")
        #expect(blocks.last?.cumulativeLost == Int32((count + 5) / 10))
        #expect(blocks.last?.fractionLost == 0)
        // After repair nothing is missing.
        #expect(call.right.inbound.packetsLost == 0)
        #expect(call.right.intact(1).count == 250)
        #expect(call.left.outbound.remote.packetsLost == Int64((count + 5) / 10))
        let first = try #require(call.wire.first { $0.from == 0 && $0.isRTP && $0.ssrc == ssrc })
        let highest = UInt32(first.sequenceNumber) + UInt32(count) - 1
        #expect(blocks.last?.extendedHighestSequence == highest)
    }

    @Test("jitter is that of RFC 3550 A.8")
    func jitter() {
        var arrivals: [(Instant, UInt32)] = []
        var jitter = 0.0
        var transit: Double?
        // Spreads the packets by the dice of the link, then computes the textbook's numbers from the same arrivals.
        var receiver = RTPStreamReceiver(kind: .audio, clockRate: 48_000)
        receiver.bind(to: 7)
        var random = SplitMix64(seed: 3)
        for index in 0..<500 {
            arrivals.append(
                (
                    .seconds(5) + .milliseconds(20 * index) + .milliseconds(10) * random.unitInterval(),
                    UInt32(index) &* 960 &- 96_000
                ))
        }
        let payload: [UInt8] = [1, 2, 3]
        for (index, (at, timestamp)) in arrivals.enumerated() {
            payload.withUnsafeBytes {
                receiver.receive(
                    $0, sequenceNumber: UInt16(truncatingIfNeeded: 65_400 + index), timestamp: timestamp, marker: false,
                    headerSize: 12,
                    format: .vp8, overRTX: false, arrivedAt: at, now: at)
            }
            let here = at.seconds * 48_000 - Double(Int64(index) * 960)
            if let transit { jitter += (abs(here - transit) - jitter) / 16 }
            transit = here
        }
        #expect(abs(receiver.statistics.jitter * 48_000 - jitter) < 3)
        #expect(receiver.takeReport(now: .seconds(20)).map { abs(Double($0.jitter) - jitter) < 4 } == true)
    }

    @Test("sequence numbers may wrap, and the count of wraps is reported (RFC 3550 A.1)")
    func wrap() {
        var receiver = RTPStreamReceiver(kind: .audio, clockRate: 48_000)
        receiver.bind(to: 7)
        let payload: [UInt8] = [1, 2, 3]
        for index in 0..<70_000 where index % 7 != 3 {
            payload.withUnsafeBytes {
                receiver.receive(
                    $0, sequenceNumber: UInt16(truncatingIfNeeded: 65_000 + index), timestamp: UInt32(index), marker: false,
                    headerSize: 12, format: .vp8, overRTX: false, arrivedAt: .seconds(1), now: .seconds(1))
            }
            while receiver.nextFrame() != nil {}
        }
        let block = receiver.takeReport(now: .seconds(2))
        #expect(block?.extendedHighestSequence == UInt32(134_999))
        #expect(block?.cumulativeLost == 10_000)
        #expect(block?.fractionLost == 36)
    }

    @Test("another SSRC on the same track starts its own count")
    func newSource() {
        var receiver = RTPStreamReceiver(kind: .audio, clockRate: 48_000)
        let payload: [UInt8] = [1, 2, 3]
        for (ssrc, base) in [(UInt32(1), 100), (2, 40_000), (3, 9)] {
            receiver.bind(to: ssrc)
            for index in [0, 1, 2, 4] {
                payload.withUnsafeBytes {
                    receiver.receive(
                        $0, sequenceNumber: UInt16(base + index), timestamp: UInt32(index), marker: false, headerSize: 12,
                        format: .vp8, overRTX: false, arrivedAt: .seconds(1), now: .seconds(1))
                }
            }
            let block = receiver.takeReport(now: .seconds(2))
            #expect(block?.ssrc == ssrc)
            #expect(block?.cumulativeLost == 1)
            #expect(block?.extendedHighestSequence == UInt32(base + 4))
        }
        #expect(receiver.statistics.packetsReceived == 12)
        #expect(receiver.statistics.packetsLost == 3)
    }

    @Test("a sender report counts its own SSRC, not the repairs")
    func senderReport() throws {
        let call = try Call(Conditions(loss: 0.1))
        try call.connect()
        call.keepsWire = true
        call.play(.video, from: 0, for: .seconds(4))
        try call.run(for: .seconds(7))
        var spy = try Eavesdropper(on: call.left)
        let ssrc = call.left.transceivers[1].sender.ssrc
        var reports: [RTCPSenderReport] = []
        for datagram in call.wire where datagram.from == 0 && datagram.kind == .rtcp {
            for case .senderReport(let report) in spy.rtcp(datagram) where report.ssrc == ssrc { reports.append(report) }
        }
        let sent = call.wire.count { $0.from == 0 && $0.isRTP && $0.ssrc == ssrc }
        #expect(call.left.outbound.retransmittedPacketsSent > 10)
        #expect(reports.last?.packetCount == UInt32(sent))
        #expect(reports.last?.octetCount == UInt32(sent * (TestMedia.packetSize + 4)))
    }

    @Test(
        "every regular report stands before the names, and feedback goes alone only where RFC 5506 was agreed",
        arguments: [true, false])
    func compounds(reducedSize: Bool) throws {
        let call = try Call(Conditions(loss: 0.05))
        call.keepsWire = true
        try call.negotiate(offer: { reducedSize ? $0 : $0.replacing("a=rtcp-rsize\r\n", with: "") })
        try call.runUntilConnected()
        call.playBothWays(for: .seconds(4))
        try call.run(for: .seconds(5))
        for number in 0...1 {
            var spy = try Eavesdropper(on: call.sides[number])
            var compounds: [[RTCPPacket]] = []
            for datagram in call.wire where datagram.from == number && datagram.kind == .rtcp {
                compounds.append(spy.rtcp(datagram))
            }
            #expect(compounds.allSatisfy { !$0.isEmpty })
            let isFull = compounds.map { compound in
                switch compound.first {
                case .senderReport?, .receiverReport?:
                    compound.contains { if case .sourceDescription = $0 { true } else { false } }
                default: false
                }
            }
            #expect(isFull.contains(false) == reducedSize)
            #expect(isFull.contains(true))
        }
        if !reducedSize { #expect(call.right.intact(1).count >= 98) }
    }

    @Test("feedback that may not go alone stands behind a report on its own source, and on no other")
    func attribution() throws {
        let call = try Call(Conditions(loss: 0.08))
        call.keepsWire = true
        try call.negotiate(offer: { $0.replacing("a=rtcp-rsize\r\n", with: "") })
        try call.runUntilConnected()
        call.playBothWays(for: .seconds(6))
        try call.run(for: .seconds(7))
        var spy = try Eavesdropper(on: call.right)
        var feedback = 0
        for datagram in call.wire where datagram.from == 1 && datagram.kind == .rtcp {
            let compound = spy.rtcp(datagram)
            for packet in compound {
                let media: UInt32
                switch packet {
                case .nack(let nack): media = nack.mediaSSRC
                case .pictureLoss(_, let ssrc): media = ssrc
                default: continue
                }
                feedback += 1
                guard case .receiverReport(_, let blocks)? = compound.first else {
                    Issue.record("a report stands in front")
                    continue
                }
                #expect(blocks.map(\.ssrc) == [media])
            }
        }
        #expect(feedback > 5)
    }

    @Test("transport-wide feedback tells of every packet what became of it, across a wrap and a pause")
    func transportFeedback() throws {
        let call = try Call(Conditions(jitter: .milliseconds(8), loss: 0.05))
        // The mutable state of a counter that would take ten minutes to wrap.
        call.left.peer.nextTransportSequence = 65_400
        try call.connect()
        call.keepsWire = true
        call.play(.audio, from: 0, for: .seconds(4))
        call.play(.video, from: 0, for: .seconds(4))
        try call.run(for: .seconds(14))
        call.play(.audio, from: 0, for: .seconds(2))
        try call.run(for: .seconds(4))
        var spy = try Eavesdropper(on: call.left)
        var sentNumbers: [UInt16] = []
        for datagram in call.wire where datagram.from == 0 && datagram.isRTP {
            if let number = spy.rtp(datagram)?.values.transportSequenceNumber { sentNumbers.append(number) }
        }
        #expect(Set(sentNumbers).count == sentNumbers.count)
        #expect(zip(sentNumbers, sentNumbers.dropFirst()).allSatisfy { $1 == $0 &+ 1 })
        var other = try Eavesdropper(on: call.right)
        var received: Set<UInt16> = []
        var mentioned: Set<UInt16> = []
        var counts: [UInt8] = []
        for datagram in call.wire where datagram.from == 1 && datagram.kind == .rtcp {
            for case .transportFeedback(let feedback) in other.rtcp(datagram) {
                counts.append(feedback.feedbackCount)
                feedback.forEachPacket { number, ticks in
                    mentioned.insert(number)
                    if ticks != nil { received.insert(number) }
                }
            }
        }
        let inbound = (0...1).map { call.right.peer.receiveStatistics(on: $0) }
        let total = inbound.reduce(0) { $0 + $1.packetsReceived + $1.packetsDuplicated }
        #expect(received.count == Int(total))
        #expect(received.isSubset(of: sentNumbers))
        let head = sentNumbers.prefix { !mentioned.contains($0) }.count
        let tail = sentNumbers.reversed().prefix { !mentioned.contains($0) }.count
        #expect(mentioned.count >= sentNumbers.count - head - tail)
        #expect(head + tail < 6)
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $1 == $0 &+ 1 })
    }

    @Test("transport-wide feedback of a burst comes in several reports, none of them too long")
    func burstFeedback() throws {
        let call = try Call()
        try call.connect()
        call.keepsWire = true
        call.play(.video, from: 0, for: .milliseconds(40), burst: 900)
        try call.run(for: .seconds(1))
        var spy = try Eavesdropper(on: call.right)
        var received: Set<UInt16> = []
        for datagram in call.wire where datagram.from == 1 && datagram.kind == .rtcp {
            for case .transportFeedback(let feedback) in spy.rtcp(datagram) {
                feedback.forEachPacket { if $1 != nil { received.insert($0) } }
            }
            #expect(datagram.bytes.count < 1450)
        }
        #expect(received.count == 900)
    }

    @Test(
        "mid goes along until the far side has confirmed the source; audio level and capture time as they should"
    )
    func extensions() throws {
        let call = try Call()
        call.keepsWire = true
        try call.connect()
        call.playBothWays(for: .seconds(5))
        try call.run(for: .seconds(6))
        var spy = try Eavesdropper(on: call.left)
        var media: [(Datagram, RTPHeader, RTPExtensionValues)] = []
        for datagram in call.wire where datagram.from == 0 && datagram.isRTP {
            guard let packet = spy.rtp(datagram) else { continue }
            media.append((datagram, packet.header, packet.values))
        }
        for (transceiver, mid) in ["0", "1"].enumerated() {
            let ssrc = call.left.transceivers[transceiver].sender.ssrc
            let own = media.filter { $0.1.ssrc == ssrc }
            let named = own.prefix { $0.2.mid != nil }
            #expect(named.allSatisfy { $0.2.mid?.description == mid })
            #expect(named.count > 10)
            #expect(own.dropFirst(named.count).allSatisfy { $0.2.mid == nil })
            #expect(own.count > named.count + 50)
            #expect(own.allSatisfy { $0.2.transportSequenceNumber != nil })
            #expect(own.allSatisfy { ($0.2.audioLevel?.level == 30) == (transceiver == 0) })
            let captured = own.compactMap { entry in entry.2.absCaptureTime.map { (entry.0.sentAt, $0) } }
            #expect((5...6).contains(captured.count))
            for (at, ntp) in captured {
                #expect(abs(WallClock.simulation.instant(atNTP: ntp).nanoseconds(to: at)) < 1_000_000)
            }
        }
    }

    @Test("a rollover of the sequence number goes unnoticed on both sides, losses around it included")
    func rollover() throws {
        let call = try Call(Conditions(delay: .milliseconds(5), loss: 0.02))
        try call.connect()
        call.play(.video, from: 0, for: .seconds(20), burst: 160)
        try call.run(for: .seconds(22))
        #expect(call.left.outbound.packetsSent > 75_000)
        #expect(call.right.transport.starlingSRTPAuthenticationFailures == 0)
        #expect(call.right.inbound.packetsLost < 50)
    }
}
