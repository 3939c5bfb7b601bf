import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Simulcast by rid, RFC 8851 to 8853")
struct SimulcastTests {
    private static let rids = ["q", "h", "f"]

    /// The left side sends three layers, the right one receives.
    private func makeCall(_ conditions: Conditions = Conditions(), rids: [String] = Self.rids) throws -> Call {
        var sender = SideOptions()
        sender.rids = rids
        sender.direction = .sendonly
        var receiver = SideOptions()
        receiver.direction = .recvonly
        return try Call(conditions, left: sender, right: receiver)
    }

    private func playLayers(_ call: Call, from side: Int = 0, on transceiver: Int = 1, for duration: Duration) {
        for layer in 0..<3 { call.play(.video, from: side, for: duration, on: transceiver, layer: layer) }
    }

    private func offer(of call: Call) throws -> String {
        let offer = try call.left.peer.setLocalDescription(now: call.now)
        try call.left.peer.rollback()
        return offer.text
    }

    private func video(_ text: String) -> [String] {
        text.split(separator: "m=video").last.map { $0.split(separator: "\r\n").map(String.init) } ?? []
    }

    private func answer(_ call: Call, to offer: String) throws -> [String] {
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: offer), .offer, now: call.now)
        return video(try call.right.peer.setLocalDescription(now: call.now).text)
    }

    // MARK: - Descriptions

    @Test("an offer names each layer and no source, and the answer takes them all")
    func descriptions() throws {
        let call = try makeCall()
        let offer = try offer(of: call)
        let lines = video(offer)
        #expect(lines.filter { $0.hasPrefix("a=rid:") } == ["a=rid:q send", "a=rid:h send", "a=rid:f send"])
        #expect(lines.contains("a=simulcast:send q;h;f"))
        #expect(!lines.contains { $0.hasPrefix("a=ssrc") })
        #expect(
            lines.contains { $0.hasSuffix("sdes:rtp-stream-id") } && lines.contains { $0.hasSuffix("repaired-rtp-stream-id") })
        let answer = try answer(call, to: offer)
        #expect(answer.filter { $0.hasPrefix("a=rid:") } == ["a=rid:q recv", "a=rid:h recv", "a=rid:f recv"])
        #expect(answer.contains("a=simulcast:recv q;h;f"))
    }

    @Test("a call without layers says nothing of them")
    func plain() throws {
        let call = try Call()
        let text = try offer(of: call)
        #expect(!text.contains("rid") && !text.contains("simulcast") && !text.contains("rtp-stream-id"))
    }

    @Test(
        "an answer takes the layers that it understands",
        arguments: [
            // No line says what h is.
            ("a=rid:h send\r\n", "", "q;f"),
            // The first alternative has a format of nobody's, the second serves.
            ("a=rid:q send\r\n", "a=rid:q send pt=77\r\na=rid:p send pt=96\r\n", "p;h;f"),
            // A layer that is paused stays so.
            ("a=simulcast:send q", "a=simulcast:send ~q", "~q;h;f"),
            // Longer than a packet can say.
            ("a=rid:h send\r\n", "a=rid:hhhhhhhhhhhhhhhhh send\r\n", "q;f"),
        ])
    func understood(line: String, other: String, expected: String) throws {
        let call = try makeCall()
        let offer = try offer(of: call).replacing(line, with: other)
            .replacing("send q;", with: other.contains("pt=77") ? "send q,p;" : "send q;")
        let answer = try answer(call, to: offer)
        #expect(answer.contains("a=simulcast:recv \(expected)"))
    }

    @Test("of a hundred layers eight are taken")
    func bounded() throws {
        let call = try makeCall()
        let names = (0..<100).map { "r\($0)" }
        let offer = try offer(of: call).replacing(
            "a=rid:q send\r\n", with: names.map { "a=rid:\($0) send\r\n" }.joined()
        ).replacing("send q;h;f", with: "send " + names.joined(separator: ";"))
        let answer = try answer(call, to: offer)
        #expect(answer.contains("a=simulcast:recv " + names.prefix(8).joined(separator: ";")))
        #expect(call.right.layerCount(of: 1) == 8)
    }

    @Test("where packets cannot say their layer, there is no simulcast")
    func untold() throws {
        let call = try makeCall()
        let offer = try offer(of: call).replacing("sdes:rtp-stream-id", with: "sdes:something-else")
        #expect(!(try answer(call, to: offer)).contains { $0.contains("simulcast") || $0.contains("a=rid") })
    }

    // MARK: - Media

    @Test("every layer arrives whole and under its own name")
    func media() throws {
        let call = try makeCall()
        try call.connect()
        playLayers(call, for: .seconds(2))
        try call.run(for: .seconds(3))
        for rid in Self.rids { #expect(call.right.intact(1, rid: rid) == 50, "\(rid)") }
        #expect(call.right.transport.starlingUnknownSSRC == 0)
        let sent = call.left.transceivers[1].senders.map { ($0.ssrc, $0.rid?.string) }
        let received = call.right.transceivers[1].receivers.map { ($0.ssrc, $0.rid?.string) }
        for (sent, received) in zip(sent, received) { #expect(sent.0 == received.0 && sent.1 == received.1) }
    }

    @Test("each layer is repaired by a stream of its own")
    func repair() throws {
        let call = try makeCall(Conditions(loss: 0.05))
        try call.connect()
        playLayers(call, for: .seconds(4))
        try call.run(for: .seconds(6))
        for (layer, rid) in Self.rids.enumerated() {
            let inbound = call.right.peer.receiveStatistics(on: 1, layer: layer)
            #expect(inbound.retransmittedPacketsReceived > 3, "\(rid)")
            #expect(inbound.nackCount > 0, "\(rid)")
            #expect(call.right.intact(1, rid: rid) == 100, "\(rid)")
            #expect(call.left.peer.sendStatistics(on: 1, layer: layer).nackCount > 0, "\(rid)")
        }
        let repairs = call.right.transceivers[1].receivers.map(\.rtxSSRC)
        #expect(repairs == call.left.transceivers[1].senders.map(\.rtxSSRC))
    }

    @Test("a picture is asked for on the layer that lacks it")
    func picture() throws {
        let call = try makeCall()
        try call.connect()
        let middle = call.left.transceivers[1].senders[1]
        call.link.conditions.drops = { datagram in
            // From some packet on nothing of the layer comes for a while, repairs included.
            datagram.from == 0 && datagram.isRTP && (datagram.ssrc == middle.rtxSSRC || datagram.ssrc == middle.ssrc)
                && datagram.sentAt >= .seconds(2) && datagram.sentAt < .seconds(4)
        }
        playLayers(call, for: .seconds(5))
        try call.run(for: .seconds(6))
        let asked = call.left.events.compactMap { event -> Int? in
            if case .keyFrameRequested(transceiver: 1, let layer) = event { layer } else { nil }
        }
        #expect(!asked.isEmpty && asked.allSatisfy { $0 == 1 })
        #expect((0..<3).map { call.left.peer.sendStatistics(on: 1, layer: $0).pliCount > 0 } == [false, true, false])
    }

    @Test("mid and rid stand in every packet until a report has confirmed the source, and a repair says what it repairs")
    func stamps() throws {
        let call = try makeCall()
        call.keepsWire = true
        try call.connect()
        playLayers(call, for: .seconds(4))
        let top = call.left.transceivers[1].senders[2]
        var count = 0
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP, datagram.ssrc == top.ssrc else { return false }
            count += 1
            return count == 5
        }
        try call.run(for: .seconds(5))
        var spy = try Eavesdropper(on: call.left)
        var stamps: [[Bool]] = [[], [], []]
        var repairs: [String?] = []
        for datagram in call.wire where datagram.from == 0 && datagram.isRTP {
            guard let packet = spy.rtp(datagram) else { continue }
            if packet.header.ssrc == top.rtxSSRC { repairs.append(packet.values.rrid?.string) }
            guard let layer = call.left.transceivers[1].senders.firstIndex(where: { $0.ssrc == packet.header.ssrc }) else {
                continue
            }
            #expect((packet.values.rid == nil) == (packet.values.mid == nil))
            if let rid = packet.values.rid { #expect(rid == Self.rids[layer]) }
            stamps[layer].append(packet.values.rid != nil)
        }
        #expect(repairs == ["f"])
        for layer in stamps {
            #expect(layer.first == true && layer.last == false)
            #expect(layer.drop { $0 }.allSatisfy { !$0 })
        }
    }

    @Test("a source that claims a layer which was never agreed is counted and given to nobody")
    func unknownLayer() throws {
        let call = try makeCall()
        try call.negotiate(answer: { $0.replacing("a=rid:f recv", with: "a=rid:x recv").replacing(";f", with: ";x") })
        try call.runUntilConnected()
        #expect(!call.left.maySend(layer: 2))
        // The right side expects q, h and f; here comes what it takes for none of them.
        try call.right.peer.setRemoteDescription(
            SessionDescription(
                parsing: offer(of: call).replacing("a=rid:q send\r\n", with: "").replacing("send q;", with: "send ")),
            .offer, now: call.now)
        _ = try call.right.peer.setLocalDescription(now: call.now)
        call.play(.video, from: 0, for: .seconds(1), layer: 0)
        call.play(.video, from: 0, for: .seconds(1), layer: 1)
        try call.run(for: .seconds(2))
        #expect(call.right.intact(1, rid: "h") == 25)
    }

    // MARK: - What the far side does not take

    @Test("a layer that the answer drops is not sent, nor one that it pauses")
    func dropped() throws {
        let call = try makeCall()
        try call.negotiate(answer: {
            $0.replacing("a=rid:q recv\r\n", with: "").replacing("recv q;h;f", with: "recv ~h;f")
        })
        try call.runUntilConnected()
        #expect((0..<3).map { call.left.maySend(layer: $0) } == [false, false, true])
        playLayers(call, for: .seconds(1))
        try call.run(for: .seconds(2))
        #expect(Self.rids.map { call.right.intact(1, rid: $0) } == [0, 0, 25])
        let active = call.left.peer.statisticsSnapshot().tracks.filter { $0.mid == "1" }.map(\.isActive)
        #expect(active == [false, false, true])
    }

    @Test("a paused layer is sent once an answer no longer pauses it")
    func resumed() throws {
        let call = try makeCall()
        try call.negotiate(answer: { $0.replacing("recv q;h;f", with: "recv q;~h;f") })
        try call.runUntilConnected()
        #expect(!call.left.maySend(layer: 1))
        try call.negotiate()
        #expect(call.left.maySend(layer: 1))
    }

    @Test("where the answer knows no simulcast, the first layer alone is sent, and as no layer")
    func single() throws {
        let call = try makeCall()
        call.keepsWire = true
        try call.negotiate(answer: { answer in
            answer.split(separator: "\r\n").filter { !$0.hasPrefix("a=rid") && !$0.hasPrefix("a=simulcast") }
                .joined(separator: "\r\n") + "\r\n"
        })
        try call.runUntilConnected()
        #expect((0..<3).map { call.left.maySend(layer: $0) } == [true, false, false])
        playLayers(call, for: .seconds(1))
        try call.run(for: .milliseconds(100))
        var spy = try Eavesdropper(on: call.left)
        let packets = call.wire.filter { $0.from == 0 && $0.isRTP }.compactMap { spy.rtp($0) }
        #expect(!packets.isEmpty && packets.allSatisfy { $0.values.rid == nil && $0.values.mid != nil })
    }

    @Test("an answer that names layers which were not offered sends what was")
    func strangeAnswer() throws {
        let call = try makeCall()
        try call.negotiate(answer: {
            $0.replacing("a=rid:f recv\r\n", with: "a=rid:f recv\r\na=rid:z recv\r\na=rid:y send\r\n")
                .replacing("recv q;h;f", with: "recv z;f send y")
        })
        try call.runUntilConnected()
        #expect((0..<3).map { call.left.maySend(layer: $0) } == [false, false, true])
        #expect(call.left.layerCount(of: 1) == 1)
    }

    // MARK: - Both ways and again

    @Test("both sides send layers, each in a section of its own offer")
    func bothWays() throws {
        var options = SideOptions()
        options.rids = Self.rids
        options.direction = .sendonly
        let call = try Call(left: options, right: options)
        try call.negotiate()
        #expect(call.right.needsNegotiation && !call.left.needsNegotiation)
        try call.negotiate(from: 1)
        #expect(!call.right.needsNegotiation)
        try call.runUntilConnected()
        playLayers(call, from: 0, for: .seconds(1))
        playLayers(call, from: 1, for: .seconds(1))
        try call.run(for: .seconds(2))
        for rid in Self.rids {
            #expect(call.left.intact(2, rid: rid) == 25, "\(rid)")
            #expect(call.right.intact(2, rid: rid) == 25, "\(rid)")
        }
    }

    @Test("an offer in the midst of the handshake leaves the roles as they are, whatever its answer says of them")
    func earlySecondOffer() throws {
        let call = try makeCall()
        try call.negotiate()
        // Pion 3.1 answers every offer as the active side.
        try call.negotiate(from: 1, answer: { $0.replacing("a=setup:passive", with: "a=setup:active") })
        try call.runUntilConnected()
        #expect(call.left.isConnected && call.right.isConnected)
    }

    @Test("an offer of the receiving side asks for the layers that it has")
    func offeredByReceiver() throws {
        let call = try makeCall()
        try call.connect()
        playLayers(call, for: .seconds(3))
        try call.run(for: .seconds(1))
        var asked: [String] = []
        try call.negotiate(
            from: 1, restartICE: true,
            offer: { text in
                asked = video(text)
                return text
            })
        #expect(asked.contains("a=simulcast:recv q;h;f"))
        try call.run(for: .seconds(3))
        for rid in Self.rids { #expect(call.right.intact(1, rid: rid) == 75, "\(rid)") }
    }

    @Test("a first offer that asks for layers is answered with those there are")
    func askedFor() throws {
        let call = try makeCall()
        let offer = try call.right.peer.setLocalDescription(now: call.now).text.replacing(
            "a=mid:1\r\n",
            with:
                "a=mid:1\r\na=extmap:9 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\na=rid:f recv\r\na=rid:q recv\r\na=simulcast:recv f;q\r\n"
        )
        try call.left.peer.setRemoteDescription(SessionDescription(parsing: offer), .offer, now: call.now)
        let answer = video(try call.left.peer.setLocalDescription(now: call.now).text)
        #expect(answer.contains("a=simulcast:send f;q"))
        #expect(answer.filter { $0.hasPrefix("a=rid:") } == ["a=rid:f send", "a=rid:q send"])
    }

    @Test("a rollback goes back to the layers that were agreed")
    func rollback() throws {
        let call = try makeCall()
        try call.connect()
        let plain = try offer(of: call).replacing("a=simulcast:send q;h;f\r\n", with: "")
        try call.right.peer.setRemoteDescription(SessionDescription(parsing: plain), .offer, now: call.now)
        #expect(call.right.transceivers[1].receivedLayers.isEmpty)
        try call.right.peer.rollback()
        #expect(call.right.transceivers[1].receivedLayers.map(\.rid) == Self.rids)
        playLayers(call, for: .seconds(1))
        try call.run(for: .seconds(2))
        for rid in Self.rids { #expect(call.right.intact(1, rid: rid) == 25, "\(rid)") }
    }

    @Test("each layer has statistics of its own, which name it")
    func statistics() throws {
        let call = try makeCall()
        try call.connect()
        for layer in 0..<3 { call.play(.video, from: 0, for: .seconds(Double(layer + 1)), layer: layer) }
        try call.run(for: .seconds(5))
        let sent = call.left.peer.statisticsSnapshot().reports.filter { $0.type == .outboundRTP && $0["kind"] == .text("video") }
        #expect(sent.map { $0["rid"] } == Self.rids.map { .text($0) })
        #expect(sent.map { $0["encodingIndex"] } == [.integer(0), .integer(1), .integer(2)])
        #expect(sent.map { $0["framesSent"] } == [.integer(25), .integer(50), .integer(75)])
        let all = call.right.peer.statisticsSnapshot().reports
        let received = all.filter { $0.type == .inboundRTP && $0["kind"] == .text("video") }
        #expect(received.map { $0["starlingRid"] } == Self.rids.map { .text($0) })
        #expect(received.map { $0["framesReceived"] } == [.integer(25), .integer(50), .integer(75)])
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(call.left.peer.statisticsSnapshot().reports.count { $0.type == .mediaSource } == 2)
    }
}
