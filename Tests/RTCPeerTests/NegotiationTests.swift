import RTCCore
import RTCICE
import RTCPeer
import RTCWire
import SampleDescriptions
import Testing

@Suite("Offers and answers, RFC 9429")
struct NegotiationTests {
    private func answer(_ offer: String, kinds: [MediaKind] = [.audio, .video]) throws -> SessionDescription {
        var options = SideOptions()
        options.kinds = kinds
        var peer = try Call.makePeer(1, options, seed: 1, now: .seconds(1))
        peer.addLocalAddress(Call.address(1, 0), now: .seconds(1))
        try peer.setRemoteDescription(SessionDescription(parsing: offer), .offer, now: .seconds(1))
        let text = try peer.setLocalDescription(now: .seconds(1)).text
        return try SessionDescription(parsing: text)
    }

    /// Firefox gathers for each section when it offers, and keeps the first transport only.
    @Test("candidates of other sections than the bundle's tagged one are counted and not called")
    func untaggedCandidates() throws {
        let call = try Call()
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        let before = call.right.peer.statistics.ignoredCandidates
        call.right.peer.addRemoteCandidate("candidate:7 1 udp 2122252543 198.51.100.7 4007 typ host", mid: "0", now: call.now)
        call.right.peer.addRemoteCandidate("candidate:8 1 udp 2122252543 198.51.100.8 4008 typ host", mid: "1", now: call.now)
        call.right.peer.addRemoteCandidate("candidate:9 1 udp 2122252543 198.51.100.9 4009 typ host", now: call.now)
        let ports = call.right.peer.ice.candidatePairs.map(\.remote.address.port)
        #expect(ports.contains(4007) && !ports.contains(4008) && ports.contains(4009))
        #expect(call.right.peer.statistics.ignoredCandidates == before + 1)
    }

    @Test("who answers an ICE-lite endpoint controls all the same, and is controlled by any other", arguments: [true, false])
    func lite(isLite: Bool) throws {
        var offer = try SessionDescription(parsing: SDPSamples.chromeOffer)
        offer.iceLite = isLite
        var peer = try Call.makePeer(1, SideOptions(), seed: 1, now: .seconds(1))
        peer.addLocalAddress(Call.address(1, 0), now: .seconds(1))
        try peer.setRemoteDescription(SessionDescription(parsing: offer.text), .offer, now: .seconds(1))
        _ = try peer.setLocalDescription(now: .seconds(1))
        #expect(peer.statisticsSnapshot().transport.iceRole == (isLite ? "controlling" : "controlled"))
    }

    @Test("a Chrome-like offer gets the answer it deserves")
    func chrome() throws {
        let answer = try answer(SDPSamples.chromeOffer)
        #expect(answer.media.map(\.mid) == ["0", "1", "2"])
        #expect(answer.media.map(\.isRejected) == [false, false, true])
        #expect(answer.bundleGroups == [["0", "1"]])
        let (audio, video, data) = (answer.media[0], answer.media[1], answer.media[2])
        #expect(audio.codecs.map(\.payloadType) == [111])
        #expect(audio.codecs.map(\.name) == ["opus"])
        #expect(audio.codecs[0].feedback == ["transport-cc"])
        #expect(audio.extensions.map(\.id) == [1, 3, 4])
        #expect(audio.direction == .sendrecv)
        #expect(video.codecs.map(\.payloadType) == [96, 97, 45, 46])
        #expect(video.codecs[1].associatedPayloadType == 96)
        #expect(
            video.codecs[0].feedback == ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"])
        #expect(video.extensions.map(\.id) == [3, 4, 10, 11])
        #expect(video.direction == .recvonly)
        #expect(video.ssrcs.isEmpty && video.msids.isEmpty)
        #expect(video.rids.map(\.id) == ["q", "h", "f"] && video.rids.allSatisfy { $0.direction == .receive })
        #expect(video.simulcast?.receive.map { $0.map(\.isPaused) } == [[false], [true], [false]])
        #expect(video.simulcast?.send.isEmpty == true)
        #expect(answer.media.prefix(2).allSatisfy { $0.setup == .active && $0.rtcpMux && $0.port == 9 })
        #expect(data.kind == .application && data.proto == "UDP/DTLS/SCTP" && data.formats == ["webrtc-datachannel"])
        #expect(data.iceUfrag == nil && data.fingerprints.isEmpty && data.candidates.isEmpty)
    }

