import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire
import SampleDescriptions
import Testing

/// The far side has the keys and keeps no rule: what it sends is authentic and absurd.
@Suite("A hostile far side")
struct HostilePeerTests {
    private func liveCall(_ conditions: Conditions = Conditions(), keepsWire: Bool = false) throws -> Call {
        let call = try Call(conditions)
        call.keepsWire = keepsWire
        try call.connect()
        call.playBothWays(for: .seconds(120))
        try call.run(for: .seconds(2))
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

    /// Gives the right side a compound as the left side would protect it.
    private func report(_ compound: [UInt8], in call: Call) throws {
        let path = try #require(call.right.selectedPath)
        var out = [UInt8](repeating: 0, count: compound.count + SRTPProfile.maximumOverhead)
        let size = out.withUnsafeMutableBytes { out in
            compound.withUnsafeBytes { call.left.peer.srtpSender?.protectRTCP($0, into: out) ?? 0 }
        }
        #expect(size > 0)
        call.give(Array(out[..<size]), to: call.right, on: path)
    }

    private func report(_ packets: [RTCPPacket], in call: Call) throws {
        try report(bytes(packets), in: call)
    }

    private func bytes(_ packets: [RTCPPacket]) -> [UInt8] {
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 1400, alignment: 8)
        defer { slab.deallocate() }
        var writer = ByteWriter(slab)
        for packet in packets { packet.write(into: &writer) }
        return Array(writer.written)
    }

