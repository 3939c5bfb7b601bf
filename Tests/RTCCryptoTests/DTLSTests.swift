import RTCCore
import RTCCrypto
import Testing

@Suite("DTLS endpoints, RFC 6347 and RFC 5764")
struct DTLSTests {
    @Test("both roles connect in four datagrams and agree on keys")
    func handshake() throws {
        var pair = try DTLSPair(seed: 1)
        #expect(pair.client.state == .new)
        pair.start()
        #expect(pair.client.state == .connecting)
        #expect(pair.client.srtpKeys == nil)
        pair.run()
        let connected = pair.isConnected
        #expect(connected)
        #expect(pair.sent.count <= 5)
        #expect(pair.sent.allSatisfy { $0.count <= DTLSEndpoint.longestDatagram })
        #expect(pair.client.cipherName == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
        #expect(pair.client.protocolVersion == "FEFD")
        #expect(pair.client.srtpProfile == .aeadAES128GCM)
        #expect(pair.client.deadline == nil)
        #expect(pair.server.deadline == nil)
        let (clientKeys, serverKeys) = (pair.client.srtpKeys, pair.server.srtpKeys)
        let client = try #require(clientKeys)
        let server = try #require(serverKeys)
        #expect(client.localKey == server.remoteKey && client.localSalt == server.remoteSalt)
        #expect(client.remoteKey == server.localKey && client.remoteSalt == server.localSalt)
        #expect(client.localKey != client.remoteKey)
    }

