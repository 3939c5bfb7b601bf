import RTCCore
import RTCCrypto
import Testing

private func keys(_ profile: SRTPProfile, seed: UInt64) -> (key: [UInt8], salt: [UInt8]) {
    var random = SplitMix64(seed: seed)
    return (random.bytes(profile.keySize), random.bytes(profile.saltSize))
}

private func makeSender(_ profile: SRTPProfile, seed: UInt64 = 1, _ backend: SRTPBackend = .libcrypto) throws -> SRTPSender {
    let (key, salt) = keys(profile, seed: seed)
    return try SRTPSender(profile: profile, key: key, salt: salt, backend: backend)
}

private func makeReceiver(_ profile: SRTPProfile, seed: UInt64 = 1, _ backend: SRTPBackend = .libcrypto) throws -> SRTPReceiver {
    let (key, salt) = keys(profile, seed: seed)
    return try SRTPReceiver(profile: profile, key: key, salt: salt, backend: backend)
}

@Suite("SRTP contexts, RFC 3711 and RFC 7714")
struct SRTPTests {
    @Test("both libraries make the same packets and read each other's", arguments: SRTPProfile.allCases, 1...UInt64(12))
    func differential(profile: SRTPProfile, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var ours = try makeSender(profile, seed: seed)
        var theirs = try makeSender(profile, seed: seed, .libsrtp2)
        var ourReceiver = try makeReceiver(profile, seed: seed)
        var theirReceiver = try makeReceiver(profile, seed: seed, .libsrtp2)
        let ssrcs = (0..<3).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        var indices = ssrcs.map { _ in random.next() % 0x8000 }
        for _ in 0..<150 {
            let stream = Int(random.next() % 3)
            // Leaps of up to 20,000 cross several rollovers.
            indices[stream] += 1 + (random.next() % 4 == 0 ? random.next() % 20_000 : 0)
            let packet = PlainPacket(
                ssrc: ssrcs[stream], index: indices[stream], payload: random.bytes(Int(random.next() % 1200)))
            let mine = ours.protect(packet, prefixSize: Int(random.next() % UInt64(packet.payload.count + 1)))
            let other = theirs.protect(packet)
            #expect(mine == other)
            #expect(mine.count == packet.bytes.count + profile.rtpOverhead)
            let opened = ourReceiver.open(other)
            #expect(opened == packet.payload)
            let openedByOther = theirReceiver.open(mine)
            #expect(openedByOther == packet.payload)
        }
        #expect(indices.contains { $0 > 0x1_0000 })
    }

    @Test("both libraries read each other's RTCP", arguments: SRTPProfile.allCases, 1...UInt64(12))
    func differentialControl(profile: SRTPProfile, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var ours = try makeSender(profile, seed: seed)
        var theirs = try makeSender(profile, seed: seed, .libsrtp2)
        var ourReceiver = try makeReceiver(profile, seed: seed)
        var theirReceiver = try makeReceiver(profile, seed: seed, .libsrtp2)
        for round in 0..<60 {
            let compound = [0x80, 200, 0, 6] + UInt32(round % 3).bytes + random.bytes(4 * Int(random.next() % 50))
            let (mine, other) = (ours.protectRTCP(compound), theirs.protectRTCP(compound))
            #expect(mine.count == compound.count + profile.rtcpOverhead)
            let opened = ourReceiver.openRTCP(other)
            #expect(opened == compound)
            let openedByOther = theirReceiver.openRTCP(mine)
            #expect(openedByOther == compound)
            let again = ourReceiver.openRTCP(other)
            #expect(again == nil)
        }
    }

    @Test("the index follows the sender through rollovers, losses and reordering", arguments: SRTPProfile.allCases)
    func rollover(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        var receiver = try makeReceiver(profile)
        var random = SplitMix64(seed: 3)
        for base in stride(from: UInt64(0x7FF0), through: 0x3_0100, by: 37) {
            var burst = (0..<24).map { base + $0 }
            burst.shuffle(using: &random)
            burst.removeLast(4)
            for index in burst {
                var packet = sender.protect(PlainPacket(ssrc: 5, index: index, payload: [1, 2, 3]))
                let result = receiver.unprotect(&packet)
                #expect(result == .packet(payloadRange: 12..<15, index: index))
            }
        }
    }

