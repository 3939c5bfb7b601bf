import RTCCore
import RTCICE
import RTCPeer
import RTCWire
import Testing

@Suite("W3C statistics")
struct StatsReportTests {
    private func call(seconds: Double = 6, _ conditions: Conditions = Conditions(delay: .milliseconds(20))) throws -> Call {
        let call = try Call(conditions)
        try call.connect()
        call.playBothWays(for: .seconds(seconds))
        try call.run(for: .seconds(seconds))
        return call
    }

    private func report(_ statistics: PeerStatistics, _ type: StatsReport.Kind, _ kind: String? = nil) throws -> StatsReport {
        let found = statistics.reports.first { $0.type == type && (kind == nil || $0["kind"] == kind.map { .text($0) }) }
        return try #require(found, "\(type)")
    }

    private func integer(_ report: StatsReport, _ name: String) throws -> Int64 {
        guard case .integer(let value) = report[name] else {
            Issue.record("\(report.type.rawValue).\(name) is \(String(describing: report[name]))")
            return -1
        }
        return value
    }

    private func number(_ report: StatsReport, _ name: String) throws -> Double {
        guard case .number(let value) = report[name] else {
            Issue.record("\(report.type.rawValue).\(name) is \(String(describing: report[name]))")
            return -1
        }
        return value
    }

    @Test("every type that a call without data channels has is there, each object once")
    func types() throws {
        let call = try call()
        let reports = call.left.peer.statisticsSnapshot().reports
        #expect(Set(reports.map(\.type)) == Set(StatsReport.Kind.allCases))
        #expect(Set(reports.map(\.id)).count == reports.count)
        #expect(reports.allSatisfy { $0.timestamp == reports[0].timestamp })
        for report in reports {
            #expect(Set(report.members.map(\.name)).count == report.members.count, "\(report.id)")
        }
    }

    @Test("whatever an object refers to is an object of the report, of the right type")
    func references() throws {
        let call = try call()
        let reports = call.left.peer.statisticsSnapshot().reports
        var types: [String: StatsReport.Kind] = [:]
        for report in reports { types[report.id] = report.type }
        let expected: [String: [StatsReport.Kind]] = [
            "transportId": [.transport], "codecId": [.codec], "mediaSourceId": [.mediaSource],
            "remoteId": [.remoteInboundRTP, .remoteOutboundRTP], "localId": [.inboundRTP, .outboundRTP],
            "localCandidateId": [.localCandidate], "remoteCandidateId": [.remoteCandidate],
            "selectedCandidatePairId": [.candidatePair], "localCertificateId": [.certificate],
            "remoteCertificateId": [.certificate],
        ]
        var seen: Set<String> = []
        for report in reports {
            for member in report.members where member.name.hasSuffix("Id") {
                guard case .text(let id) = member.value else { continue }
                let kinds = try #require(expected[member.name], "\(member.name)")
                #expect(types[id].map { kinds.contains($0) } == true, "\(report.id).\(member.name) = \(id)")
                seen.insert(member.name)
            }
        }
        #expect(seen == Set(expected.keys))
    }

