import RTCCore
import RTCPeer
import RTCWire
import Testing

@Suite("Feedback of peers that use REMB, abs-send-time and extended reports")
struct OtherFeedbackTests {
    /// What a description says when its writer knows no transport-wide numbers.
    private static func withoutTransportFeedback(_ text: String) -> String {
        text.split(separator: "\r\n").filter {
            !$0.contains("transport-cc") && !$0.contains("transport-wide-cc")
        }
        .joined(separator: "\r\n") + "\r\n"
    }

    private static func withReferenceTime(_ text: String) -> String {
        text.replacing("a=rtcp-rsize\r\n", with: "a=rtcp-rsize\r\na=rtcp-xr:rcvr-rtt=all\r\n")
    }

    private func call(_ conditions: Conditions = Conditions(), offer: @escaping (String) -> String)
        throws -> Call
    {
        let call = try Call(conditions)
        call.keepsWire = true
        try call.negotiate(offer: offer, answer: { $0 })
        try call.runUntilConnected()
        return call
    }

    @Test(
        "where transport-wide numbers are not agreed, each packet says when it left, and a resend repeats its bytes"
    )
    func sendTime() throws {
        let call = try Call(Conditions(loss: 0.05), left: withoutRTX, right: withoutRTX)
        call.keepsWire = true
        try call.negotiate(offer: Self.withoutTransportFeedback, answer: Self.withoutTransportFeedback)
        try call.runUntilConnected()
        call.playBothWays(for: .seconds(3))
        try call.run(for: .seconds(4))
        var spy = try Eavesdropper(on: call.left)
        var seen: [UInt16: [UInt8]] = [:]
        var resent = 0
        for datagram in call.wire
        where datagram.from == 0 && datagram.isRTP && datagram.payloadType == 96 {
            if let before = seen[datagram.sequenceNumber] {
                resent += 1
                #expect(before == datagram.bytes)
                continue
            }
            seen[datagram.sequenceNumber] = datagram.bytes
            let heard = spy.rtp(datagram)
            let packet = try #require(heard)
            let time = try #require(packet.values.absSendTime)
            #expect(packet.values.transportSequenceNumber == nil)
            let ntp = WallClock.simulation.ntp(at: datagram.sentAt)
            #expect(Int32(bitPattern: RTPExtensionValues.absSendTime(ntp: ntp) &- time).magnitude < 1000)
        }
        #expect(seen.count > 100 && resent > 0)
    }

    private var withoutRTX: SideOptions {
        var options = SideOptions()
        options.codecs = Call.codecsWithoutRTX
        return options
    }

    @Test("where they are agreed, no packet carries the other")
    func transportWide() throws {
        let call = try call { $0 }
        call.playBothWays(for: .seconds(1))
        try call.run(for: .seconds(2))
        var spy = try Eavesdropper(on: call.left)
        for datagram in call.wire where datagram.from == 0 && datagram.isRTP {
            #expect(spy.rtp(datagram)?.values.absSendTime == nil)
        }
        #expect(!rtcp(call, from: 1).contains { if case .remb = $0 { true } else { false } })
    }

    private func rtcp(_ call: Call, from side: Int) -> [RTCPPacket] {
        guard var spy = try? Eavesdropper(on: call.sides[side]) else { return [] }
        return call.wire.filter { $0.from == side && $0.kind == .rtcp }.flatMap { spy.rtcp($0) }
    }

    @Test("a sender that asks for REMB alone is told what it may send, and its statistics say so")
    func estimate() throws {
        let call = try call(offer: Self.withoutTransportFeedback)
        call.play(.video, from: 0, for: .seconds(10))
        try call.run(for: .seconds(11))
        let estimates = rtcp(call, from: 1).compactMap {
            if case .remb(let estimate) = $0 { estimate } else { nil }
        }
        #expect(estimates.count > 5)
        #expect(estimates.allSatisfy { $0.ssrcs == [call.left.transceivers[1].sender.ssrc] })
        #expect(estimates.first?.bitrate ?? 0 > 290_000)
        let pair = call.left.peer.statisticsSnapshot().reports.first {
            $0["availableOutgoingBitrate"] != nil
        }
        #expect(pair?.type == .candidatePair)
        #expect(pair?["availableOutgoingBitrate"] == .number(Double(estimates.last?.bitrate ?? 0)))
        #expect(
            call.right.peer.statisticsSnapshot().reports.allSatisfy {
                $0["availableOutgoingBitrate"] == nil
            })
    }

    @Test("the estimate rises to half as much again as came, and falls with loss")
    func rates() {
        var estimate = ReceiverEstimate()
        var bytes: UInt64 = 0
        var now = Instant.seconds(1)
        #expect(estimate.update(bytesReceived: bytes, fractionLost: 0, at: now) == 300_000)
        func second(_ bits: UInt64, _ loss: Double) -> UInt64 {
            now = now + .seconds(1)
            bytes += bits / 8
            return estimate.update(bytesReceived: bytes, fractionLost: loss, at: now)
        }
        #expect(second(400_000, 0) == 324_000)
        for _ in 0..<20 { _ = second(400_000, 0) }
        #expect(second(400_000, 0) == 600_000)
        #expect(second(400_000, 0.05) == 600_000)
        #expect(second(400_000, 0.5) == 450_000)
        for _ in 0..<50 { _ = second(0, 1) }
        #expect(second(0, 1) == 30_000)
    }

    @Test(
        "where the offer has extended reports, both sides learn the round-trip time of what they receive"
    )
    func referenceTime() throws {
        let call = try call(Conditions(delay: .milliseconds(40)), offer: Self.withReferenceTime)
        call.play(.video, from: 0, for: .seconds(10))
        try call.run(for: .seconds(11))
        let remote = call.right.inbound.remote
        #expect(remote.roundTripTimeMeasurements > 3)
        #expect(abs((remote.roundTripTime ?? 0) - 0.08) < 0.002)
        let report = call.right.peer.statisticsSnapshot().reports.first {
            $0.type == .remoteOutboundRTP
        }
        #expect(
            report?["roundTripTimeMeasurements"] == .integer(Int64(remote.roundTripTimeMeasurements)))
    }

    @Test("where it has none, none is sent")
    func noReferenceTime() throws {
        let call = try call { $0 }
        call.play(.video, from: 0, for: .seconds(3))
        try call.run(for: .seconds(4))
        #expect(
            !(rtcp(call, from: 0) + rtcp(call, from: 1)).contains {
                if case .extendedReport = $0 { true } else { false }
            })
        #expect(call.right.inbound.remote.roundTripTime == nil)
    }

    @Test("an extension whose number another section of the bundle has given away is not agreed")
    func takenNumber() throws {
        let call = try Call()
        var answered: [[SDPExtmap]] = []
        try call.negotiate(
            offer: { text in
                let level = (try? SessionDescription(parsing: text))?.media[0].extensions.first {
                    $0.uri == RTPExtension.audioLevel.uri
                }
                return Self.withoutTransportFeedback(text).split(separator: "\r\n").map { line in
                    line.hasSuffix("abs-send-time") ? "a=extmap:\(level?.id ?? 0) \(RTPExtension.absSendTime.uri)" : String(line)
                }.joined(separator: "\r\n") + "\r\n"
            },
            answer: { text in
                answered = (try? SessionDescription(parsing: text))?.media.map(\.extensions) ?? []
                return text
            })
        #expect(answered.count == 2)
        #expect(answered[0].contains { $0.uri == RTPExtension.audioLevel.uri })
        #expect(!answered[1].contains { $0.uri == RTPExtension.absSendTime.uri })
    }
}
