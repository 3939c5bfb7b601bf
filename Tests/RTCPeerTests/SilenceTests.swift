import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Discontinuous transmission and in-band FEC of Opus, RFC 7587")
struct SilenceTests {
    /// Packets of 20 ms in the SILK layer; each repeats the one before it where it is asked to.
    private struct Voice: @unchecked Sendable {
        // Written once, before anybody reads.
        let bytes: UnsafeMutableRawBufferPointer

        init(repeats: Bool) {
            bytes = .allocate(byteCount: 40, alignment: 8)
            for index in bytes.indices { bytes[index] = UInt8(index) }
            bytes[0] = 9 << 3
            bytes[1] = repeats ? 0b1100_0000 : 0b1000_0000
        }

        var packet: OutgoingPacket {
            OutgoingPacket(payload: UnsafeRawBufferPointer(bytes), isFirstOfFrame: true, isLastOfFrame: true, descriptor: .none)
        }
    }

    private static let plain = Voice(repeats: false)
    private static let repeating = Voice(repeats: true)

    private func send(_ voice: Voice, _ index: Int, in call: Call, beginsTalkSpurt: Bool = false) {
        let frame = OutgoingFrame(
            captureTime: call.now, mediaTime: UInt32(index) * 960, isKey: true, beginsTalkSpurt: beginsTalkSpurt)
        _ = call.left.peer.send(frame, on: call.left.audio, packetCount: 1, now: call.now) { _ in voice.packet }
        call.drain()
    }

    /// Sends the frames that are to be sent, each at its time.
    private func play(_ frames: some Sequence<(index: Int, voice: Voice?)>, in call: Call, marks: Set<Int> = []) throws {
        for (index, voice) in frames {
            if let voice { send(voice, index, in: call, beginsTalkSpurt: marks.contains(index)) }
            try call.run(for: .milliseconds(20))
        }
        try call.run(for: .milliseconds(100))
    }

    @Test("who prefers to be sent nothing in silence says so, and the other side knows it", arguments: [false, true])
    func preference(isWished: Bool) throws {
        var options = SideOptions()
        if isWished { options.codecs = options.codecs.discontinuous }
        let call = try Call(right: options)
        var answered = ""
        try call.negotiate(answer: { text in
            answered = text
            return text
        })
        #expect(answered.contains("usedtx=1") == isWished)
        #expect(call.left.prefersDiscontinuity(on: 0) == isWished)
        #expect(!call.right.prefersDiscontinuity(on: 0))
    }

    @Test("the marker begins a spurt of talk and nothing else")
    func marker() throws {
        let call = try Call()
        try call.connect()
        call.keepsWire = true
        try play((0..<30).map { ($0, (10..<20).contains($0) ? nil : Self.plain) }, in: call, marks: [20])
        let packets = call.wire.filter { $0.from == 0 && $0.isRTP }
        #expect(packets.count == 20)
        #expect(packets.map { $0.bytes[1] & 0x80 != 0 } == (0..<20).map { $0 == 10 })
    }

    @Test("silence in which nothing was sent is neither loss nor an interruption; the same silence with a packet lost in it is")
    func silence() throws {
        for lost in [nil, 25] as [Int?] {
            let call = try Call()
            try call.connect()
            var number = 0
            call.link.conditions.drops = { datagram in
                guard datagram.from == 0, datagram.isRTP else { return false }
                number += 1
                return lost.map { (($0 - 5)...$0).contains(number) } ?? false
            }
            // Half a second of talk, two of silence with a sign of life every 400 ms, and talk again.
            let frames = (0..<175).map { index in
                (index, (25..<125).contains(index) && (index - 25) % 20 != 19 ? nil : Self.plain) as (index: Int, voice: Voice?)
            }
            try play(frames, in: call, marks: [125])
            let inbound = call.right.peer.statisticsSnapshot().tracks[0].inbound
            #expect(inbound?.packetsLost == (lost == nil ? 0 : 6))
            #expect(inbound?.interruptionCount == 0, "\(lost ?? 0)")
            #expect(inbound?.packetsReceived == (lost == nil ? 80 : 74))
            #expect(inbound?.openInterruption == 0)
        }
        let call = try Call()
        try call.connect()
        // As long without a word, but every number is missing.
        var number = 0
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP else { return false }
            number += 1
            return (26...45).contains(number)
        }
        try play((0..<75).map { ($0, Self.plain) }, in: call)
        #expect(call.right.peer.statisticsSnapshot().tracks[0].inbound?.interruptionCount == 1)
    }

    @Test("a sender that keeps still for longer than Opus does has interrupted the sound")
    func stop() throws {
        let call = try Call()
        try call.connect()
        try play((0..<100).map { ($0, (25..<55).contains($0) ? nil : Self.plain) }, in: call)
        let inbound = call.right.peer.statisticsSnapshot().tracks[0].inbound
        #expect(inbound?.packetsLost == 0)
        #expect(inbound?.interruptionCount == 1)
    }

    @Test("who was silent before may be silent at the end for 400 ms, and has then stopped")
    func openSilence() {
        var detector = InterruptionDetector()
        detector.receive(at: .seconds(1), duration: .milliseconds(20))
        #expect(detector.open(at: .milliseconds(1200)) > .zero)
        detector.pause(for: .milliseconds(380))
        detector.receive(at: .milliseconds(1400), duration: .milliseconds(20))
        #expect(detector.count == 0)
        #expect(detector.open(at: .milliseconds(1800)) == .zero)
        #expect(detector.open(at: .milliseconds(2000)) > .zero)
    }

    @Test("packets that repeat the one before them are counted, and those that did so in vain")
    func redundancy() throws {
        let call = try Call()
        try call.connect()
        var number = 0
        call.link.conditions.drops = { datagram in
            guard datagram.from == 0, datagram.isRTP else { return false }
            number += 1
            return number == 10 || number == 20 || number == 21
        }
        try play((0..<50).map { ($0, $0 < 30 ? Self.repeating : Self.plain) }, in: call)
        let reports = call.right.peer.statisticsSnapshot().reports
        let inbound = try #require(reports.first { $0.type == .inboundRTP && $0["kind"] == .text("audio") })
        #expect(inbound["fecPacketsReceived"] == .integer(27))
        // Of the three that were lost the first and the last were repeated; before the very first there was nothing.
        #expect(inbound["fecPacketsDiscarded"] == .integer(24))
        #expect(inbound["packetsLost"] == .integer(3))
    }
}