    /// A packet with a header of its own making, under the left side's keys.
    private func packet(_ header: [UInt8], _ payload: [UInt8], index: UInt64, in call: Call) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: header.count + payload.count + SRTPProfile.maximumOverhead)
        let ssrc = header[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let size = out.withUnsafeMutableBytes { out in
            header.withUnsafeBytes { header in
                payload.withUnsafeBytes { payload in
                    call.left.peer.srtpSender?.protect(
                        header: header, prefix: UnsafeRawBufferPointer(start: nil, count: 0), payload: payload, ssrc: ssrc,
                        index: index, into: out) ?? 0
                }
            }
        }
        return Array(out[..<size])
    }

    private func check(
        to side: Side, password: String? = nil, number: UInt64, isControlling: Bool = true
    ) -> [UInt8] {
        let local = side.peer.ice.localCredentials
        let remote = side.peer.ice.remoteCredentials?.ufrag ?? "them"
        let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 8)
        defer { slab.deallocate() }
        var writer = STUNWriter(slab, .request, .binding, STUNTransactionID(high: 9, low: number))
        writer.append(.username, bytes: Array("\(local.ufrag):\(remote)".utf8))
        writer.append(.priority, UInt32(1_862_270_975))
        writer.append(isControlling ? .iceControlling : .iceControlled, UInt64(1))
        let key = HMACSHA1(key: Array((password ?? local.password).utf8))
        writer.appendIntegrity { key.authenticate($0, into: $1) }
        let size = writer.finish()
        return Array(slab[..<size])
    }

    // MARK: - Descriptions

    @Test("a description beyond all bounds is refused with its place, and the peer stays as it was")
    func hugeDescriptions() throws {
        let call = try Call()
        let own = try call.left.peer.setLocalDescription(now: call.now).text
        let sections = own.components(from: "m=audio", to: "m=video")
        let huge: [(String, String)] = [
            (own + String(repeating: "a=x:0123456789\r\n", count: 80_000), "more than 1048576 bytes"),
            (own + String(repeating: "a=x\r\n", count: 20_000), "line 20001: more than 20000 lines"),
            (own + String(repeating: sections, count: 65), "more than 64 m-sections"),
        ]
        for (text, reason) in huge {
            do {
                try call.right.peer.setRemoteDescription(SessionDescription(parsing: text), .offer, now: call.now)
                Issue.record("taken: \(reason)")
            } catch {
                let words = "\(error)"
                #expect(words.contains(reason))
            }
            #expect(call.right.signalingState == .stable)
        }
        try call.left.peer.rollback()
        try call.connect()
    }

    @Test("another certificate in mid-call is refused, and the call goes on", arguments: [0, 1])
    func changedCertificate(side: Int) throws {
        let call = try liveCall()
        let offer = try call.sides[side].peer.setLocalDescription(now: call.now).text
        let forged = offer.replacing(
            /a=fingerprint:sha-256 [0-9A-F:]+/, with: "a=fingerprint:sha-256 " + SDPSamples.fingerprint)
        do {
            try call.sides[1 - side].peer.setRemoteDescription(SessionDescription(parsing: forged), .offer, now: call.now)
            Issue.record("another certificate was taken")
        } catch {
            let words = "\(error)"
            #expect(words.contains("another certificate"))
        }
        try call.sides[side].peer.rollback()
        try expectAlive(call)
    }

    @Test("whoever is deceived sends no media either, and the statistics say that DTLS failed", arguments: [0, 1])
    func silentTowardStrangers(forged: Int) throws {
        let call = try Call()
        call.keepsWire = true
        func forge(_ text: String) -> String {
            text.replacing(/a=fingerprint:sha-256 [0-9A-F:]+/, with: "a=fingerprint:sha-256 " + SDPSamples.fingerprint)
        }
        try call.negotiate(offer: forged == 0 ? forge : { $0 }, answer: forged == 1 ? forge : { $0 })
        call.playBothWays(for: .seconds(3))
        try call.run(for: .seconds(5))
        let deceived = call.sides[1 - forged]
        #expect(deceived.transport.dtlsState == "failed")
        #expect(!call.wire.contains { $0.from == 1 - forged && ($0.isRTP || $0.kind == .rtcp) })
        #expect(deceived.outbound.packetsSent == 0)
    }

    @Test("lines given up and used again without end are refused at last, and the call goes on")
    func renegotiationStorm() throws {
        let call = try liveCall()
        var offers = 0
        var refused = 0
        for round in 0..<1200 {
            let mid = "storm\(round)"
            let offer = try call.left.peer.setLocalDescription(now: call.now)
            var forged = offer
            var section = offer.media[1]
            section.mid = mid
            section.ssrcs = []
            section.ssrcGroups = []
            section.port = round % 2 == 0 ? 9 : 0
            section.bundleOnly = false
            forged.media.append(section)
            if section.port != 0 { forged.bundleGroups[0].append(mid) }
            try call.left.peer.rollback()
            offers += 1
            do {
                try call.right.peer.setRemoteDescription(forged, .offer, now: call.now)
                _ = try call.right.peer.setLocalDescription(now: call.now)
            } catch {
                refused += 1
            }
            call.drain()
        }
        #expect(offers == 1200)
        #expect(refused > 100)
        #expect(call.right.transceivers.count <= 512)
        try expectAlive(call)
    }

    // MARK: - Candidates and checks

    @Test("of ten thousand candidates a hundred are taken, and the good one connects the call")
    func candidateFlood() throws {
        let call = try Call()
        let flood = (0..<10_000).map { "a=candidate:f 1 udp \(2_000_000_000 + $0) 10.99.\($0 >> 8).\($0 & 255) 9 typ host\r\n" }
        try call.negotiate(offer: { text in
            text.replacing("a=mid:0\r\n", with: "a=mid:0\r\n" + flood.joined())
        })
        try call.runUntilConnected()
        #expect(call.right.candidatePairCount <= 101)
        #expect(call.right.remoteCandidateCount <= 200)
        #expect(call.right.transport.starlingCandidatesIgnored >= 9_900)
        for number in 0..<5000 {
            call.right.peer.addRemoteCandidate(
                "candidate:f 1 udp 5 10.98.\(number >> 8).\(number & 255) 9 typ host", now: call.now)
            call.right.peer.addRemoteCandidate("candidate:\(number) nonsense", now: call.now)
        }
        #expect(call.right.transport.starlingCandidatesIgnored >= 19_900)
        call.playBothWays(for: .seconds(30))
        try call.run(for: .seconds(1))
        try expectAlive(call)
    }

    @Test("a flood of checks with a wrong password is refused and counted, and the call goes on")
    func checkFlood() throws {
        let call = try liveCall()
        let before = call.right.transport
        for number in 0..<5000 {
            let bytes = check(to: call.right, password: "not-the-password-at-all-x", number: UInt64(number))
            let remote = SocketAddress(ipv4: 0x0B00_0001 + UInt32(number % 7), port: UInt16(number + 1))
            call.give(bytes, to: call.right, on: Path(local: Call.address(1, 0), remote: remote))
            if number % 50 == 0 { try call.run(for: .milliseconds(5)) }
        }
        let after = call.right.transport
        #expect(after.starlingChecksRefused - before.starlingChecksRefused == 5000)
        #expect(after.starlingChecksMalformed == before.starlingChecksMalformed)
        #expect(call.right.provenPathCount <= 1)
        try expectAlive(call)
    }

    @Test("ten thousand checks from everywhere leave a bounded checklist, before the credentials and in the call")
    func checksFromEverywhere() throws {
        let call = try Call()
        func flood(isControlling: Bool) throws {
            for number in 0..<10_000 {
                let remote = SocketAddress(ipv4: 0x0B00_0001 + UInt32(number), port: 4000)
                call.give(
                    check(to: call.right, number: UInt64(number), isControlling: isControlling), to: call.right,
                    on: Path(local: Call.address(1, 0), remote: remote))
                if number % 100 == 0 { try call.run(for: .milliseconds(2)) }
            }
        }
        // Until there is a description, who was called controls, too.
        try flood(isControlling: false)
        #expect(call.right.transport.starlingCandidatesIgnored >= 9_900)
        try call.connect()
        call.playBothWays(for: .seconds(60))
        try call.run(for: .seconds(1))
        try flood(isControlling: true)
        #expect(call.right.candidatePairCount <= 101)
        #expect(call.right.remoteCandidateCount <= 200)
        #expect(call.right.provenPathCount <= 32)
        try expectAlive(call)
    }

    // MARK: - Datagrams

    @Test("a handshake that is played again in mid-call does nothing", arguments: [0, 1])
    func replayedHandshake(side: Int) throws {
        let call = try liveCall(keepsWire: true)
        let path = try #require(call.sides[side].selectedPath)
        let handshake = call.wire.filter { $0.kind == .dtls }
        #expect(handshake.count >= 4)
        for _ in 0..<20 {
            for datagram in handshake {
                call.give(datagram.bytes, to: call.sides[side], on: path)
                try call.run(for: .milliseconds(1))
            }
        }
        try expectAlive(call)
    }

    @Test("nothing is delivered twice, whatever comes again")
    func onceOnly() throws {
        let call = try liveCall(keepsWire: true)
        let path = try #require(call.right.selectedPath)
        for datagram in call.wire.filter({ $0.from == 0 }) { call.give(datagram.bytes, to: call.right, on: path) }
        try call.run(for: .seconds(1))
        for transceiver in [call.right.audio, call.right.video] {
            let times = (call.right.frames[transceiver] ?? []).filter { $0.outcome == .intact }.map(\.rtpTimestamp)
            #expect(times.count > 40)
            #expect(Set(times).count == times.count)
        }
        #expect(call.right.transport.starlingSRTPReplays > 200)
        try expectAlive(call)
    }

    @Test("extensions of absurd lengths are refused or passed over, and counted where the header is none")
    func absurdExtensions() throws {
        let call = try liveCall()
        let path = try #require(call.right.selectedPath)
        let ssrc = call.left.transceivers[1].sender.ssrc
        let fixed: [UInt8] =
            [0x90, 96, 0, 1, 0, 0, 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> UInt32(24 - 8 * $0)) }
        let before = call.right.transport
        // The block says that it is longer than the packet, longer than any, or more than there is.
        for words in [UInt16(6), 300, 0xFFFF] {
            let header = fixed + [0xBE, 0xDE, UInt8(words >> 8), UInt8(words & 255)]
            call.give(header + [UInt8](repeating: 0x10, count: 20), to: call.right, on: path)
        }
        #expect(call.right.transport.starlingMalformed - before.starlingMalformed == 3)
        // Authentic ones, whose elements run past the block, have ids of nobody, or fill it with nothing.
        let blocks: [[UInt8]] = [
            [0xBE, 0xDE, 0, 1, 0x1F, 1, 2, 3], [0xBE, 0xDE, 0, 1, 0x4F, 1, 2, 3], [0x10, 0x00, 0, 1, 4, 255, 0, 0],
            [0x10, 0x00, 0, 1, 1, 1, 1, 4], [0xBE, 0xDE, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0, 1, 1, 2, 3, 4],
            [0xBE, 0xDE, 0, 0],
            [0xBE, 0xDE, 0, 1, 0xF3, 1, 2, 3], [0x10, 0x00, 1, 0] + [UInt8](repeating: 0x41, count: 1024),
        ]
        let newest = call.left.outbound.packetsSent
        for (number, block) in blocks.enumerated() {
            var header = fixed
            let sequence = UInt16(
                truncatingIfNeeded: call.left.transceivers[1].sender.firstSequence + newest + 500 + UInt64(number))
            header[2] = UInt8(sequence >> 8)
            header[3] = UInt8(sequence & 255)
            call.give(packet(header + block, [0x10, 1, 2, 3], index: UInt64(sequence), in: call), to: call.right, on: path)
        }
        #expect(call.right.transport.starlingSRTPAuthenticationFailures == before.starlingSRTPAuthenticationFailures)
        try expectLife(of: call)
    }

    /// The numbers have been torn apart, so that frames are missing; the call goes on all the same.
    private func expectLife(of call: Call) throws {
        try call.run(for: .seconds(2))
        for side in call.sides {
            #expect(side.iceState == .connected)
            #expect(side.closeReasons.isEmpty)
            #expect(side.isConnected)
        }
    }

    // MARK: - Reports

    @Test("reports that count more than they hold are counted as malformed, and the rest of the compound is read")
    func absurdReports() throws {
        let call = try liveCall()
        let media = call.right.transceivers[1].sender.ssrc
        let before = call.right.transport.starlingReportsMalformed
        let requests = call.right.keyFrameRequests
        let picture = bytes([.pictureLoss(senderSSRC: 1, mediaSSRC: media)])
        // A receiver report that counts 31 blocks and has none, a goodbye of 31 sources, names without an end, a block of XR that is
        // longer than its packet, a REMB of 255 sources, feedback on 65,535 packets.
        let wrong: [[UInt8]] = [
            [0x9F, 201, 0, 1, 0, 0, 0, 1], [0x9F, 203, 0, 1, 0, 0, 0, 1], [0x9F, 202, 0, 2, 0, 0, 0, 1, 1, 255, 1, 1],
            [0x80, 207, 0, 2, 0, 0, 0, 1, 4, 0, 0xFF, 0xFF],
            [0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 255, 0, 0, 0],
            [0x8F, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0],
        ]
        for packet in wrong { try report(packet + picture, in: call) }
        call.drain()
        #expect(call.right.transport.starlingReportsMalformed - before == UInt64(wrong.count))
        #expect(call.right.keyFrameRequests - requests == wrong.count)
        try expectAlive(call)
    }

    @Test("whoever asks for everything again and again gets each packet sixteen times at most")
    func nackStorm() throws {
        let call = try liveCall()
        let sender = call.right.transceivers[1].sender
        let media = sender.ssrc
        for _ in 0..<300 {
            let newest = sender.firstSequence + call.right.transceivers[1].sender.sourcePacketCount
            let first = newest > 900 ? newest - 900 : 0
            let lost = (first..<newest).map { UInt16(truncatingIfNeeded: $0) }
            for start in stride(from: 0, to: lost.count, by: 300) {
                let part = Array(lost[start..<min(start + 300, lost.count)])
                try report([.nack(RTCPNack(senderSSRC: 1, mediaSSRC: media, lost: part))], in: call)
            }
            try call.run(for: .milliseconds(30))
        }
        let statistics = call.right.outbound
        let originals = statistics.packetsSent - statistics.retransmittedPacketsSent
        #expect(statistics.retransmittedPacketsSent > originals)
        #expect(statistics.retransmittedPacketsSent <= 16 * originals)
        #expect(statistics.retransmissionsUnavailable > 1000)
        try expectAlive(call)
    }

    @Test("estimates of nothing and of everything, and feedback on what was never sent, change nothing", arguments: UInt64(1)...3)
    func wildFeedback(seed: UInt64) throws {
        let call = try liveCall()
        var random = SplitMix64(seed: seed)
        let media = call.right.transceivers[1].sender.ssrc
        for round in 0..<600 {
            var statuses = [RTCPTransportFeedback.PacketStatus](repeating: .notReceived, count: 400)
            statuses[0] = .received(delta: Int16(truncatingIfNeeded: random.next()))
            statuses[399] = .received(delta: .min)
            let packets: [RTCPPacket] = [
                .remb(RTCPReceiverEstimate(senderSSRC: 1, bitrate: round % 2 == 0 ? 0 : .max >> 1, ssrcs: [media, 7])),
                .transportFeedback(
                    RTCPTransportFeedback(
                        senderSSRC: 1, mediaSSRC: media, baseSequenceNumber: UInt16(truncatingIfNeeded: random.next()),
                        referenceTime: UInt32(truncatingIfNeeded: random.next()) & 0xFF_FFFF, feedbackCount: UInt8(round & 255),
                        statuses: statuses)),
                .extendedReport(
                    RTCPExtendedReport(
                        ssrc: 1,
                        blocks: [
                            .receiverReferenceTime(ntp: random.next()),
                            .lastReceiverReports([.init(ssrc: media, lastRR: 1, delaySinceLastRR: .max)]),
                        ])),
                .fullIntra(senderSSRC: 1, requests: [RTCPFullIntraRequest(ssrc: 99, sequenceNumber: 1)]),
            ]
            try report([packets[Int(random.next() % 4)]], in: call)
            if round % 20 == 0 { try call.run(for: .milliseconds(20)) }
        }
        #expect(call.right.transport.starlingReportsMalformed == 0)
        try expectAlive(call)
    }

    // The clock of a sender report was multiplied before it was divided, which trapped after 28 hours without a picture.
    @Test("a track that has been still for a month has a time all the same")
    func longSilence() {
        var random = SplitMix64(seed: 1)
        var sender = RTPStreamSender(kind: .video, cname: "n", random: &random)
        let frame = OutgoingFrame(captureTime: .seconds(1), mediaTime: 0, isKey: true)
        _ = sender.enqueue(
            frame, packetCount: 1, packetAt: { TestMedia.video.packet(0, $0) }, wallClock: .simulation, now: .seconds(1))
        let month = Instant.seconds(1 + 30 * 86_400)
        let ticks = UInt32(truncatingIfNeeded: UInt64(30 * 86_400) * 90_000)
        #expect(sender.timestamp(at: month, clockRate: 90_000) == sender.lastTimestamp &+ ticks)
    }
}

extension String {
    /// What stands from the first place of one text to the first of another.
    fileprivate func components(from start: String, to end: String) -> String {
        guard let low = range(of: start)?.lowerBound, let high = range(of: end)?.lowerBound else { return "" }
        return String(self[low..<high])
    }

    private func range(of text: String) -> Range<Index>? {
        ranges(of: text).first
    }
}