    @Test("a Firefox-like offer gets the answer it deserves")
    func firefox() throws {
        let answer = try answer(SDPSamples.firefoxOffer)
        #expect(answer.bundleGroups == [["0", "1"]])
        #expect(answer.media[0].codecs.map(\.payloadType) == [109])
        #expect(answer.media[0].codecs[0].parameter("stereo") == nil)
        #expect(answer.media[0].extensions.map(\.id) == [1, 3])
        #expect(!answer.media[0].rtcpReducedSize)
        #expect(answer.media[1].codecs.map(\.payloadType) == [120, 124])
        #expect(answer.media[1].rtcpReducedSize)
        #expect(answer.media[1].extensions.map(\.id) == [3, 4, 7])
        #expect(answer.media[1].rids.map(\.payloadTypes) == [[], [120, 124]])
        #expect(answer.media[1].rids[0].restrictions.map(\.key) == ["max-width", "max-height"])
        #expect(answer.media[1].direction == .recvonly)
    }

    @Test("the first offer of RFC 9429 §7.1 is answered, where 96 is Opus")
    func jsep() throws {
        let answer = try answer(SDPSamples.jsepOffer)
        #expect(answer.media.map(\.mid) == ["a1", "v1"])
        #expect(answer.media[0].codecs.map(\.payloadType) == [96])
        #expect(answer.media[1].codecs.map(\.payloadType) == [100, 102, 101, 103])
        #expect(answer.media[1].extensions.map(\.id) == [1])
    }

    @Test("what cannot be used keeps its place, kind, protocol and mid, with port 0")
    func refused() throws {
        var offer = SDPSamples.chromeOffer.replacing("BUNDLE 0 1 2", with: "BUNDLE 0 1 2 t x v")
        offer += """

            m=text 9 UDP/TLS/RTP/SAVPF 98
            c=IN IP4 0.0.0.0
            a=mid:t
            a=rtcp-mux
            a=rtpmap:98 t140/1000
            m=audio 49170 RTP/AVP 111
            c=IN IP4 0.0.0.0
            a=mid:x
            a=rtcp-mux
            a=rtpmap:111 opus/48000/2
            m=video 9 UDP/TLS/RTP/SAVPF 102
            c=IN IP4 0.0.0.0
            a=mid:v
            a=rtcp-mux
            a=rtpmap:102 H265/90000
            m=video 0 UDP/TLS/RTP/SAVPF 96
            c=IN IP4 0.0.0.0
            a=inactive
            """
        let answer = try answer(offer)
        #expect(answer.media.map(\.isRejected) == [false, false, true, true, true, true, true])
        #expect(answer.media.map(\.mid) == ["0", "1", "2", "t", "x", "v", nil])
        #expect(answer.media.map(\.kind.name) == ["audio", "video", "application", "text", "audio", "video", "video"])
        #expect(answer.media[4].proto == "RTP/AVP")
        #expect(answer.bundleGroups == [["0", "1"]])
    }

    @Test("candidates of a second component, of TCP and with .local names are passed over")
    func candidates() throws {
        var peer = try Call.makePeer(1, SideOptions(), seed: 1, now: .seconds(1))
        peer.addLocalAddress(Call.address(1, 0), now: .seconds(1))
        try peer.setRemoteDescription(SessionDescription(parsing: SDPSamples.firefoxOffer), .offer, now: .seconds(1))
        _ = try peer.setLocalDescription(now: .seconds(1))
        for line in [
            "candidate:1 2 udp 2122252542 192.0.2.1 5001 typ host",
            "candidate:2 1 tcp 2105524479 192.0.2.1 9 typ host tcptype active",
            "candidate:3 1 udp 2122252543 3f0c6b9e.local 51472 typ host", "", "candidate:", "nonsense",
        ] { peer.addRemoteCandidate(line, now: .seconds(1)) }
        let before = peer.statisticsSnapshot().candidatePairs.count
        peer.addRemoteCandidate("candidate:4 1 UDP 2122252543 192.0.2.1 5000 typ host", now: .seconds(1))
        let after = peer.statisticsSnapshot().candidatePairs.count
        #expect(before == 0)
        #expect(after == 1)
    }

    @Test("wrong states throw and change nothing")
    func wrongStates() throws {
        let call = try Call()
        let other = try Call(seed: 9)
        let foreign = try other.left.peer.setLocalDescription(now: call.now)
        #expect(throws: NegotiationError.self) { try call.left.peer.setRemoteDescription(foreign, .answer, now: call.now) }
        #expect(throws: NegotiationError.self) { try call.left.peer.rollback() }
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        #expect(throws: NegotiationError.self) { try call.left.peer.setLocalDescription(now: call.now) }
        #expect(throws: NegotiationError.self) { try call.left.peer.setRemoteDescription(foreign, .offer, now: call.now) }
        #expect(call.left.signalingState == .haveLocalOffer)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        #expect(throws: NegotiationError.self) { try call.right.peer.setRemoteDescription(offer, .offer, now: call.now) }
        let answer = try call.right.peer.setLocalDescription(now: call.now)
        #expect(throws: NegotiationError.self) { try call.right.peer.setRemoteDescription(answer, .answer, now: call.now) }
        try call.left.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.runUntilConnected()
        call.left.peer.close(now: call.now)
        #expect(throws: NegotiationError.self) { try call.left.peer.setLocalDescription(now: call.now) }
        #expect(throws: NegotiationError.self) { try call.left.peer.setRemoteDescription(offer, .offer, now: call.now) }
    }

