import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Tracks come and go during a call, RFC 9429")
struct TransceiverTests {
    private func added(_ side: Side) -> Int { side.events.count { if case .trackAdded = $0 { true } else { false } } }
    private func removed(_ side: Side) -> Int { side.events.count { if case .trackRemoved = $0 { true } else { false } } }

    @Test("a track that is removed ends at once, with a goodbye, and the far side is told; the others go on", arguments: [0, 1])
    func remove(remover: Int) throws {
        let call = try Call()
        try call.connect()
        call.playBothWays(for: .seconds(3))
        try call.run(for: .seconds(1))
        let (side, other) = (call.sides[remover], call.sides[1 - remover])
        side.peer.setDirection(.recvonly, of: side.video, now: call.now)
        #expect(!side.transceivers[side.video].maySend)
        let before = other.intact(other.video).count
        try call.run(for: .milliseconds(100))
        #expect(other.events.contains { if case .goodbye = $0 { true } else { false } })
        try call.negotiate(from: remover)
        try call.run(for: .seconds(3))
        #expect(other.intact(other.video).count <= before + 2)
        #expect(removed(other) == 1)
        #expect(removed(side) == 0)
        #expect(side.intact(side.video).count == 75)
        #expect(other.intact(other.audio).count == 150)
        #expect(other.transceivers[other.video].currentDirection == .sendonly)
    }

