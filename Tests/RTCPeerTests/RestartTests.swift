import RTCCore
import RTCICE
import RTCPeer
import RTCWire
import Testing

@Suite("Outages, ICE restarts and re-offers")
struct RestartTests {
    @Test("a restart in mid-call keeps media on the old way and moves to the new one", arguments: [0, 1])
    func restart(offerer: Int) throws {
        let call = try Call()
        try call.connect()
        call.playBothWays(for: .seconds(20))
        try call.run(for: .seconds(2))
        let oldPaths = call.sides.map { $0.selectedPath }
        let roles = call.sides.map { $0.transport.iceRole }
        let dtls = call.sides.map { $0.transport.dtlsRole }
        let conflicts = call.sides.map { $0.roleConflicts }
        for number in 0...1 { call.addAddress(to: number, number: 1) }
        let offer = try call.sides[offerer].peer.setLocalDescription(restartICE: true, now: call.now)
        let newFragment = call.sides[offerer].ufrag
        // The new generation finds the old addresses dead; consent on the old pair lives.
        call.link.conditions.drops = { datagram in
            datagram.kind == .stun && datagram.contains(newFragment)
                && (datagram.path.local == Call.address(datagram.from, 0)
                    || datagram.path.remote == Call.address(1 - datagram.from, 0))
        }
        try call.run(for: .milliseconds(300))
        let other = call.sides[1 - offerer]
        try other.peer.setRemoteDescription(offer, .offer, now: call.now)
        let answer = try other.peer.setLocalDescription(now: call.now)
        try call.run(for: .milliseconds(300))
        // Who controls and knows both descriptions may move ahead of the other.
        #expect(call.sides[offerer].selectedPath == oldPaths[offerer])
        if offerer == 0 { #expect(other.selectedPath == oldPaths[1]) }
        try call.sides[offerer].peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.run(for: .seconds(5))
        for number in 0...1 {
            #expect(call.sides[number].selectedPath == Path(local: Call.address(number, 1), remote: Call.address(1 - number, 1)))
            #expect(answer.media.map(\.mid) == ["0", "1"])
        }
        // The old way is not used any more.
        call.link.conditions.drops = { $0.path.local == Call.address($0.from, 0) }
        try call.run(for: .seconds(15))
        for (number, side) in call.sides.enumerated() {
            #expect(side.intact(side.video).count == call.sides[1 - number].flows[1].sent.count)
            #expect(side.intact(side.video).count == 500)
            #expect(side.transport.iceRole == roles[number])
            #expect(side.transport.dtlsRole == dtls[number])
            #expect(side.roleConflicts == conflicts[number])
        }
    }

    @Test("forty seconds of silence end the way; a restart brings the call back", arguments: [0, 1])
    func longSilence(offerer: Int) throws {
        let call = try Call()
        try call.connect()
        call.playBothWays(for: .seconds(120))
        try call.run(for: .seconds(3))
        call.link.conditions.drops = { _ in true }
        try call.run(for: .seconds(40))
        #expect(call.left.selectedPath == nil)
        let withheld = call.left.flows.map(\.withheld)
        #expect(withheld.allSatisfy { $0 > 100 })
        call.link.conditions.drops = { _ in false }
        try call.negotiate(from: offerer, restartICE: true)
        try call.run(for: .seconds(2))
        for side in call.sides {
            #expect(side.iceState == .connected)
            side.frames = [:]
        }
        try call.run(for: .seconds(10))
        for side in call.sides {
            #expect(side.intact(side.video).count >= 249)
            #expect(side.transport.starlingSRTPAuthenticationFailures == 0)
        }
    }

    @Test("ten minutes without a way do not break the rollover counters")
    func veryLongSilence() throws {
        let call = try Call()
        try call.connect()
        call.play(.video, from: 0, for: .seconds(700), burst: 12)
        try call.run(for: .seconds(3))
        call.link.conditions.drops = { _ in true }
        try call.run(for: .seconds(600))
        call.link.conditions.drops = { _ in false }
        try call.negotiate(restartICE: true)
        try call.run(for: .seconds(2))
        call.right.frames = [:]
        try call.run(for: .seconds(4))
        #expect(call.right.intact(1).count >= 99)
        #expect(call.right.transport.starlingSRTPAuthenticationFailures == 0)
    }

    @Test("a blackout of six seconds heals by itself", arguments: [UInt64(1), 2, 3])
    func blackout(seed: UInt64) throws {
        let call = try Call(seed: seed)
        try call.connect()
        call.playBothWays(for: .seconds(30))
        try call.run(for: .seconds(3))
        call.link.conditions.drops = { _ in true }
        try call.run(for: .seconds(6))
        call.link.conditions.drops = { _ in false }
        for side in call.sides { side.frames = [:] }
        try call.run(for: .seconds(3))
        for side in call.sides {
            #expect(side.intact(side.video).count > 70)
            #expect(side.iceState == .connected)
        }
        #expect(call.left.keyFrameRequests + call.right.keyFrameRequests >= 2)
    }

    @Test("a re-offer without a restart changes neither roles, mids, SSRCs, candidates nor the association", arguments: [0, 1])
    func reoffer(offerer: Int) throws {
        let call = try Call()
        try call.connect()
        call.playBothWays(for: .seconds(4))
        try call.run(for: .seconds(2))
        let before = call.sides.map { $0.transceivers.map(\.sender.ssrc) }
        let ufrags = call.sides.map { $0.ufrag }
        var offerText = ""
        var answerText = ""
        try call.negotiate(
            from: offerer,
            offer: {
                offerText = $0
                return $0
            },
            answer: {
                answerText = $0
                return $0
            })
        let offer = try SessionDescription(parsing: offerText)
        let answer = try SessionDescription(parsing: answerText)
        #expect(offer.media.map(\.mid) == ["0", "1"])
        #expect(answer.media.map(\.mid) == ["0", "1"])
        #expect(offer.media.allSatisfy { $0.setup == .actpass })
        let isClient = call.sides[1 - offerer].transport.dtlsRole == "client"
        #expect(answer.media.allSatisfy { $0.setup == (isClient ? .active : .passive) })
        try call.run(for: .seconds(4))
        for (number, side) in call.sides.enumerated() {
            #expect(side.transceivers.map(\.sender.ssrc) == before[number])
            #expect(side.ufrag == ufrags[number])
            #expect(side.intact(side.video).count == 100)
            #expect(side.intact(side.audio).count == 200)
            #expect(side.transport.selectedCandidatePairChanges == 1)
        }
    }

    @Test("both offer at once: who gives way rolls back, answers, and the call stands")
    func glare() throws {
        let call = try Call()
        _ = try call.left.peer.setLocalDescription(now: call.now)
        let kept = try call.right.peer.setLocalDescription(now: call.now)
        #expect(throws: NegotiationError.self) { try call.left.peer.setRemoteDescription(kept, .offer, now: call.now) }
        try call.left.peer.rollback()
        try call.left.peer.setRemoteDescription(kept, .offer, now: call.now)
        let answer = try call.left.peer.setLocalDescription(now: call.now)
        try call.right.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.runUntilConnected()
        #expect(call.left.transport.iceRole == "controlled")
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        for side in call.sides { #expect(side.intact(side.video).count == 25) }
    }

    /// GStreamer's webrtcbin offers anew with `a=setup:active`, also where it is the DTLS server. The answer repeated our own role,
    /// active as well, and so was refused: every renegotiation that webrtcbin began failed.
    @Test(
        "an answer complements the offered DTLS role, and an association that lives keeps its own",
        arguments: ["active", "passive"])
    func setupOfReoffer(offered: String) throws {
        let call = try Call()
        try call.connect()
        let roles = call.sides.map(\.transport.dtlsRole)
        var answered = ""
        try call.negotiate(
            offer: { $0.replacing("a=setup:actpass", with: "a=setup:\(offered)") },
            answer: {
                answered = $0
                return $0
            })
        #expect(answered.contains(offered == "active" ? "a=setup:passive" : "a=setup:active"))
        #expect(!answered.contains("a=setup:\(offered)"))
        #expect(call.sides.map(\.transport.dtlsRole) == roles)
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        for side in call.sides { #expect(side.intact(side.video).count == 25) }
    }

    @Test("a rolled-back offer leaves no m-sections: the far side's may stand in another order")
    func glareOtherOrder() throws {
        var options = SideOptions()
        options.kinds = [.video, .audio]
        let call = try Call(Conditions(), left: SideOptions(), right: options)
        _ = try call.left.peer.setLocalDescription(now: call.now)
        let kept = try call.right.peer.setLocalDescription(now: call.now)
        try call.left.peer.rollback()
        try call.left.peer.setRemoteDescription(kept, .offer, now: call.now)
        let answer = try call.left.peer.setLocalDescription(now: call.now)
        #expect(answer.media.map(\.kind) == [.video, .audio])
        #expect(answer.media.allSatisfy { !$0.isRejected && $0.direction == .sendrecv })
        try call.right.peer.setRemoteDescription(answer, .answer, now: call.now)
        try call.runUntilConnected()
        call.play(.video, from: 0, for: .seconds(1))
        try call.run(for: .seconds(2))
        #expect(call.right.intact(0).count == 25)
    }
}
