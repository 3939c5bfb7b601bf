import HandmadeRecords
import Measurement
import RTCCore
import RTCPeer
import Testing

@Suite("The E-model, ITU-T G.107")
struct EModelTests {
    @Test(
        "ratings become opinions as annex B has them",
        arguments: [(93.2, 4.41), (90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58)])
    func opinion(rating: Double, mos: Double) {
        #expect(abs(EModel.mos(rating: rating) - mos) <= 0.005)
    }

    @Test("an opinion is never below 1 nor above 4.5", arguments: [(-20.0, 1.0), (0, 1), (3, 1), (100, 4.5), (130, 4.5)])
    func bounds(rating: Double, mos: Double) {
        #expect(EModel.mos(rating: rating) == mos)
    }

    @Test(
        "delay costs nothing up to 100 ms, and then more and more",
        arguments: [
            (0.0, 0.0), (100, 0), (150, 0.2), (200, 3.0), (300, 14.8), (400, 24.1),
        ])
    func delay(milliseconds: Double, impairment: Double) {
        #expect(abs(EModel.delayImpairment(ta: milliseconds) - impairment) < 0.06)
    }

    @Test("half a second of delay is worse than 150 ms, which a well-known slip in the formula turns round")
    func monotone() {
        let scores = stride(from: 0.0, through: 1000, by: 10).map { EModel(ie: 0, bpl: 10, ppl: 0, burstR: 1, ta: $0).mos }
        #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(scores[50] < 3.3)
    }

    @Test("loss costs what G.113 says for G.711 with concealment: Bpl 25.1")
    func loss() {
        let model = EModel(ie: 0, bpl: 25.1, ppl: 5, burstR: 1, ta: 0)
        #expect(abs(model.impairment - 95 * 5 / 30.1) < 1e-9)
        #expect(abs(model.rating - (93.2 - 95 * 5 / 30.1)) < 1e-9)
        let bursty = EModel(ie: 0, bpl: 25.1, ppl: 5, burstR: 2, ta: 0)
        #expect(abs(bursty.impairment - 95 * 5 / 27.6) < 1e-9)
    }

    @Test(
        "the estimate for Opus falls with the bitrate and stays within its bounds",
        arguments: [
            (6000.0, 14.98), (32_000, 7.28), (500, 26.41), (100, 30), (1_000_000, 0),
        ])
    func opus(bitrate: Double, ie: Double) {
        #expect(abs(VoiceQuality.opusIe(bitrate: bitrate) - ie) < 0.01)
    }
}

@Suite("Voice quality of a run")
struct VoiceQualityTests {
    private func call(except missing: [Int] = [], after delay: Duration = .milliseconds(20)) -> HandmadeCall {
        let track = HandmadeTrack(HandmadeMedia.audio, count: 200)
        var call = HandmadeCall([track], stopAt: .seconds(5))
        call.arrivals = [track.arrivals(except: missing, after: delay)]
        return call
    }

    private func quality(_ call: HandmadeCall) throws -> VoiceQuality {
        try #require(call.measurement.voiceQualities.first)
    }

    @Test("without loss all that counts is the codec, and the delay is latency and buffer together")
    func clean() throws {
        let quality = try quality(call())
        #expect(quality.model.ppl == 0)
        #expect(quality.model.burstR == 1)
        #expect(abs(quality.model.ta - 60) < 1e-6)
        #expect(quality.model.bpl == 10)
        // 40 of 50 frames have 80 bytes, the others 3: 25.84 kbit/s.
        #expect(abs(quality.bitrate - 25_840) < 1)
        #expect(
            abs(quality.mos - EModel(ie: VoiceQuality.opusIe(bitrate: 25_840), bpl: 10, ppl: 0, burstR: 1, ta: 60).mos) < 1e-9)
    }

    @Test("lost frames are in Ppl, and whether they came together is in BurstR")
    func loss() throws {
        let scattered = try quality(call(except: [10, 50, 90, 130])).model
        #expect(scattered.ppl == 2)
        #expect(abs(scattered.burstR - 0.98) < 1e-9)
        let together = try quality(call(except: [50, 51, 52, 53])).model
        #expect(together.ppl == 2)
        #expect(abs(together.burstR - 4 * 0.98) < 1e-9)
        #expect(together.mos < scattered.mos)
    }

    @Test("what comes too late for the buffer is lost to the ear, though the audit has it intact")
    func late() throws {
        var call = call(except: [100])
        call.arrivals[0].append(call.tracks[0].arrival(100, after: .milliseconds(200)))
        #expect(call.measurement.audits.first?.count(.intact) == 200)
        #expect(try quality(call).model.ppl == 0.5)
    }

    @Test("a call of which nothing comes is the worst there is, and one without sound has no opinion")
    func nothing() throws {
        let dead = try quality(call(except: Array(0..<200)))
        #expect(dead.model.ppl == 100)
        #expect(dead.mos == 1)
        #expect(HandmadeCall().measurement.voiceQualities.isEmpty)
    }

    @Test("assertions ask for the worst track, and in windows")
    func assertions() throws {
        var call = call(except: Array(50..<100))
        call.faults = [.init(name: "drop", start: .seconds(2), end: .seconds(3), hits: ["callers[1]"])]
        #expect(try call.evaluate("audio.mos > 4").status == .fail)
        #expect(try call.evaluate("audio.mos > 4 outside drop").status == .pass)
        #expect(try HandmadeCall().evaluate("audio.mos > 1").status == .error)
    }
}

@Suite("Sound and picture apart")
struct SkewTests {
    @Test("the difference of their mean latencies, second by second")
    func skew() throws {
        let video = HandmadeTrack(count: 120)
        let audio = HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 200)
        var call = HandmadeCall([video, audio], stopAt: .seconds(5))
        call.arrivals = [video.arrivals(after: .milliseconds(120)), audio.arrivals(after: .milliseconds(30))]
        let result = try call.evaluate("av.skew max < 1s")
        #expect(abs(try #require(result.value) - 0.09) < 1e-6)
        #expect(try call.evaluate("av.skew count == 4").status == .pass)
    }

    @Test("where only one of them came there is nothing to compare")
    func onlyOne() throws {
        #expect(try HandmadeCall().evaluate("av.skew max < 1s").status == .error)
    }
}