    static let spoiled: [(String, @Sendable (String) -> String)] = [
        ("mid '7'", { $0.replacing("a=mid:1", with: "a=mid:7") }),
        ("kind 'audio'", { $0.replacing("m=video", with: "m=audio") }),
        ("1 m-sections for 2", { String($0[..<($0.range(of: "m=video").lowerBound)]) }),
        ("3 m-sections for 2", { $0 + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" }),
        ("actpass", { $0.replacing("a=setup:active", with: "a=setup:actpass") }),
        ("holdconn", { $0.replacing("a=setup:active", with: "a=setup:holdconn") }),
        ("a=setup", { $0.replacing("a=setup:active\r\n", with: "") }),
        ("fingerprint", { $0.replacing(/a=fingerprint[^\r]+\r\n/, with: "") }),
        ("ICE", { $0.replacing(/a=ice-ufrag[^\r]+\r\n/, with: "") }),
        ("ICE", { $0.replacing(/a=ice-pwd[^\r]+\r\n/, with: "") }),
        ("rtcp-mux", { $0.replacing("a=rtcp-mux\r\n", with: "") }),
        ("BUNDLE", { $0.replacing(/a=group:BUNDLE[^\r]+\r\n/, with: "") }),
        ("mid ''", { $0.replacing("a=mid:0\r\n", with: "") }),
    ]

    @Test(
        "an answer that does not fit or lacks something is refused by name, and the right one still counts",
        arguments: 0..<13)
    func wrongAnswers(number: Int) throws {
        let (word, spoil) = Self.spoiled[number]
        let call = try Call()
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        let answer = try call.right.peer.setLocalDescription(now: call.now)
        do {
            try call.left.peer.setRemoteDescription(SessionDescription(parsing: spoil(answer.text)), .answer, now: call.now)
            Issue.record("'\(word)' was accepted")
        } catch {
            let text = "\(error)"
            #expect(text.contains(word))
        }
        #expect(call.left.signalingState == .haveLocalOffer)
        try call.left.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.runUntilConnected()
    }

    @Test(
        "an offer without fingerprint, ICE, setup or rtcp-mux is refused by name",
        arguments: [6, 7, 8, 9, 10, 11])
    func wrongOffers(number: Int) throws {
        let (word, spoil) = Self.spoiled[number]
        let call = try Call()
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        let text = spoil(offer.text.replacing("a=setup:actpass", with: "a=setup:active"))
        do {
            try call.right.peer.setRemoteDescription(SessionDescription(parsing: text), .offer, now: call.now)
            Issue.record("'\(word)' was accepted")
        } catch {
            let text = "\(error)"
            #expect(text.contains(word))
        }
        #expect(call.right.signalingState == .stable)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
    }

    @Test("an answer to a section that was never offered is refused")
    func answeredRefusedSection() throws {
        let call = try Call()
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: SDPSamples.chromeOffer), .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        let offer = try call.right.peer.setLocalDescription(now: call.now)
        #expect(offer.media.map(\.isRejected) == [false, false, true])
        #expect(offer.media.map(\.mid) == ["0", "1", "2"])
        var forged = offer
        forged.media[2].port = 9
        #expect(throws: NegotiationError.self) { try call.right.peer.setRemoteDescription(forged, .answer, now: call.now) }
    }

    @Test("a later offer keeps the payload types and extension ids of the first")
    func reofferNumbers() throws {
        let call = try Call()
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: SDPSamples.firefoxOffer), .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        call.right.peer.addTransceiver(.video, direction: .sendrecv, streamID: "screen", trackID: "screen")
        let offer = try call.right.peer.setLocalDescription(now: call.now)
        #expect(offer.media.map(\.mid) == ["0", "1", "2"])
        #expect(offer.media[0].codecs.map(\.payloadType) == [109])
        #expect(offer.media[1].codecs.map(\.payloadType) == [120, 124])
        #expect(offer.media[2].codecs.map(\.payloadType) == [120, 124])
        for media in offer.media {
            #expect(Set(media.extensions.map(\.id)).count == media.extensions.count)
            #expect(media.extensions.first { $0.uri == RTPExtension.mid.uri }?.id == 3)
            #expect(media.extensions.allSatisfy { $0.id != 1 || $0.uri == RTPExtension.audioLevel.uri })
        }
    }