    @Test("a packet passes once, and one older than the window never", arguments: SRTPProfile.allCases)
    func replay(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        var receiver = try makeReceiver(profile)
        let packets = (0..<3000).map { sender.protect(PlainPacket(ssrc: 5, index: UInt64($0), payload: [7])) }
        // Every second packet of the newest thousand and some arrives, then all of them once more.
        for index in stride(from: 1500, to: 3000, by: 2) {
            let opened = receiver.open(packets[index])
            #expect(opened != nil)
        }
        for (index, packet) in packets.enumerated() {
            var packet = packet
            let result = receiver.unprotect(&packet)
            let isOld = index + 1024 <= 2998
            let isKnown = index >= 1500 && index % 2 == 0
            #expect(
                result == (index < 2999 && (isOld || isKnown) ? .replayed : .packet(payloadRange: 12..<13, index: UInt64(index))))
        }
    }

    @Test("a changed bit anywhere fails, and leaves the stream as it was", arguments: SRTPProfile.allCases)
    func tampering(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        var receiver = try makeReceiver(profile)
        let first = sender.protect(PlainPacket(ssrc: 5, index: 7, payload: Array(0..<40)))
        for bit in 0..<(first.count * 8) {
            var damaged = first
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let result = receiver.unprotect(&damaged)
            #expect(result == .authenticationFailed)
        }
        let streams = receiver.streamCount
        #expect(streams == 0)
        let opened = receiver.open(first)
        #expect(opened == Array(0..<40))
        // A forged leap of the sequence number must not move the rollover counter.
        var forged = sender.protect(PlainPacket(ssrc: 5, index: 9, payload: [1]))
        forged[2] = 0xFF
        let refused = receiver.unprotect(&forged)
        #expect(refused == .authenticationFailed)
        let next = receiver.open(sender.protect(PlainPacket(ssrc: 5, index: 8, payload: [9])))
        #expect(next == [9])
    }

    @Test("a resend of one index repeats the bytes", arguments: SRTPProfile.allCases)
    func resend(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        let packet = PlainPacket(ssrc: 5, index: 7, payload: [1, 2, 3])
        let first = sender.protect(packet)
        _ = sender.protect(PlainPacket(ssrc: 5, index: 8, payload: [4]))
        let again = sender.protect(packet)
        #expect(again == first)
    }

    @Test("RTCP passes once and not after a change", arguments: SRTPProfile.allCases)
    func control(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        var receiver = try makeReceiver(profile)
        let compound = [0x80, 201, 0, 1] + UInt32(77).bytes + Array(repeating: 5, count: 24)
        let packet = sender.protectRTCP(compound)
        for bit in 0..<(packet.count * 8) {
            var damaged = packet
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let opened = receiver.openRTCP(damaged)
            #expect(opened == nil)
        }
        let opened = receiver.openRTCP(packet)
        #expect(opened == compound)
        let again = receiver.openRTCP(packet)
        #expect(again == nil)
        let short = sender.protectRTCP([0x80, 201, 0, 0])
        #expect(short.isEmpty)
    }

    @Test("ten thousand mutations of packets neither crash nor pass", arguments: SRTPProfile.allCases)
    func mutations(profile: SRTPProfile) throws {
        var sender = try makeSender(profile)
        var receiver = try makeReceiver(profile)
        var random = SplitMix64(seed: 99)
        let media = (0..<20).map { sender.protect(PlainPacket(ssrc: 5, index: $0, payload: random.bytes(Int($0) * 9))) }
        let control = (0..<20).map { sender.protectRTCP([0x80, 200, 0, 1] + UInt32(5).bytes + random.bytes($0 * 4)) }
        for _ in 0..<2500 {
            for (corpus, isControl) in [(media, false), (control, true)] {
                let original = corpus[Int(random.next() % 20)]
                let mutated = random.mutated(original, splicing: corpus[Int(random.next() % 20)])
                guard !corpus.contains(mutated) else { continue }
                if isControl {
                    let opened = receiver.openRTCP(mutated)
                    #expect(opened == nil)
                } else {
                    let opened = receiver.open(mutated)
                    #expect(opened == nil)
                }
            }
        }
        let streams = receiver.streamCount
        #expect(streams == 0)
    }

    @Test("more SSRCs than the table holds push out those unused for longest")
    func manyStreams() throws {
        var sender = try makeSender(.aeadAES128GCM)
        var receiver = try makeReceiver(.aeadAES128GCM)
        let packets = (0..<1100).map { sender.protect(PlainPacket(ssrc: UInt32($0) &* 0x0101_0101, index: 1, payload: [3])) }
        for packet in packets {
            let opened = receiver.open(packet)
            #expect(opened == [3])
        }
        let streams = receiver.streamCount
        #expect(streams == 1024)
        for packet in packets.suffix(1024) {
            let opened = receiver.open(packet)
            #expect(opened == nil)
        }
    }

    @Test("keys of the wrong size are refused")
    func wrongSizes() {
        #expect(throws: CryptoError.wrongKeySize(expected: 16, actual: 15)) {
            _ = try SRTPSender(profile: .aeadAES128GCM, key: Array(repeating: 0, count: 15), salt: Array(repeating: 0, count: 12))
        }
        #expect(throws: CryptoError.wrongKeySize(expected: 14, actual: 12)) {
            _ = try SRTPReceiver(
                profile: .aes128CMSHA1_80, key: Array(repeating: 0, count: 16), salt: Array(repeating: 0, count: 12))
        }
    }
}