    @Test("a track that was removed may come again, under its old name")
    func addAgain() throws {
        let call = try Call()
        try call.connect()
        call.play(.video, from: 0, for: .seconds(1))
        try call.run(for: .seconds(2))
        call.left.peer.setDirection(.recvonly, of: 1, now: call.now)
        try call.negotiate()
        call.left.peer.setDirection(.sendrecv, of: 1, streamID: "again", trackID: "again", now: call.now)
        try call.negotiate(from: 0)
        call.play(.video, from: 0, for: .seconds(1))
        try call.run(for: .seconds(2))
        #expect(call.right.intact(1).count == 50)
        #expect(added(call.right) == 3)
        #expect(
            call.right.events.last { if case .trackAdded = $0 { true } else { false } }
                == .trackAdded(transceiver: 1, mid: "1", kind: .video, streamID: "again"))
    }

    @Test("a stopped section has port 0 on both sides, and its line is used again for another track", arguments: [0, 1])
    func recycle(offerer: Int) throws {
        let call = try Call()
        try call.connect()
        let (side, other) = (call.sides[offerer], call.sides[1 - offerer])
        side.peer.stop(transceiver: side.video, now: call.now)
        let offer = try side.peer.setLocalDescription(now: call.now)
        #expect(offer.media.map(\.isRejected) == [false, true])
        #expect(offer.bundleGroups == [["0"]])
        try other.peer.setRemoteDescription(offer, .offer, now: call.now)
        let answer = try other.peer.setLocalDescription(now: call.now)
        #expect(answer.media.map(\.isRejected) == [false, true])
        try side.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.run(for: .milliseconds(100))
        #expect(call.sides.map { $0.transceivers[$0.video].isStopped } == [true, true])
        #expect(call.sides.map(removed) == [1, 1])
        let screen = side.peer.addTransceiver(.video, direction: .sendrecv, streamID: "screen", trackID: "screen")
        var lines: [String?] = []
        try call.negotiate(
            from: offerer,
            offer: {
                lines = (try? SessionDescription(parsing: $0))?.media.map(\.mid) ?? []
                return $0
            })
        #expect(lines == ["0", "2"])
        call.play(.video, from: offerer, for: .seconds(1), on: screen)
        call.play(.audio, from: offerer, for: .seconds(1))
        try call.run(for: .seconds(2))
        #expect(other.intact(2).count == 25)
        #expect(other.intact(other.audio).count == 50)
    }

    @Test("what only stopped, and never stood in a description, is never offered")
    func stoppedUnseen() throws {
        let call = try Call()
        let index = call.left.peer.addTransceiver(.video, direction: .sendrecv, streamID: "s", trackID: "t")
        call.left.peer.stop(transceiver: index, now: call.now)
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        #expect(offer.media.map(\.mid) == ["0", "1"])
    }

    /// A peer that rejects a section keeps its codecs in the line. Those of a rejected section were taken for it all the same, so that the
    /// packets of the next section with the same payload type, unless they had a mid or a known SSRC, went to a track that was over.
    @Test("payload types of a rejected section belong to the sections that live")
    func rejectedPayloadTypes() throws {
        let call = try Call()
        try call.connect()
        let screen = call.left.peer.addTransceiver(.video, direction: .sendrecv, streamID: "screen", trackID: "screen")
        try call.negotiate()
        call.left.peer.stop(transceiver: call.left.video, now: call.now)
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        var full = offer
        full.media[1].codecs = offer.media[2].codecs
        try call.right.peer.setRemoteDescription(full, .offer, now: call.now)
        #expect(call.right.transceiver(ofPayloadType: 96) == screen)
        #expect(call.right.transceiver(ofPayloadType: 97) == screen)
    }

    /// GStreamer's webrtcbin offers no mid extension, and names no SSRC of a track whose first packet is yet to be made. Payload types told
    /// such a track from the others of its kind no better, so all of its packets were dropped.
    @Test("an SSRC that nobody named belongs to the one section that waits for a source")
    func unnamedSource() throws {
        func anonymous(_ text: String) -> String {
            text.replacing(/a=extmap:\d+ [^\r]*sdes:mid\r\n/, with: "").replacing(/a=ssrc[^\r]*\r\n/, with: "")
        }
        let call = try Call()
        try call.negotiate(offer: { $0.replacing(/a=extmap:\d+ [^\r]*sdes:mid\r\n/, with: "") })
        try call.runUntilConnected()
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        let screen = call.left.peer.addTransceiver(.video, direction: .sendonly, streamID: "screen", trackID: "screen")
        try call.negotiate(offer: anonymous)
        call.link.conditions.loss = 0.03
        call.play(.video, from: 0, for: .seconds(2), on: screen)
        try call.run(for: .seconds(3))
        #expect(call.right.intact(2).count == 50)
        #expect(call.right.intact(1).count == 25)
    }

    @Test("a rolled-back offer of the far side leaves nothing: terms, sections and tracks are those before it")
    func rollbackRemote() throws {
        let call = try Call()
        try call.connect()
        let screen = call.left.peer.addTransceiver(.video, direction: .sendrecv, streamID: "screen", trackID: "screen")
        var offer = try call.left.peer.setLocalDescription(now: call.now)
        offer.media[1].port = 0
        offer.bundleGroups = [["0", "2"]]
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        try call.right.peer.rollback()
        #expect(call.right.signalingState == .stable)
        #expect(call.right.transceivers[call.right.video].isStopped == false)
        #expect(call.right.transceivers[2].isStopped)
        // Its own next offer knows two sections, and media flows on.
        try call.left.peer.rollback()
        try call.negotiate(from: 1)
        #expect(call.right.transceivers[1].mid == "1")
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        for side in call.sides { #expect(side.intact(side.video).count == 25) }
        try call.negotiate(from: 0)
        call.play(.video, from: 0, for: .seconds(1), on: screen)
        try call.run(for: .seconds(2))
        #expect(call.right.intact(3).count == 25)
    }

    @Test("glare over added tracks: the polite side rolls back, and offers its own afterwards")
    func glare() throws {
        let call = try Call()
        try call.connect()
        let ours = call.left.peer.addTransceiver(.video, direction: .sendrecv, streamID: "left", trackID: "left")
        let theirs = call.right.peer.addTransceiver(.audio, direction: .sendrecv, streamID: "right", trackID: "right")
        _ = try call.left.peer.setLocalDescription(now: call.now)
        let kept = try call.right.peer.setLocalDescription(now: call.now)
        try call.left.peer.rollback()
        try call.left.peer.setRemoteDescription(kept, .offer, now: call.now)
        let answer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.negotiate(from: 0)
        #expect(call.left.transceivers[ours].mid == "3")
        #expect(call.right.transceivers[theirs].mid == "2")
        call.play(.video, from: 0, for: .seconds(1), on: ours)
        call.play(.audio, from: 1, for: .seconds(1), on: theirs)
        try call.run(for: .seconds(2))
        #expect(call.right.intact(3).count == 25)
        #expect(call.left.intact(3).count == 50)
    }

    @Test("a transceiver that is kept for one's own offer takes no section of the far side's")
    func keptForOwnOffer() throws {
        let call = try Call()
        try call.connect()
        for side in call.sides {
            let screen = side.peer.addTransceiver(.video, direction: .sendonly, streamID: "s", trackID: "screen")
            side.peer.keepForOwnOffer(screen)
        }
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(offer, .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        #expect(call.right.peer.transceiverCount == 4)
        #expect(call.right.peer.mid(of: 2) == nil && call.right.peer.needsNegotiation)
        #expect(call.right.peer.remoteTrackID(of: 3) == "screen")
    }
}
