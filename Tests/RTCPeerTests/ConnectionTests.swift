import RTCCore
import RTCCrypto
import RTCICE
import RTCPeer
import RTCWire
import SampleDescriptions
import Testing

@Suite("A call gets connected")
struct ConnectionTests {
    @Test("either side may offer, and both are connected in few round trips", arguments: [0, 1])
    func roles(offerer: Int) throws {
        let call = try Call()
        let start = call.now
        try call.negotiate(from: offerer)
        try call.runUntilConnected()
        // A check and its answer, a nomination, two flights of DTLS each way; forty milliseconds each.
        let took = call.sides.compactMap(\.connectedAt).map { $0 - start }
        #expect(took.allSatisfy { $0 <= .milliseconds(40 * 5) }, "\(took)")
        #expect(call.sides[offerer].transport.iceRole == "controlling")
        #expect(call.sides[1 - offerer].transport.iceRole == "controlled")
        #expect(call.sides[1 - offerer].transport.dtlsRole == "client")
        #expect(call.left.transport.tlsVersion == "FEFD")
    }

    @Test("the answerer may be told its DTLS role", arguments: ["active", "passive"])
    func setup(offered: String) throws {
        let call = try Call()
        try call.negotiate(offer: { $0.replacing("a=setup:actpass", with: "a=setup:\(offered)") })
        try call.runUntilConnected()
        #expect(call.right.transport.dtlsRole == (offered == "active" ? "server" : "client"))
        #expect(call.left.transport.dtlsRole == (offered == "active" ? "client" : "server"))
    }

    @Test("an early ClientHello is heard before the answer")
    func earlyClientHello() throws {
        let call = try Call()
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        let answer = try call.right.peer.setLocalDescription(now: call.now)
        try call.run(for: .milliseconds(900))
        try call.left.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.runUntilConnected()
        #expect(call.left.transport.dtlsRole == "server")
    }

    @Test("DTLS from where no check came is refused, before the answer and after")
    func strangersHello() throws {
        let stranger = try Call(seed: 2)
        stranger.keepsWire = true
        try stranger.connect()
        let hello = try #require(stranger.wire.first { $0.kind == .dtls }).bytes
        let call = try Call()
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        let foreign = Path(local: Call.address(0, 0), remote: .loopback(port: 9))
        for _ in 0..<10 { call.give(hello, to: call.left, on: foreign) }
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        let answer = try call.right.peer.setLocalDescription(now: call.now)
        try call.left.peer.setRemoteDescription(answer, .answer, now: call.now)
        for _ in 0..<10 { call.give(hello, to: call.left, on: foreign) }
        try call.runUntilConnected()
        #expect(call.left.transport.starlingUnprovenPath == 20)
    }