    @Test("members of one kind of media do not exist for the other")
    func kinds() throws {
        let statistics = try call().left.peer.statisticsSnapshot()
        let videoOnly = [
            "framesReceived", "framesDecoded", "keyFramesDecoded", "framesDropped", "framesRendered", "frameWidth", "frameHeight",
            "framesPerSecond", "freezeCount", "totalFreezesDuration", "pauseCount", "totalPausesDuration", "totalInterFrameDelay",
            "totalSquaredInterFrameDelay", "pliCount", "firCount", "totalAssemblyTime", "framesAssembledFromMultiplePackets",
            "starlingOpenFreezeDuration", "starlingFramesDamaged",
        ]
        let audioOnly = [
            "starlingInterruptionCount", "starlingTotalInterruptionsDuration", "starlingOpenInterruptionDuration",
            "jitterBufferTargetDelay",
        ]
        let video = try report(statistics, .inboundRTP, "video")
        let audio = try report(statistics, .inboundRTP, "audio")
        for name in videoOnly { #expect(video[name] != nil && audio[name] == nil, "\(name)") }
        for name in audioOnly { #expect(audio[name] != nil && video[name] == nil, "\(name)") }
        let outgoing = ["framesSent", "framesEncoded", "hugeFramesSent", "qualityLimitationReason", "pliCount", "frameWidth"]
        for name in outgoing {
            #expect(try report(statistics, .outboundRTP, "video")[name] != nil, "\(name)")
            #expect(try report(statistics, .outboundRTP, "audio")[name] == nil, "\(name)")
        }
    }

    @Test("what a caller that does not decode cannot know is absent, not zero")
    func absent() throws {
        let statistics = try call().left.peer.statisticsSnapshot()
        let unknown = [
            "totalSamplesReceived", "concealedSamples", "silentConcealedSamples", "concealmentEvents", "audioLevel",
            "totalAudioEnergy", "totalSamplesDuration", "qpSum", "totalDecodeTime", "totalProcessingDelay", "targetBitrate",
            "availableOutgoingBitrate", "packetsDiscardedOnSend", "rid",
        ]
        for report in statistics.reports {
            for name in unknown { #expect(report[name] == nil, "\(report.id).\(name)") }
        }
        // Audio has no RTX here.
        #expect(try report(statistics, .inboundRTP, "audio")["retransmittedPacketsReceived"] == nil)
        #expect(try report(statistics, .inboundRTP, "video")["retransmittedPacketsReceived"] != nil)
    }

    @Test("what one side sent is what the other received, in packets, bytes and headers")
    func bothEnds() throws {
        let call = try call()
        try call.run(for: .seconds(1))
        for kind in ["audio", "video"] {
            let out = try report(call.left.peer.statisticsSnapshot(), .outboundRTP, kind)
            let into = try report(call.right.peer.statisticsSnapshot(), .inboundRTP, kind)
            for (sent, received) in [
                ("packetsSent", "packetsReceived"), ("bytesSent", "bytesReceived"), ("headerBytesSent", "headerBytesReceived"),
            ] {
                #expect(try integer(out, sent) == integer(into, received))
                #expect(try integer(out, sent) > 100)
            }
        }
        let out = try report(call.left.peer.statisticsSnapshot(), .outboundRTP, "video")
        let into = try report(call.right.peer.statisticsSnapshot(), .inboundRTP, "video")
        #expect(try integer(out, "framesSent") == 150)
        #expect(try integer(into, "framesDecoded") == 150)
        #expect(try integer(into, "framesDropped") == 0)
        #expect(try integer(into, "freezeCount") == 0)
        let remote = try report(call.left.peer.statisticsSnapshot(), .remoteInboundRTP, "video")
        #expect(try integer(remote, "packetsReceived") == integer(into, "packetsReceived"))
        #expect(abs(try number(remote, "roundTripTime") - 0.04) < 0.001)
    }

    @Test("a pair and the transport count everything but connectivity checks, alike on both ends")
    func traffic() throws {
        let call = try call()
        try call.run(for: .seconds(1))
        let (left, right) = (call.left.peer.statisticsSnapshot(), call.right.peer.statisticsSnapshot())
        for (mine, theirs) in [(left, right), (right, left)] {
            let pair = try #require(mine.reports.first { $0.type == .candidatePair && $0["nominated"] == .flag(true) })
            let transport = try report(mine, .transport)
            for name in ["packetsSent", "bytesSent", "packetsReceived", "bytesReceived"] {
                #expect(try integer(pair, name) == integer(transport, name), "\(name)")
            }
            #expect(try integer(transport, "packetsSent") == integer(report(theirs, .transport), "packetsReceived"))
            #expect(try integer(pair, "requestsSent") > 0 && integer(pair, "responsesReceived") > 0)
            #expect(try integer(pair, "consentRequestsSent") > 0)
            #expect(abs(try number(pair, "currentRoundTripTime") - 0.04) < 0.002)
        }
        #expect(try integer(report(left, .transport), "selectedCandidatePairChanges") == 1)
    }

    @Test("there is no round-trip time before a receiver has answered a sender report")
    func noRoundTrip() throws {
        let call = try Call()
        try call.connect()
        call.play(.video, from: 0, for: .seconds(1))
        call.link.conditions.drops = { $0.from == 1 }
        try call.run(for: .seconds(3))
        let reports = call.left.peer.statisticsSnapshot().reports
        #expect(!reports.contains { $0.type == .remoteInboundRTP })
        call.link.conditions.drops = { _ in false }
        call.play(.video, from: 0, for: .seconds(3))
        try call.run(for: .seconds(3))
        #expect(try report(call.left.peer.statisticsSnapshot(), .remoteInboundRTP, "video")["roundTripTime"] != nil)
    }

    @Test("delays of an even path: video leaves the buffer as it is whole, audio after 40 ms")
    func jitterBuffer() throws {
        let statistics = try call().right.peer.statisticsSnapshot()
        let audio = try report(statistics, .inboundRTP, "audio")
        let perSample = try number(audio, "jitterBufferDelay") / Double(integer(audio, "jitterBufferEmittedCount"))
        #expect(abs(perSample - 0.04) < 0.002)
        let video = try report(statistics, .inboundRTP, "video")
        #expect(try integer(video, "jitterBufferEmittedCount") == integer(video, "framesDecoded"))
        #expect(try number(video, "jitterBufferDelay") < 0.001)
        #expect(try number(video, "framesPerSecond") == 25)
    }

    @Test("video that stops for good moves no counter of the standard, and is told as open")
    func openFreeze() throws {
        let call = try call(seconds: 3)
        try call.run(for: .seconds(4))
        let video = try report(call.right.peer.statisticsSnapshot(at: call.now), .inboundRTP, "video")
        #expect(try integer(video, "freezeCount") == 0)
        #expect(try number(video, "totalFreezesDuration") == 0)
        #expect(abs(try number(video, "starlingOpenFreezeDuration") - 4.02) < 0.05)
    }

    @Test("timestamps are dates in milliseconds, by the clock that the driver gave")
    func timestamps() throws {
        let call = try call(seconds: 2)
        let start = 1_767_225_600_000.0
        let at = start + call.now.seconds * 1000
        let statistics = call.left.peer.statisticsSnapshot(at: call.now)
        #expect(abs(try report(statistics, .transport).timestamp - at) < 0.01)
        let last = try number(report(statistics, .inboundRTP, "video"), "lastPacketReceivedTimestamp")
        #expect(last <= at && last > at - 100)
        let remote = try number(report(statistics, .remoteOutboundRTP, "video"), "remoteTimestamp")
        #expect(remote <= at && remote > at - 2000)
        // Milliseconds since 1900, a path's delay behind the sender's clock.
        let playout = try number(report(statistics, .inboundRTP, "video"), "estimatedPlayoutTimestamp")
        #expect(abs(playout - (at + 2_208_988_800_000) + 20) < 5)
    }

    @Test("every statistic of our own is a member of some report, and has the prefix")
    func prefixed() throws {
        var statistics = try call().left.peer.statisticsSnapshot()
        #expect(try report(statistics, .transport)["starlingRelayedBytesSent"] == nil)
        statistics.ice.relaysAsked = 1
        statistics.ice.streamsAsked = 1
        statistics.tracks[1].remoteRid = "f"
        let names = Set(statistics.reports.flatMap { $0.members.map(\.name) }.filter { $0.hasPrefix("starling") })
        #expect(names == Set(StarlingStatistic.allCases.map(\.rawValue)))
    }

    @Test("a packet that came twice is a duplicate, and neither received nor discarded")
    func duplicates() {
        var receiver = RTPStreamReceiver(kind: .audio, clockRate: 48_000)
        receiver.bind(to: 7)
        let payload: [UInt8] = [0xF8, 1, 2]
        for number in [1, 2, 2, 3, 1] as [UInt16] {
            payload.withUnsafeBytes {
                receiver.receive(
                    $0, sequenceNumber: number, timestamp: UInt32(number) * 960, marker: false,
                    headerSize: 12, format: .opus,
                    overRTX: false,
                    arrivedAt: .seconds(1) + .milliseconds(20 * Int(number)), now: .seconds(2))
            }
        }
        #expect(receiver.statistics.packetsDuplicated == 2)
        #expect(receiver.statistics.packetsReceived == 3)
        #expect(receiver.statistics.packetsDiscarded == 0)
    }

    @Test("a compound is one packet of RTCP, whatever it holds")
    func compounds() throws {
        let call = try Call()
        try call.connect()
        call.keepsWire = true
        let before = call.left.transport
        call.playBothWays(for: .seconds(5))
        try call.run(for: .seconds(6))
        let sent = call.left.transport.rtcpPacketsSent - before.rtcpPacketsSent
        #expect(sent == UInt64(call.wire.count { $0.from == 0 && $0.kind == .rtcp }))
        let feedback = call.left.transport.starlingTransportFeedbackSent
        #expect(feedback > 30 && feedback < sent)
        #expect(call.right.transport.rtcpPacketsReceived == call.left.transport.rtcpPacketsSent)
        #expect(call.right.transport.starlingTransportFeedbackReceived == feedback)
        var spy = try Eavesdropper(on: call.left)
        let inside = call.wire.filter { $0.from == 0 && $0.kind == .rtcp }.reduce(0) { $0 + spy.rtcp($1).count }
        #expect(inside > Int(sent))
    }

    @Test("noise is malformed, and neither a replay nor a forgery")
    func noise() throws {
        let call = try call(seconds: 1)
        let path = try #require(call.right.selectedPath)
        let before = call.right.transport
        for first in [0xFF, 0xC0, 5, 64] as [UInt8] {
            call.give([first] + [UInt8](repeating: 9, count: 60), to: call.right, on: path)
        }
        let after = call.right.transport
        #expect(after.starlingMalformed - before.starlingMalformed == 4)
        #expect(after.starlingSRTPAuthenticationFailures == before.starlingSRTPAuthenticationFailures)
        #expect(after.starlingSRTPReplays == before.starlingSRTPReplays)
    }

    @Test("what waits when the way is gone is dropped, what is due afterwards is withheld")
    func wayGone() throws {
        func deafCall() throws -> Call {
            let call = try self.call(seconds: 1)
            call.link.conditions.drops = { _ in true }
            return call
        }
        let scout = try deafCall()
        while scout.left.selectedPath != nil, scout.now < .seconds(60) { try scout.run(for: .milliseconds(20)) }
        #expect(scout.left.selectedPath == nil)
        // The same call again, with a frame that waits when consent expires.
        let call = try deafCall()
        try call.run(until: scout.now - .milliseconds(40))
        func send() -> Bool {
            call.left.peer.send(
                OutgoingFrame(captureTime: call.now, mediaTime: 900_000, isKey: true), on: 1, packetCount: 8, now: call.now
            ) { TestMedia.video.packet(0, $0) } != nil
        }
        #expect(send())
        let later = scout.now + .seconds(1)
        call.left.peer.advance(to: later)
        #expect(call.left.selectedPath == nil)
        #expect(!send())
        var batch = DatagramBatch(capacity: 8)
        _ = call.left.peer.nextDatagrams(into: &batch, now: later)
        #expect(call.left.outbound.packetsDiscarded == 8)
        #expect(call.left.transport.selectedCandidatePairChanges == 2)
    }
}
