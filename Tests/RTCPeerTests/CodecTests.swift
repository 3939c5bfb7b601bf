import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Codecs other than VP8")
struct CodecTests {
    /// Packets of a frame as a file's are shared; the bytes live as long as the process.
    private struct Frame: @unchecked Sendable {
        // Written once, never freed.
        let packets: [OutgoingPacket]
        let isKey: Bool

        init(
            _ payloads: [[UInt8]], isKey: Bool, descriptor: (Int) -> RunningDescriptor = { _ in .none }
        ) {
            self.isKey = isKey
            packets = payloads.enumerated().map { index, bytes in
                let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
                memory.copyBytes(from: bytes)
                return OutgoingPacket(
                    payload: UnsafeRawBufferPointer(memory), isFirstOfFrame: index == 0,
                    isLastOfFrame: index == payloads.count - 1, descriptor: descriptor(index))
            }
        }
    }

    private static func noise(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private static func vp9(_ index: Int) -> Frame {
        let isKey = index % 10 == 0
        let head: [UInt8] = isKey ? [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xF0, 0x0B, 0x36] : [0x86]
        let structure = isKey ? VP9PayloadDescriptor.structure(width: 320, height: 180) : []
        return Frame(
            [structure + head + noise(300, UInt64(index)), noise(300, UInt64(index) + 1000)], isKey: isKey
        ) {
            .vp9(
                flags: VP9PayloadDescriptor.flags(
                    isKeyFrame: isKey, beginsFrame: $0 == 0, endsFrame: $0 == 1))
        }
    }

    private static let parameters: [UInt8] = [
        0x67, 0x42, 0xC0, 0x0D, 0xD9, 0x01, 0x41, 0x9F, 0x9F, 0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 3,
        0xC8, 0xF1, 0x42, 0xA4,
        0x80,
    ]

    private static func h264(_ index: Int) -> Frame {
        guard index % 10 == 0 else {
            return Frame(
                [
                    [0x5C, 0x81, 0x9A] + noise(300, UInt64(index)),
                    [0x5C, 0x41] + noise(300, UInt64(index) + 1000),
                ], isKey: false)
        }
        let sets = [0x78, 0, UInt8(parameters.count)] + parameters + [0, 3, 0x68, 0xCB, 0x8C]
        return Frame(
            [
                sets, [0x7C, 0x85, 0x88] + noise(300, UInt64(index)),
                [0x7C, 0x45] + noise(300, UInt64(index) + 1000),
            ], isKey: true)
    }

    private static func av1(_ index: Int) -> Frame {
        let isKey = index % 10 == 0
        let sequence: [UInt8] = [0x08, 0, 0, 0, 0x04, 0x3C, 0xFE, 0xCC, 0xDA, 0xF9, 0x00, 0x40]
        let head =
            isKey ? [0x68, UInt8(sequence.count)] + sequence + [0x30, 0x10] : [0x50, 0x30, 0x30]
        return Frame(
            [head + noise(300, UInt64(index)), [0x90] + noise(300, UInt64(index) + 1000)], isKey: isKey)
    }

    private static func frame(_ format: PayloadFormat, _ index: Int) -> Frame {
        switch format {
        case .vp9: vp9(index)
        case .h264: h264(index)
        default: av1(index)
        }
    }

    static let parametersOf: [PayloadFormat: String] = [
        .vp9: "profile-id=0",
        .h264: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c00d",
        .av1: "profile=0;level-idx=0;tier=0",
    ]

    private func stream(_ format: PayloadFormat, _ parameters: String? = nil) -> SDPCodec {
        SDPCodec(
            sending: format.name, clockRate: 90_000,
            formatParameters: parameters ?? Self.parametersOf[format] ?? "")
    }

    /// A call whose left side sends what `stream` says.
    private func call(_ stream: SDPCodec, _ conditions: Conditions = Conditions()) throws -> Call {
        let call = try Call(conditions)
        call.left.peer.setSendCodec(stream, of: call.left.video)
        return call
    }

    @Test(
        "every frame comes whole over a lossy way, with its size, and the statistics name the codec",
        arguments: [PayloadFormat.vp9, .h264, .av1])
    func frames(format: PayloadFormat) throws {
        var conditions = Conditions()
        conditions.loss = 0.05
        let call = try call(stream(format), conditions)
        try call.connect()
        var sent: [FrameFingerprint] = []
        for index in 0..<60 {
            let frame = Self.frame(format, index)
            var sum = FrameFingerprint.empty
            for (number, packet) in frame.packets.enumerated() {
                var bytes = Array(packet.payload)
                if case .vp9(let flags) = packet.descriptor {
                    bytes = [flags, 0x80, UInt8(number), 0, 0] + bytes
                }
                let facts = try #require(bytes.withUnsafeBytes { VideoPayload.parse($0, format: format) })
                sum.append(facts.fingerprint)
            }
            sent.append(sum)
            let outgoing = OutgoingFrame(
                captureTime: call.now, mediaTime: UInt32(index) * 3000, isKey: frame.isKey)
            let number = call.left.peer.send(
                outgoing, on: call.left.video, packetCount: frame.packets.count, now: call.now
            ) {
                frame.packets[$0]
            }
            #expect(number != nil)
            try call.run(for: .milliseconds(33))
        }
        try call.run(for: .seconds(1))
        let intact = call.right.intact(call.right.video)
        #expect(intact.count == sent.count)
        #expect(Set(intact) == Set(sent))
        #expect(call.right.inbound.keyFramesReceived == 6)
        #expect(call.right.inbound.framesDecoded == 60)
        #expect((call.right.inbound.frameWidth, call.right.inbound.frameHeight) == (320, 180))
        #expect(call.left.outbound.retransmittedPacketsSent > 0)
        let codecs = call.right.peer.statisticsSnapshot().reports.filter { $0.type == .codec }
        #expect(codecs.contains { $0["mimeType"] == .text("video/\(format.name)") })
    }

    @Test(
        "what is sent is offered first, and in a configuration of its own where none of the usual ones is",
        arguments: ["640028", "4d0015"])
    func ownConfiguration(profile: String) throws {
        let call = try call(
            stream(.h264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profile)"))
        var offered: [SDPCodec] = []
        try call.negotiate(offer: { text in
            offered = (try? SessionDescription(parsing: text))?.media[1].codecs ?? []
            return text
        })
        #expect(offered.first?.parameter("profile-level-id") == profile)
        #expect(Set(offered.map(\.payloadType)).count == offered.count)
        #expect(!offered.contains { $0.payloadType == 111 })
        #expect(agreed(call.left)?.parameter("profile-level-id") == profile)
        #expect(agreed(call.right)?.isNamed("H264") == true)
    }

    private func agreed(_ side: Side) -> SDPCodec? { side.peer.sendCodec(of: side.video) }
    private func maySend(_ side: Side) -> Bool { side.peer.maySend(on: side.video) }
    private func change(_ side: Side, to stream: SDPCodec) -> Bool {
        side.peer.setSendCodec(stream, of: side.video)
    }

    @Test("nothing is sent that the far side did not agree to, and it is once it does")
    func refused() throws {
        let call = try call(stream(.av1))
        try call.negotiate(answer: { $0.replacingLines(of: "45") })
        try call.runUntilConnected()
        #expect(agreed(call.left) == nil)
        #expect(!maySend(call.left))
        #expect(change(call.left, to: stream(.vp9)))
        #expect(maySend(call.left))
        #expect(agreed(call.left)?.payloadType == 98)
    }

    @Test("a level above the far side's is not sent")
    func level() throws {
        let call = try call(stream(.h264, "packetization-mode=1;profile-level-id=42c01f"))
        try call.negotiate(answer: { $0.replacing("42e01f", with: "42e00d") })
        #expect(agreed(call.left) == nil)
        #expect(change(call.left, to: stream(.h264)))
    }

    @Test(
        "an answer takes every configuration whose packets are understood, and repeats what describes it"
    )
    func answer() throws {
        let call = try Call()
        var answered: [SDPCodec] = []
        let high =
            "a=rtpmap:50 H264/90000\r\na=fmtp:50 packetization-mode=0;profile-level-id=640c34\r\n"
        let interleaved =
            "a=rtpmap:51 H264/90000\r\na=fmtp:51 packetization-mode=2;profile-level-id=42e01f\r\n"
        let deep = "a=rtpmap:52 VP9/90000\r\na=fmtp:52 profile-id=2\r\n"
        try call.negotiate(
            offer: {
                $0.replacing(" 45 46\r\n", with: " 45 46 50 51 52\r\n") + high + interleaved + deep
            },
            answer: { text in
                answered = (try? SessionDescription(parsing: text))?.media[1].codecs ?? []
                return text
            })
        let numbers = answered.filter { !$0.isRTX }.map(\.payloadType)
        #expect(numbers == [96, 98, 102, 45, 50, 52])
        #expect(answered.first { $0.payloadType == 50 }?.parameter("profile-level-id") == "640c34")
        #expect(answered.first { $0.payloadType == 52 }?.parameter("profile-id") == "2")
    }

    @Test(
        "a frame whose start is untold begins where the one before it ended, also when that comes late")
    func untoldStart() {
        var assembler = FrameAssembler(capacity: 64)
        var whole: [UInt32] = []
        func insert(_ sequence: Int64, _ timestamp: UInt32, _ start: VideoPayload.Start, isLast: Bool) {
            _ = assembler.insert(
                sequence: sequence, timestamp: timestamp, fingerprint: .empty, start: start, isLast: isLast,
                isKey: false,
                arrivedAt: .origin
            ) { frame, _ in if frame.outcome == .intact { whole.append(frame.rtpTimestamp) } }
        }
        insert(10, 100, .yes, isLast: true)
        insert(11, 200, .untold, isLast: false)
        insert(12, 200, .no, isLast: true)
        #expect(whole == [100, 200])
        insert(14, 400, .untold, isLast: true)
        #expect(whole == [100, 200])
        insert(13, 300, .untold, isLast: true)
        #expect(whole == [100, 200, 300, 400])
    }
}

extension String {
    /// Without the lines of a payload type and of its repair, and without their numbers in the m-line.
    fileprivate func replacingLines(of number: String) -> String {
        var kept: [String] = []
        for line in split(separator: "\r\n").map(String.init)
        where !line.contains(":\(number) ") && !line.contains(":46 ") {
            kept.append(line.hasPrefix("m=video") ? line.replacing(" \(number) 46", with: "") : line)
        }
        return kept.joined(separator: "\r\n") + "\r\n"
    }
}