    @Test("a certificate that is not the signalled one ends the call before any media", arguments: [0, 1])
    func fingerprint(forged: Int) throws {
        let call = try Call()
        func forge(_ text: String) -> String {
            text.replacing(/a=fingerprint:sha-256 [0-9A-F:]+/, with: "a=fingerprint:sha-256 " + SDPSamples.fingerprint)
        }
        try call.negotiate(offer: forged == 0 ? forge : { $0 }, answer: forged == 1 ? forge : { $0 })
        call.playBothWays(for: .seconds(3))
        try call.run(for: .seconds(5))
        let deceived = call.sides[1 - forged]
        #expect(deceived.closeReasons.count == 1)
        #expect(deceived.closeReasons.first?.contains("fingerprint") == true)
        #expect(deceived.connectedAt == nil)
        for side in call.sides { #expect(side.frames.values.allSatisfy { $0.isEmpty }) }
    }

    @Test("all profiles carry media", arguments: SRTPProfile.preferred)
    func profiles(profile: SRTPProfile) throws {
        var options = SideOptions()
        options.profiles = [profile]
        let call = try Call(Conditions(), left: SideOptions(), right: options)
        try call.connect()
        #expect(call.left.transport.srtpCipher == profile.name)
        call.playBothWays(for: .seconds(2))
        try call.run(for: .seconds(3))
        for side in call.sides {
            #expect(side.intact(side.video).count == 50)
            #expect(side.intact(side.audio).count == 100)
        }
    }

    @Test("libsrtp2 and libcrypto understand each other, resends included", arguments: SRTPProfile.preferred, [true, false])
    func backends(profile: SRTPProfile, rtx: Bool) throws {
        var library = SideOptions()
        library.profiles = [profile]
        library.backend = .libsrtp2
        if !rtx { library.codecs = Call.codecsWithoutRTX }
        var own = library
        own.backend = .libcrypto
        let call = try Call(Conditions(loss: 0.03), left: library, right: own)
        try call.connect()
        call.playBothWays(for: .seconds(4))
        try call.run(for: .seconds(6))
        for (number, side) in call.sides.enumerated() {
            #expect(side.intact(side.video).count == 100)
            #expect(side.inbound.packetsReceived > 300)
            #expect(call.sides[1 - number].outbound.retransmittedPacketsSent > 0)
            #expect(side.transport.starlingSRTPAuthenticationFailures == 0)
        }
    }

    @Test("profiles without a common one end the call with a reason")
    func noProfile() throws {
        var gcm = SideOptions()
        gcm.profiles = [.aeadAES128GCM]
        var cm = SideOptions()
        cm.profiles = [.aes128CMSHA1_80]
        let call = try Call(Conditions(), left: gcm, right: cm)
        try call.negotiate()
        try call.run(for: .seconds(3))
        #expect(call.left.connectedAt == nil && call.right.connectedAt == nil)
        #expect(call.sides.contains { $0.closeReasons.count == 1 })
        for side in call.sides { #expect(side.closeReasons.count <= 1) }
    }

    @Test("equal seeds make equal bytes of a whole call, other seeds do not")
    func determinism() throws {
        func bytes(_ seed: UInt64) throws -> [[UInt8]] {
            let call = try Call(seed: seed, Conditions(jitter: .milliseconds(5), loss: 0.05, duplication: 0.02))
            call.keepsWire = true
            try call.connect()
            call.playBothWays(for: .seconds(3))
            try call.run(for: .seconds(4))
            return call.wire.map(\.bytes)
        }
        let first = try bytes(5)
        let again = try bytes(5)
        let other = try bytes(6)
        #expect(again == first)
        #expect(other != first)
    }

    @Test("goodbye: BYE behind a report, the far side told, and nothing more is said")
    func goodbye() throws {
        let call = try Call()
        try call.connect()
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        call.keepsWire = true
        var spy = try Eavesdropper(on: call.left)
        call.left.peer.close(now: call.now)
        try call.run(for: .seconds(2))
        var compound: [[RTCPPacket]] = []
        for datagram in call.wire where datagram.from == 0 && datagram.kind == .rtcp { compound.append(spy.rtcp(datagram)) }
        #expect(compound.count == 1)
        if case .senderReport? = compound.first?.first {} else { Issue.record("no report in front: \(compound)") }
        let goodbyes = call.right.events.filter { if case .goodbye = $0 { true } else { false } }
        #expect(goodbyes.count == 2)
        #expect(call.right.closeReasons == ["the far side closed the transport"])
        #expect(call.left.closeReasons.isEmpty)
        #expect(call.left.deadline == nil)
        let count = call.wire.filter { $0.from == 0 }.count
        try call.run(for: .seconds(60))
        #expect(call.wire.filter { $0.from == 0 }.count == count)
    }

    @Test("closing is clean at every stage, with and without a way out", arguments: [0, 20, 60, 100, 200, 500])
    func closeAnytime(milliseconds: Int) throws {
        let call = try Call()
        try call.negotiate()
        call.playBothWays(for: .seconds(5))
        try call.run(for: .milliseconds(milliseconds))
        call.link.conditions.drops = { _ in true }
        call.left.peer.close(now: call.now)
        try call.run(for: .seconds(60))
        #expect(call.left.deadline == nil)
        call.right.peer.close(now: call.now)
        try call.run(for: .seconds(1))
        #expect(call.right.deadline == nil)
    }
}
