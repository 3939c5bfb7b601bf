import HandmadeRecords
import Measurement
import MediaTracks
import RTCCore
import RTCPeer
import Testing

/// Testing has one, too.
private typealias ExitStatus = Measurement.ExitStatus

@Suite("The verdict")
struct JudgementTests {
    private func isSound(_ judgement: Judgement, _ verdict: Verdict, _ status: ExitStatus, _ reason: String) -> Bool {
        judgement.verdict == verdict && judgement.status == status && judgement.reasons.contains { $0.contains(reason) }
    }

    @Test("a clean call passes, and says nothing more")
    func pass() throws {
        let judgement = try HandmadeCall().judge(["video.latency p95 < 100ms"])
        #expect(judgement.verdict == .pass)
        #expect(judgement.status == .pass)
        #expect(judgement.reasons.isEmpty)
        #expect(judgement.assertions.map(\.text) == ["joined == 100%", "seen == 100%", "video.latency p95 < 100ms"])
    }

    @Test("what is implied is not said twice")
    func implied() throws {
        let judgement = try HandmadeCall().judge(["seen == 100%", "joined == 100%"])
        #expect(judgement.assertions.map(\.text) == ["seen == 100%", "joined == 100%"])
    }

    @Test("an assertion that does not hold fails the run")
    func fail() throws {
        #expect(isSound(try HandmadeCall().judge(["video.latency p95 < 1ms"]), .fail, .failed, "should be < 1 ms"))
    }

    @Test("an assertion without anything to compare fails the run")
    func error() throws {
        #expect(isSound(try HandmadeCall().judge(["audio.latency p95 < 1s"]), .fail, .failed, "there is no sample of"))
    }

    @Test("nobody publishes: never a pass")
    func nothingPublished() throws {
        let call = HandmadeCall([])
        #expect(isSound(try call.judge(), .fail, .failed, "no media was ever due"))
    }

    @Test("media was sent and nothing arrived: never a pass, though the ledger explains it")
    func nothingArrived() throws {
        var call = HandmadeCall()
        call.arrivals = [[]]
        call.ledger = call.tracks[0].drops(of: call.tracks[0].sent.frames.indices)
        #expect(isSound(try call.judge(), .fail, .failed, "seen == 100%"))
    }