    @Test("it connects without a seed, too, and no two runs are alike")
    func systemEntropy() throws {
        var keys: Set<SRTPKeys> = []
        for _ in 0..<3 {
            var pair = try DTLSPair(seed: 1, entropy: .system)
            pair.start()
            pair.run()
            let made = pair.client.srtpKeys
            keys.insert(try #require(made))
        }
        #expect(keys.count == 3)
    }

    @Test("it connects through loss, duplication and reordering", arguments: 0..<40)
    func badLinks(block: UInt64) throws {
        for seed in (block * 8)..<(block * 8 + 8) {
            var pair = try DTLSPair(seed: seed)
            pair.link = .init(loss: 0.25, duplication: 0.2, spread: .milliseconds(120))
            pair.start()
            pair.run()
            let states = (pair.client.state, pair.server.state)
            #expect(states == (.connected, .connected), "seed \(seed)")
            #expect(pair.client.srtpKeys?.localKey == pair.server.srtpKeys?.remoteKey)
        }
    }

    @Test(
        "the first profile that the server also knows is taken",
        arguments: [
            ([SRTPProfile.aes128CMSHA1_80], SRTPProfile.preferred, SRTPProfile.aes128CMSHA1_80),
            (SRTPProfile.preferred, [.aes128CMSHA1_80], .aes128CMSHA1_80),
            (SRTPProfile.preferred, [.aeadAES256GCM], .aeadAES256GCM),
            ([.aes128CMSHA1_32], SRTPProfile.preferred, .aes128CMSHA1_32),
        ])
    func profiles(client: [SRTPProfile], server: [SRTPProfile], expected: SRTPProfile) throws {
        var pair = try DTLSPair(seed: 1, clientProfiles: client, serverProfiles: server)
        pair.start()
        pair.run()
        #expect(pair.client.srtpKeys?.profile == expected)
        #expect(pair.server.srtpKeys?.profile == expected)
        #expect(pair.server.srtpKeys?.localKey.count == expected.keySize)
    }

    @Test("without a common profile the association has no keys")
    func noProfile() throws {
        var pair = try DTLSPair(seed: 1, clientProfiles: [.aeadAES256GCM], serverProfiles: [.aes128CMSHA1_80])
        pair.start()
        pair.run()
        #expect(pair.client.state == .connected)
        #expect(pair.client.srtpKeys == nil)
    }

    @Test("a lost flight is repeated after 100 ms, then twice as long each time, up to four seconds, and then given up")
    func retransmission() throws {
        var pair = try DTLSPair(seed: 1)
        pair.link.loss = 1
        let began = pair.now
        pair.start()
        var waits: [Int64] = []
        var last = began
        while let deadline = pair.client.deadline {
            waits.append(last.nanoseconds(to: deadline) / 1_000_000)
            last = deadline
            _ = pair.step()
        }
        #expect(waits.prefix(8) == [100, 200, 400, 800, 1600, 3200, 4000, 4000])
        #expect(waits.count == 13)
        #expect(pair.client.state == .failed)
        #expect(pair.client.failure == .handshakeTimeout)
        #expect(pair.sent.count == 13)
    }

    @Test("a server that hears a ClientHello before its fingerprint waits with its keys")
    func earlyHello() throws {
        var pair = try DTLSPair(seed: 1, knowsFingerprints: false)
        pair.client.setRemoteFingerprints([pair.serverFingerprint])
        pair.client.start(now: pair.now)
        pair.drain()
        pair.run()
        #expect(pair.client.state == .connected)
        #expect(pair.server.state == .connecting)
        #expect(pair.server.srtpKeys == nil)
        pair.server.setRemoteFingerprints([pair.clientFingerprint])
        #expect(pair.server.state == .connected)
        #expect(pair.server.srtpKeys != nil)
    }

    @Test("a late fingerprint that does not match fails, and gives no keys")
    func lateMismatch() throws {
        var pair = try DTLSPair(seed: 1, knowsFingerprints: false)
        pair.client.setRemoteFingerprints([pair.serverFingerprint])
        pair.start()
        pair.run()
        pair.server.setRemoteFingerprints([pair.serverFingerprint])
        #expect(pair.server.state == .failed)
        #expect(pair.server.failure == .fingerprintMismatch)
        #expect(pair.server.srtpKeys == nil)
        pair.drain()
        pair.run()
        #expect(pair.client.state == .closed)
    }

    @Test("a fingerprint that does not match fails on both sides", arguments: [true, false])
    func mismatch(isClientWrong: Bool) throws {
        var pair = try DTLSPair(seed: 1)
        if isClientWrong {
            pair.client.setRemoteFingerprints([pair.clientFingerprint])
        } else {
            pair.server.setRemoteFingerprints([pair.serverFingerprint])
        }
        pair.start()
        pair.run()
        let (wrong, other) =
            isClientWrong ? (pair.client.failure, pair.server.failure) : (pair.server.failure, pair.client.failure)
        #expect(wrong == .fingerprintMismatch)
        #expect(other == .alert("bad certificate"))
        #expect(pair.client.state == .failed)
        #expect(pair.server.state == .failed)
        #expect(pair.client.srtpKeys == nil)
        #expect(pair.server.srtpKeys == nil)
    }

    @Test("one match among several fingerprints is enough, and no known algorithm is a mismatch")
    func severalFingerprints() throws {
        var pair = try DTLSPair(seed: 1)
        let (own, right) = (pair.clientFingerprint, pair.serverFingerprint)
        pair.client.setRemoteFingerprints([own, .init(algorithm: "md5", bytes: Array(repeating: 0, count: 16)), right])
        pair.start()
        pair.run()
        let connected = pair.isConnected
        #expect(connected)

        var refused = try DTLSPair(seed: 1)
        refused.client.setRemoteFingerprints([.init(algorithm: "sha-1", bytes: Array(repeating: 0, count: 20))])
        refused.start()
        refused.run()
        #expect(refused.client.failure == .fingerprintMismatch)
    }

    @Test("a connected server answers a repeated last flight of the client")
    func repeatedFinished() throws {
        var pair = try DTLSPair(seed: 1)
        pair.start()
        while pair.server.state != .connected { _ = pair.step() }
        // The server's last flight is lost; the client asks again.
        pair.loseFlights()
        #expect(pair.client.state == .connecting)
        pair.run()
        let connected = pair.isConnected
        #expect(connected)
    }

    @Test("a ClientHello in fragments that arrive backwards is put together")
    func fragmentedHello() throws {
        var pair = try DTLSPair(seed: 1)
        pair.client.start(now: pair.now)
        pair.drain()
        pair.loseFlights()
        let hello = pair.sent[0]
        for fragment in fragments(of: hello, size: 40).reversed() {
            pair.deliver(fragment, toServer: true)
        }
        pair.run()
        let connected = pair.isConnected
        #expect(connected)
    }

    /// Cuts a datagram of one handshake record into records of one fragment each (RFC 6347 §4.2.3).
    private func fragments(of datagram: [UInt8], size: Int) -> [[UInt8]] {
        let body = Array(datagram[25...])
        return stride(from: 0, to: body.count, by: size).enumerated().map { number, offset in
            let part = body[offset..<min(offset + size, body.count)]
            var record = Array(datagram[..<25])
            record[10] = UInt8(number)
            record[11] = 0
            record[12] = UInt8(part.count + 12)
            (record[19], record[20], record[21]) = (0, UInt8(offset >> 8), UInt8(offset & 255))
            (record[22], record[23], record[24]) = (0, 0, UInt8(part.count))
            return record + part
        }
    }

    @Test("application data passes both ways, whole")
    func applicationData() throws {
        var pair = try DTLSPair(seed: 1)
        let early = pair.client.send([UInt8(1)].span.bytes, now: pair.now)
        #expect(!early)
        pair.start()
        pair.run()
        let message = (0..<1200).map { UInt8(truncatingIfNeeded: $0) }
        let sent = pair.client.send(message.span.bytes, now: pair.now)
        #expect(sent)
        let answer: [UInt8] = [7, 8]
        let sentBack = pair.server.send(answer.span.bytes, now: pair.now)
        #expect(sentBack)
        pair.drain()
        pair.run()
        #expect(pair.server.receivedApplicationDatagrams == 1)
        var slot = [UInt8](repeating: 0, count: 1500)
        let size = slot.withUnsafeMutableBytes { pair.server.nextApplicationData(into: $0) }
        #expect(Array(slot[..<size]) == message)
        let back = slot.withUnsafeMutableBytes { pair.client.nextApplicationData(into: $0) }
        #expect(Array(slot[..<back]) == answer)
        let none = slot.withUnsafeMutableBytes { pair.client.nextApplicationData(into: $0) }
        #expect(none == 0)
    }

    @Test("sending stops, and loses nothing, while what waits has no room")
    func backpressure() throws {
        var pair = try DTLSPair(seed: 1)
        pair.start()
        pair.run()
        let message = [UInt8](repeating: 1, count: 1000)
        var accepted = 0
        while pair.client.send(message.span.bytes, now: pair.now) { accepted += 1 }
        #expect(accepted == 7)
        pair.drain()
        let sentAgain = pair.client.send(message.span.bytes, now: pair.now)
        #expect(sentAgain)
        #expect(pair.client.droppedDatagrams == 0)
    }

    @Test("close_notify closes both ends")
    func close() throws {
        var pair = try DTLSPair(seed: 1)
        pair.start()
        pair.run()
        pair.client.close(now: pair.now)
        #expect(pair.client.state == .closed)
        pair.drain()
        pair.run()
        #expect(pair.server.state == .closed)
        #expect(pair.server.failure == nil)
        let sent = pair.server.send([UInt8(1)].span.bytes, now: pair.now)
        #expect(!sent)
    }

    @Test("an endpoint closed before it connected stays silent")
    func closeEarly() throws {
        var pair = try DTLSPair(seed: 1)
        pair.start()
        pair.client.close(now: pair.now)
        #expect(pair.client.state == .closed)
        #expect(pair.client.deadline == nil)
        pair.run(limit: .seconds(60))
        #expect(pair.client.state == .closed)
        #expect(pair.server.failure == .handshakeTimeout)
    }

    @Test("protected records too short for their tag are dropped and do not end the association", arguments: [true, false])
    func stuntedRecords(toServer: Bool) throws {
        var pair = try DTLSPair(seed: 1)
        pair.start()
        pair.run()
        for length in UInt8(0)..<24 {
            for type in UInt8(20)...24 {
                // After a genuine-looking record of the first epoch, and by itself.
                let record =
                    [type, 0xFE, 0xFD, 0, 1, 9, 9, 9, 9, length, type, 0, length] + [UInt8](repeating: 7, count: Int(length))
                pair.deliver(record, toServer: toServer)
                pair.deliver([20, 0xFE, 0xFD, 0, 0, 9, 9, 9, 9, 9, 9, 0, 1, 1] + record, toServer: toServer)
            }
        }
        let isConnected = pair.isConnected
        #expect(isConnected)
        let dropped = toServer ? pair.server.droppedDatagrams : pair.client.droppedDatagrams
        #expect(dropped == 24 * 5 * 2)
    }

    @Test("garbage and mutations of every datagram of a handshake neither crash nor give keys that differ", arguments: 0..<10)
    func mutations(block: UInt64) throws {
        var reference = try DTLSPair(seed: 1)
        reference.start()
        reference.run()
        let corpus = reference.sent
        var random = SplitMix64(seed: block)
        // Each pair takes two dozen bad datagrams in the middle of its handshake.
        for seed in 0..<42 {
            var pair = try DTLSPair(seed: 1000 * block + UInt64(seed))
            pair.start()
            for _ in 0..<12 {
                for toServer in [true, false] {
                    let original = corpus[Int(random.next() % UInt64(corpus.count))]
                    let other = corpus[Int(random.next() % UInt64(corpus.count))]
                    pair.deliver(random.mutated(original, splicing: other), toServer: toServer)
                }
                if random.next() % 3 == 0 { _ = pair.step() }
            }
            pair.run(limit: .seconds(120))
            if pair.isConnected {
                #expect(pair.client.srtpKeys?.localKey == pair.server.srtpKeys?.remoteKey)
            }
        }
    }
}
