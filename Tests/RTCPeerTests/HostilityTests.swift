import MutatedInput
import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire
import SampleDescriptions
import Testing

@Suite("Hostile input to a live call")
struct HostilityTests {
    private func liveCall(seed: UInt64 = 1) throws -> Call {
        let call = try Call(seed: seed, Conditions(loss: 0.02))
        call.keepsWire = true
        try call.connect()
        call.playBothWays(for: .seconds(60))
        try call.run(for: .seconds(3))
        return call
    }

    private func expectAlive(_ call: Call) throws {
        for side in call.sides { side.frames = [:] }
        try call.run(for: .seconds(4))
        for side in call.sides {
            #expect(side.intact(side.video).count >= 95)
            #expect(side.iceState == .connected)
            #expect(side.closeReasons.isEmpty)
        }
    }

    @Test("replayed packets are refused and counted")
    func replays() throws {
        let call = try liveCall()
        let path = try #require(call.right.selectedPath)
        let recent = call.wire.filter { $0.from == 0 && $0.sentAt < call.now - .milliseconds(500) }
        let media = recent.filter(\.isRTP).suffix(200)
        let reports = recent.filter { $0.kind == .rtcp }.suffix(20)
        let before = call.right.transport
        let packets = call.right.inbound.packetsReceived
        // Two in a hundred were lost on their way, so that they are new.
        for datagram in media + reports { call.give(datagram.bytes, to: call.right, on: path) }
        for datagram in media + reports { call.give(datagram.bytes, to: call.right, on: path) }
        #expect(call.right.transport.starlingSRTPReplays - before.starlingSRTPReplays >= 420)
        #expect(call.right.inbound.packetsReceived - packets < 20)
        try expectAlive(call)
    }

    @Test("forged packets are refused and counted")
    func forgeries() throws {
        let call = try liveCall()
        let path = try #require(call.right.selectedPath)
        let before = call.right.transport
        var random = SplitMix64(seed: 4)
        var count: UInt64 = 0
        for datagram in call.wire.filter({ $0.from == 0 && ($0.isRTP || $0.kind == .rtcp) }).suffix(300) {
            var bytes = datagram.bytes
            if datagram.isRTP {
                // Ahead of all that came, so that no replay list helps.
                bytes[2] &+= 0x10
            } else {
                bytes[bytes.count - 1] ^= 0xFF
            }
            bytes[bytes.count - 20] ^= UInt8(1 + random.next() % 255)
            call.give(bytes, to: call.right, on: path)
            count += 1
        }
        #expect(call.right.transport.starlingSRTPAuthenticationFailures - before.starlingSRTPAuthenticationFailures == count)
        try expectAlive(call)
    }

    @Test("ten thousand mutated datagrams of all kinds neither crash nor end the call", arguments: [UInt64(1), 2])
    func mutations(seed: UInt64) throws {
        let call = try liveCall(seed: seed)
        let corpus = call.wire.map(\.bytes)
        var byKind: [[[UInt8]]] = []
        for kind in [DatagramKind.stun, .dtls, .rtp, .rtcp] {
            byKind.append(corpus.filter { $0.withUnsafeBytes { DatagramKind($0.bytes) } == kind })
        }
        #expect(byKind.allSatisfy { !$0.isEmpty })
        var mutator = Mutator(seed: seed)
        for index in 0..<10_000 {
            let side = call.sides[index & 1]
            let bytes = mutator.mutate(byKind[mutator.below(4)])
            guard let selected = side.selectedPath else { break }
            let path =
                mutator.below(4) > 0
                ? selected : Path(local: selected.local, remote: .loopback(port: UInt16(mutator.below(65_535) + 1)))
            call.give(bytes, to: side, on: path)
            if index % 20 == 0 { try call.run(for: .milliseconds(5)) }
        }
        try expectAlive(call)
    }

    @Test("mutated datagrams before and during the handshake do no harm beyond it", arguments: Array(UInt64(1)...10))
    func earlyMutations(seed: UInt64) throws {
        let corpus = try liveCall(seed: 77).wire.prefix(60).map(\.bytes)
        let call = try Call(seed: seed)
        var mutator = Mutator(seed: seed)
        try call.negotiate()
        for index in 0..<1000 {
            let side = index & 1
            let path = Path(
                local: Call.address(side, 0), remote: mutator.below(2) == 0 ? Call.address(1 - side, 0) : .loopback(port: 7))
            let bytes = mutator.mutate(corpus)
            // Whoever sits on the path can spoil a handshake; whoever does not cannot.
            if path.remote == Call.address(1 - side, 0), (20...63).contains(bytes.first ?? 0) { continue }
            call.give(bytes, to: call.sides[side], on: path)
            if index % 10 == 0 { try call.run(for: .milliseconds(1)) }
        }
        try call.runUntilConnected()
    }