    @Test("sound but no picture: never a pass")
    func halfSeen() throws {
        var call = HandmadeCall([HandmadeTrack(), HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 100)])
        call.arrivals[0] = []
        call.ledger = call.tracks[0].drops(of: call.tracks[0].sent.frames.indices)
        #expect(try call.judge().status == .failed)
    }

    @Test("a peer that did not get in: never a pass")
    func oneOutside() throws {
        var call = HandmadeCall()
        call.joinedAt[1] = nil
        call.isConnected = false
        #expect(isSound(try call.judge(), .fail, .failed, "1 of 2 bots got in"))
    }

    @Test("nobody got in: the target is unreachable, and the phase is named")
    func nobody() throws {
        var call = HandmadeCall()
        call.joinedAt = [nil, nil]
        call.isConnected = false
        call.failures = [PhaseFailure(phase: .connect, reason: "refused"), nil]
        let judgement = try call.judge()
        #expect(isSound(judgement, .fail, .unreachable, "nobody got in: connect: refused"))
    }

    @Test("a generator that stood still proved nothing")
    func stoodStill() throws {
        var call = HandmadeCall()
        call.slip.record(.seconds(3))
        #expect(isSound(try call.judge(), .invalid, .invalid, "stood still: a frame left 3000 ms after it was due"))
    }

    @Test("more than a hundredth of the frames late proved nothing, a hundredth is fit", arguments: [(10, false), (11, true)])
    func late(count: Int, isInvalid: Bool) throws {
        var call = HandmadeCall()
        for index in 0..<1000 { call.slip.record(index < count ? .milliseconds(101) : .milliseconds(100)) }
        #expect((try call.judge().verdict == .invalid) == isInvalid)
    }

    @Test("frames that were due and not offered: invalid from two in a hundred on", arguments: [(0, false), (2, true)])
    func offered(withheld: Int, isInvalid: Bool) throws {
        var track = HandmadeTrack(count: 60)
        track.sent.framesNotOffered = withheld
        let judgement = try HandmadeCall([track]).judge()
        #expect((judgement.status == .invalid) == isInvalid)
        #expect(judgement.reasons.contains { $0 == "only 60 of the 62 frames that were due were sent" } == isInvalid)
    }

    @Test("datagrams that the host dropped or refused: invalid")
    func hostDrops() throws {
        var call = HandmadeCall()
        call.generator.socketDrops = 1
        #expect(isSound(try call.judge(), .invalid, .invalid, "socket buffers dropped 1"))
        call = HandmadeCall()
        call.generator.sendFailures = 2
        #expect(isSound(try call.judge(), .invalid, .invalid, "refused to send 2"))
    }

    @Test("a frame that vanished without a cause: invalid")
    func unexplained() throws {
        var call = HandmadeCall()
        call.arrivals = [call.tracks[0].arrivals(except: [9])]
        #expect(isSound(try call.judge(), .invalid, .invalid, "1 frames did not arrive whole"))
        call.ledger = call.tracks[0].drops(of: [9])
        #expect(try call.judge().verdict == .pass)
    }

    @Test("a frame that nobody sent: invalid")
    func foreign() throws {
        var call = HandmadeCall()
        call.arrivals[0].append(call.tracks[0].arrival(9, fingerprint: HandmadeMedia.otherVideo.frame(9).fingerprint))
        #expect(isSound(try call.judge(), .invalid, .invalid, "1 frames arrived that nobody sent"))
    }

    @Test("an interrupted run proved nothing, and says so first")
    func interrupted() throws {
        var call = HandmadeCall()
        call.generator.isInterrupted = true
        let judgement = try call.judge()
        #expect(isSound(judgement, .invalid, .interrupted, "interrupted before its end"))
        call.joinedAt = [nil, nil]
        #expect(try call.judge().reasons.first == "interrupted before its end")
        #expect(try call.judge().status == .interrupted)
    }

    @Test("nobody got in on a generator that stood still: unreachable is told, before invalid")
    func unreachableAndInvalid() throws {
        var call = HandmadeCall()
        call.joinedAt = [nil, nil]
        call.slip.record(.seconds(3))
        let judgement = try call.judge()
        #expect(judgement.status == .unreachable)
        #expect(judgement.verdict == .invalid)
        #expect(judgement.reasons.first?.hasPrefix("nobody got in") == true)
    }

    @Test("where several hold, the exit code is 130, 2, 4, 3, 1, 0 in this order")
    func precedence() {
        let order: [ExitStatus] = [.interrupted, .usage, .unreachable, .invalid, .failed, .pass]
        #expect(order.map(\.rawValue) == [130, 2, 4, 3, 1, 0])
        for (index, status) in order.enumerated() {
            for weaker in order[index...] {
                #expect(ExitStatus.worst([weaker, status]) == status)
                #expect(ExitStatus.worst([status, weaker]) == status)
            }
        }
        #expect(ExitStatus.worst([]) == .pass)
    }

    @Test("offered is what was due, achieved what was sent")
    func offer() {
        var track = HandmadeTrack(count: 60)
        track.sent.framesNotOffered = 4
        let offer = HandmadeCall([track]).measurement.offered
        #expect([offer.peersDue, offer.peersJoined, offer.tracksDue, offer.tracksSent] == [2, 2, 1, 1])
        #expect([offer.framesDue, offer.framesSent, offer.packetsSent] == [64, 60, 120])
    }

    @Test("whatever is lost, a pass never comes without media of every kind to every receiver", arguments: 0..<40)
    func noFalseGreen(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var call = HandmadeCall([HandmadeTrack(), HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 100)])
        for index in 0..<2 {
            let share = [0, 1, 50, 100][Int(random.next() % 4)]
            let lost = call.tracks[index].sent.frames.indices.filter { _ in Int(random.next() % 100) >= share }
            call.arrivals[index] = call.tracks[index].arrivals(except: lost)
            call.ledger += call.tracks[index].drops(of: lost)
        }
        if random.next() % 4 == 0 { call.joinedAt[1] = nil }
        let judgement = try call.judge()
        let isGood = call.joinedAt[1] != nil && call.arrivals.allSatisfy { !$0.isEmpty }
        #expect((judgement.status == .pass) == isGood)
    }
}
