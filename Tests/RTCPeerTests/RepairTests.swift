import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Loss is repaired, RFC 4585 and RFC 4588")
struct RepairTests {
    @Test(
        "every video frame comes through, whatever is lost, twice or late", arguments: [0, 0.01, 0.05, 0.15],
        Array(UInt64(1)...12))
    func repair(loss: Double, seed: UInt64) throws {
        let call = try Call(seed: seed, Conditions(jitter: .milliseconds(4), loss: loss, duplication: 0.01, reordering: 0.02))
        try call.connect()
        try call.run(for: .milliseconds(100))
        call.playBothWays(for: .seconds(4))
        try call.run(for: .seconds(4))
        // The tail of a track has no packet behind it that would show its loss.
        for side in call.sides {
            side.flows = side.flows.map { flow in
                var more = flow
                more.end = call.now + .milliseconds(200)
                return more
            }
        }
        try call.run(for: .seconds(2))
        for (number, side) in call.sides.enumerated() {
            let sent = call.sides[1 - number].flows[1].sent
            let intact = side.intact(side.video)
            #expect(Set(intact.map(\.crc)).isSuperset(of: sent.dropLast(5).map(\.crc)))
            #expect(intact.count >= sent.count - 5)
            #expect(side.inbound.framesDamaged == 0)
            let audio = Double(side.intact(side.audio).count) / Double(call.sides[1 - number].flows[0].sent.count)
            #expect(audio > 1 - loss * 2 - 0.01)
            #expect(side.transport.starlingSRTPAuthenticationFailures == 0)
            #expect(side.transport.starlingMalformed == 0)
            #expect(side.transport.starlingUnknownSSRC == 0)
        }
    }

    @Test("audio is never asked for again")
    func audio() throws {
        let call = try Call(Conditions(loss: 0.1))
        try call.connect()
        call.play(.audio, from: 0, for: .seconds(5))
        try call.run(for: .seconds(6))
        #expect(call.right.peer.receiveStatistics(on: 0).nackCount == 0)
        #expect(call.left.peer.sendStatistics(on: 0).retransmittedPacketsSent == 0)
        #expect(call.right.peer.receiveStatistics(on: 0).packetsLost > 5)
    }