    @Test("ten thousand mutated descriptions neither crash nor hang a peer")
    func descriptions() throws {
        let call = try Call()
        let own = try call.left.peer.setLocalDescription(now: call.now).text
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: own), .offer, now: call.now)
        let answer = try call.right.peer.setLocalDescription(now: call.now).text
        let corpus = (SDPSamples.all + [own, answer]).map { Array($0.utf8) }
        var mutator = Mutator(seed: 11)
        var accepted = 0
        for round in 0..<100 {
            var peer = try Call.makePeer(1, SideOptions(), seed: UInt64(round), now: call.now)
            peer.addLocalAddress(Call.address(1, 0), now: call.now)
            for index in 0..<100 {
                let text = String(decoding: mutateLines(corpus, &mutator), as: UTF8.self)
                guard let description = try? SessionDescription(parsing: text) else { continue }
                let isOffer = peer.signalingState == .stable
                if isOffer, index % 7 == 0 {
                    _ = try? peer.setLocalDescription(restartICE: index % 2 == 0, now: call.now)
                    continue
                }
                guard (try? peer.setRemoteDescription(description, isOffer ? .offer : .answer, now: call.now)) != nil else {
                    if peer.signalingState == .haveLocalOffer, index % 3 == 0 { try peer.rollback() }
                    continue
                }
                accepted += 1
                if peer.signalingState == .haveRemoteOffer {
                    if index % 5 == 0 { try peer.rollback() } else { _ = try peer.setLocalDescription(now: call.now) }
                }
                peer.advance(to: call.now + .milliseconds(index))
            }
            while peer.nextEvent() != nil {}
        }
        #expect(accepted > 500)
    }

    /// Half of the mutations exchange, drop or repeat whole lines, so that more than the parser is reached.
    private func mutateLines(_ corpus: [[UInt8]], _ mutator: inout Mutator) -> [UInt8] {
        guard mutator.below(3) > 0 else { return mutator.mutate(corpus) }
        var lines = corpus[mutator.below(corpus.count)].split(separator: 10).map { Array($0) }
        for _ in 0...mutator.below(3) {
            let here = mutator.below(lines.count)
            switch mutator.below(4) {
            case 0: lines.remove(at: here)
            case 1: lines.insert(lines[mutator.below(lines.count)], at: here)
            case 2: lines.swapAt(here, mutator.below(lines.count))
            default: lines[here] = mutator.mutate([lines[here]])
            }
            if lines.isEmpty { return [] }
        }
        return Array(lines.joined(separator: [10]))
    }

    @Test("genuine packets of ten thousand SSRCs leave a bounded state and the call alive")
    func ssrcFlood() throws {
        let call = try liveCall()
        let path = try #require(call.right.selectedPath)
        let map = call.left.peer.extensionMap
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 1536, alignment: 8)
        let head = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
        defer {
            slab.deallocate()
            head.deallocate()
        }
        let payload = TestMedia.video.packet(3, 0).payload
        for number in 0..<10_000 {
            let header = RTPHeader(
                payloadType: [96, 97, 111, 50][number % 4], sequenceNumber: UInt16(truncatingIfNeeded: number &* 7919),
                timestamp: 1, ssrc: 0x5000_0000 + UInt32(number))
            let size = RTPHeaderWriter.write(header, extensions: RTPExtensionValues(), map: map, into: head)
            let total =
                call.left.peer.srtpSender?.protect(
                    header: UnsafeRawBufferPointer(rebasing: head[..<size]), prefix: UnsafeRawBufferPointer(start: nil, count: 0),
                    payload: payload, ssrc: header.ssrc, index: UInt64(header.sequenceNumber), into: slab) ?? 0
            call.give(Array(slab[..<total]), to: call.right, on: path)
        }
        #expect(call.right.transport.starlingUnknownSSRC >= 9_990)
        #expect(call.right.sourceCount <= 4)
        #expect(call.right.provenPathCount <= 32)
        #expect(call.right.waitingEvents == 0)
        try expectAlive(call)
    }

    @Test("genuine but senseless reports leave the call alive", arguments: Array(UInt64(1)...3))
    func wildReports(seed: UInt64) throws {
        let call = try liveCall(seed: seed)
        var random = SplitMix64(seed: seed)
        let ssrc = call.left.transceivers[1].sender.ssrc
        for _ in 0..<2000 {
            let block = RTCPReportBlock(
                ssrc: ssrc, fractionLost: UInt8(truncatingIfNeeded: random.next()),
                cumulativeLost: Int32(truncatingIfNeeded: random.next()),
                extendedHighestSequence: UInt32(truncatingIfNeeded: random.next()),
                jitter: UInt32(truncatingIfNeeded: random.next()),
                lastSR: UInt32(truncatingIfNeeded: random.next()), delaySinceLastSR: UInt32(truncatingIfNeeded: random.next()))
            let other = UInt32(truncatingIfNeeded: random.next())
            let packets: [RTCPPacket] = [
                .receiverReport(ssrc: other, reports: [block, block]), .pictureLoss(senderSSRC: other, mediaSSRC: ssrc),
                .bye(ssrcs: [other, other]),
                .nack(RTCPNack(senderSSRC: other, mediaSSRC: ssrc, lost: [UInt16(truncatingIfNeeded: other)])),
            ]
            for packet in packets { call.right.peer.waitingRTCP.append(packet) }
            if random.next() % 8 == 0 { try call.run(for: .milliseconds(1)) }
        }
        try call.run(for: .seconds(2))
        try expectAlive(call)
    }
}