    @Test(
        "an offer that takes sections away or changes their kind is refused; a refused section may be used again"
    )
    func recycling() throws {
        let call = try Call()
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: SDPSamples.firefoxOffer), .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        var fewer = try SessionDescription(parsing: SDPSamples.firefoxOffer)
        fewer.media.removeLast()
        #expect(throws: NegotiationError.self) { try call.right.peer.setRemoteDescription(fewer, .offer, now: call.now) }
        var swapped = try SessionDescription(parsing: SDPSamples.firefoxOffer)
        swapped.media.reverse()
        #expect(throws: NegotiationError.self) { try call.right.peer.setRemoteDescription(swapped, .offer, now: call.now) }
        var stopped = try SessionDescription(parsing: SDPSamples.firefoxOffer)
        stopped.media[1].port = 0
        stopped.bundleGroups = [["0"]]
        try call.right.peer.setRemoteDescription(stopped, .offer, now: call.now)
        let refusal = try call.right.peer.setLocalDescription(now: call.now)
        #expect(refusal.media.map(\.isRejected) == [false, true])
        var again = try SessionDescription(parsing: SDPSamples.firefoxOffer)
        again.media[1].mid = "5"
        again.bundleGroups = [["0", "5"]]
        try call.right.peer.setRemoteDescription(again, .offer, now: call.now)
        let reuse = try call.right.peer.setLocalDescription(now: call.now)
        #expect(reuse.media.map(\.isRejected) == [false, false])
        #expect(reuse.media.map(\.mid) == ["0", "5"])
    }

    @Test("a mid that is the greatest number does no harm")
    func greatMid() throws {
        let call = try Call()
        let text = SDPSamples.firefoxOffer.replacing("BUNDLE 0 1", with: "BUNDLE 0 \(Int.max)").replacing(
            "a=mid:1", with: "a=mid:\(Int.max)")
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: text), .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        call.right.peer.addTransceiver(.video, direction: .sendrecv, streamID: "screen", trackID: "screen")
        let offer = try call.right.peer.setLocalDescription(now: call.now)
        #expect(offer.media.map(\.mid) == ["0", "\(Int.max)", "1"])
    }

    @Test(
        "who only receives is answered, and gets the media and the stream's name",
        arguments: [SDPDirection.recvonly, .sendonly, .inactive])
    func directions(direction: SDPDirection) throws {
        var options = SideOptions()
        options.direction = direction
        let call = try Call(Conditions(), left: options, right: SideOptions())
        try call.connect()
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        #expect(call.left.intact(1).count == (direction.receives ? 25 : 0))
        #expect(call.right.intact(1).count == (direction.sends ? 25 : 0))
        #expect(call.left.flows.allSatisfy { $0.withheld == (direction.sends ? 0 : $0.index) })
        let tracks = call.right.events.filter { if case .trackAdded = $0 { true } else { false } }
        let expected = (0...1).map {
            PeerEvent.trackAdded(transceiver: $0, mid: "\($0)", kind: $0 == 0 ? .audio : .video, streamID: "stream-0")
        }
        #expect(tracks == (direction.sends ? expected : []))
    }

    @Test("an answer may give the codecs other payload types: each side sends what the other wrote")
    func asymmetricPayloadTypes() throws {
        let call = try Call()
        call.keepsWire = true
        func renumber(_ text: String) -> String {
            text.replacing("SAVPF 96 97", with: "SAVPF 120 121").replacing("map:96", with: "map:120")
                .replacing(
                    "fb:96", with: "fb:120"
                )
                .replacing("map:97", with: "map:121").replacing("fmtp:97 apt=96", with: "fmtp:121 apt=120")
        }
        try call.negotiate(answer: renumber)
        // The answerer knows nothing of the change, as if it received under both; let it.
        for (index, binding) in [(120, 96), (121, 97)] {
            call.right.peer.payloadTypes[index] = call.right.peer.payloadTypes[binding]
        }
        try call.runUntilConnected()
        call.link.conditions.loss = 0.03
        call.playBothWays(for: .seconds(2))
        try call.run(for: .seconds(3))
        for side in call.sides { #expect(side.intact(1).count >= 49) }
        let fromLeft = Set(call.wire.filter { $0.from == 0 && $0.isRTP }.map(\.payloadType))
        let fromRight = Set(call.wire.filter { $0.from == 1 && $0.isRTP }.map(\.payloadType))
        #expect(fromLeft == [111, 120, 121])
        #expect(fromRight == [111, 96, 97])
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index> {
        firstRange(of: text) ?? endIndex..<endIndex
    }
}