    @Test(
        "with RTX a repair has its own SSRC, payload type and numbers, and carries the original number")
    func overRTX() throws {
        let call = try Call()
        try call.connect()
        try call.run(for: .milliseconds(100))
        call.keepsWire = true
        var videos = 0
        let ssrc = call.left.transceivers[1].sender.ssrc
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP, datagram.ssrc == ssrc else { return false }
            videos += 1
            return videos == 20
        }
        call.play(.video, from: 0, for: .seconds(2))
        try call.run(for: .seconds(3))
        var spy = try Eavesdropper(on: call.left)
        var media: [(header: RTPHeader, values: RTPExtensionValues, payload: [UInt8])] = []
        for datagram in call.wire where datagram.from == 0 && datagram.isRTP {
            if let packet = spy.rtp(datagram) { media.append(packet) }
        }
        let lost = media.filter { $0.header.ssrc == ssrc }[19]
        let repairs = media.filter { $0.header.ssrc == call.left.transceivers[1].sender.rtxSSRC }
        #expect(repairs.count == 1)
        let repair = try #require(repairs.first)
        #expect(repair.header.payloadType == 97)
        #expect(repair.header.timestamp == lost.header.timestamp)
        #expect(
            repair.payload == [UInt8(lost.header.sequenceNumber >> 8), UInt8(lost.header.sequenceNumber & 0xFF)] + lost.payload)
        #expect(repair.values.transportSequenceNumber != lost.values.transportSequenceNumber)
        #expect(call.right.inbound.retransmittedPacketsReceived == 1)
        #expect(call.right.inbound.packetsLost == 0)
        #expect(call.right.intact(1).count == 50)
    }

    @Test("without RTX a repair repeats the bytes, transport sequence number included")
    func verbatim() throws {
        var options = SideOptions()
        options.codecs = Call.codecsWithoutRTX
        let call = try Call(Conditions(), left: options, right: SideOptions())
        try call.connect()
        try call.run(for: .milliseconds(100))
        call.keepsWire = true
        var videos = 0
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP, datagram.payloadType == 96 else { return false }
            videos += 1
            return videos % 20 == 7 && videos < 150
        }
        call.play(.video, from: 0, for: .seconds(2))
        try call.run(for: .seconds(3))
        let media = call.wire.filter { $0.from == 0 && $0.isRTP }
        let groups = Dictionary(grouping: media, by: \.sequenceNumber).values.filter { $0.count > 1 }
        #expect(groups.count == 8)
        for group in groups { #expect(group.allSatisfy { $0.bytes == group[0].bytes }) }
        #expect(call.right.intact(1).count == 50)
        #expect(call.right.transport.starlingSRTPReplays == 0)
    }

    @Test(
        "a gap of more than a hundred asks for a picture instead, once a second at most, until one comes"
    )
    func longGap() throws {
        let call = try Call()
        try call.connect()
        call.play(.video, from: 0, for: .seconds(12))
        try call.run(for: .milliseconds(1500))
        let nacks = call.right.inbound.nackCount
        // Enough to lose more than a hundred, then nothing but broken key frames for three seconds.
        call.link.conditions.drops = { $0.from == 0 && $0.isRTP }
        try call.run(for: .seconds(2))
        let begin = call.now
        call.link.conditions.drops = { datagram in
            datagram.from == 0 && datagram.isRTP && datagram.bytes[1] & 0x80 != 0
        }
        try call.run(for: .seconds(3))
        #expect(call.right.inbound.pliCount >= 1)
        #expect(Double(call.right.inbound.pliCount) <= (call.now - begin).inSeconds + 1)
        #expect(call.left.keyFrameRequests == Int(call.left.outbound.pliCount))
        #expect(call.left.keyFrameRequests >= 1)
        #expect(call.right.inbound.nackCount >= nacks)
        call.link.conditions.drops = { _ in false }
        try call.run(for: .seconds(2))
        let after = call.right.inbound.pliCount
        try call.run(for: .seconds(3))
        #expect(call.right.inbound.pliCount == after)
    }

    @Test("where NACK was not agreed, a gap asks for a picture; where PLI was not, for nothing")
    func withoutNack() throws {
        for pli in [true, false] {
            var options = SideOptions()
            options.codecs.video = [
                SDPCodec(payloadType: 96, name: "VP8", clockRate: 90_000, feedback: pli ? ["nack pli"] : ["nack"])
            ]
            let call = try Call(Conditions(loss: 0.05), left: options, right: SideOptions())
            try call.connect()
            call.play(.video, from: 0, for: .seconds(5))
            if !pli { call.link.conditions.drops = { $0.from == 0 && $0.isRTP && ($0.sequenceNumber / 150) % 2 == 1 } }
            try call.run(for: .seconds(6))
            #expect((call.right.inbound.nackCount == 0) == pli)
            #expect((call.left.outbound.pliCount > 0) == pli)
            #expect((call.right.inbound.pliCount > 0) == pli)
        }
    }

    @Test("a NACK for everything, again and again, costs one resend per packet and round trip")
    func nackFlood() throws {
        let call = try Call(Conditions(delay: .milliseconds(1)))
        try call.connect()
        call.play(.video, from: 0, for: .seconds(1))
        try call.run(for: .seconds(2))
        let ssrc = call.left.transceivers[1].sender.ssrc
        let all = (0...UInt16.max).filter { $0 % 17 == 0 }.map { RTCPNack.Entry(packetID: $0, followingLost: 0xFFFF) }
        for start in stride(from: 0, to: all.count, by: 200) {
            let nack = RTCPNack(senderSSRC: 1, mediaSSRC: ssrc, entries: Array(all[start..<min(start + 200, all.count)]))
            call.right.peer.waitingRTCP.append(.nack(nack))
            call.right.peer.waitingRTCP.append(.nack(nack))
        }
        try call.run(for: .seconds(1))
        #expect(call.left.outbound.retransmittedPacketsSent <= call.left.outbound.packetsSent / 2)
        #expect(call.left.outbound.retransmittedPacketsSent > 50)
    }

    /// A sender without RTX probes the way with packets of padding alone on the media's own numbers. They were dropped before they were
    /// counted, so each was asked for ten times, reported as lost, and in the end a picture was asked for that nobody needed.
    @Test("a packet of padding alone is no gap and part of no frame")
    func paddingAlone() {
        var receiver = RTPStreamReceiver(kind: .video, clockRate: 90_000)
        receiver.usesNack = true
        receiver.usesPictureLoss = true
        receiver.bind(to: 7)
        let payload: [UInt8] = [0x10, 0x11, 2, 3]
        let now = Instant.seconds(1)
        for (number, size) in [(10, 4), (11, 0), (12, 0), (13, 4), (12, 0)] {
            payload.prefix(size).withUnsafeBytes {
                receiver.receive(
                    $0, sequenceNumber: UInt16(number), timestamp: UInt32(number) * 3000, marker: size > 0, headerSize: 12,
                    format: .vp8, overRTX: false, arrivedAt: now, now: now)
            }
        }
        #expect(receiver.deadline == nil)
        #expect(receiver.statistics.packetsReceived == 4)
        #expect(receiver.statistics.packetsDuplicated == 1)
        #expect(receiver.statistics.packetsLost == 0)
        receiver.flush()
        var outcomes: [ReceivedFrame.Outcome] = []
        while let frame = receiver.nextFrame() { outcomes.append(frame.outcome) }
        #expect(outcomes == [.intact, .intact])
    }
}
