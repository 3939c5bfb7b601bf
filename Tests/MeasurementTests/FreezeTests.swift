import HandmadeRecords
import Measurement
import RTCCore
import RTCPeer
import Testing

@Suite("Freezes, as Chromium counts them")
struct FreezeTests {
    /// Thirty pictures a second for three seconds, with one interval of another length before the picture `position`.
    private func call(interval milliseconds: Double, at position: Int = 45, count: Int = 90) -> HandmadeCall {
        let track = HandmadeTrack(count: count)
        var call = HandmadeCall([track], stopAt: .seconds(1 + Double(count) / 30))
        let extra = Duration.nanoseconds(Int64(milliseconds * 1e6) - 33_333_333)
        call.arrivals = [
            track.sent.frames.indices.map { track.arrival($0, after: .milliseconds(20) + ($0 < position ? .zero : extra)) }
        ]
        return call
    }

    private func freezes(_ call: HandmadeCall) throws -> Double {
        try #require(try call.evaluate("video.in.freeze.count max >= 0").value)
    }

    private func ratio(_ call: HandmadeCall) throws -> Double {
        try #require(try call.evaluate("video.in.freeze.ratio max >= 0").value)
    }

    @Test("a gap of 200 ms at 30 pictures a second is a freeze")
    func chromium() throws {
        #expect(try freezes(call(interval: 200)) == 1)
    }

    @Test("the gap itself is in the mean: 185 ms, a freeze by the letter of the standard, is none")
    func order() throws {
        #expect(try freezes(call(interval: 185)) == 0)
    }

    @Test("the mean is cut to whole milliseconds", arguments: [(187.9, 0.0), (188.1, 1.0)])
    func rounding(interval: Double, count: Double) throws {
        #expect(try freezes(call(interval: interval)) == count)
    }

    @Test("below five intervals nothing is a freeze, from the fifth on it is", arguments: [(4, 0.0), (5, 1.0)])
    func warmUp(position: Int, count: Double) throws {
        #expect(try freezes(call(interval: 800, at: position)) == count)
    }

    @Test("the whole interval counts as frozen, not its excess")
    func duration() throws {
        let track = HandmadeTrack(count: 90)
        var call = HandmadeCall([track], stopAt: .seconds(4))
        call.arrivals = [track.arrivals(except: 45..<60)]
        // The chain breaks at picture 45 and heals with the key frame 60: half a second and one interval.
        #expect(try freezes(call) == 1)
        #expect(abs(try ratio(call) - (16.0 / 30) / 3) < 0.001)
    }

    @Test("frames that are whole but not decodable show no picture")
    func undecodable() throws {
        let track = HandmadeTrack(count: 90)
        var call = HandmadeCall([track], stopAt: .seconds(4))
        call.arrivals = [track.arrivals(except: [41])]
        #expect(try freezes(call) == 1)
        call.arrivals = [track.arrivals(except: [0, 10, 20, 30, 40, 50, 60, 70, 80])]
        #expect(try ratio(call) == 1)
        #expect(try freezes(call) == 1)
    }

    @Test("a picture that stands still at the end is a freeze, which Chromium never sees")
    func open() throws {
        let track = HandmadeTrack(count: 90)
        var call = HandmadeCall([track], stopAt: .seconds(4))
        call.arrivals = [track.arrivals(except: 60..<90)]
        #expect(try freezes(call) == 1)
        #expect(abs(try ratio(call) - 1.0 / 3) < 0.02)
    }

    @Test("after three pictures and then none, video stood still", arguments: [1, 3])
    func openAfterFew(shown: Int) throws {
        let track = HandmadeTrack(count: 90)
        var call = HandmadeCall([track], stopAt: .seconds(4))
        call.arrivals = [track.arrivals(except: shown..<90)]
        #expect(try freezes(call) == 1)
        #expect(try ratio(call) > 0.95)
    }

    @Test("without any picture all of it is frozen")
    func nothing() throws {
        var call = HandmadeCall()
        call.arrivals = [[]]
        #expect(try ratio(call) == 1)
        #expect(try freezes(call) == 1)
    }

    @Test("video that arrives as it was sent never freezes")
    func smooth() throws {
        #expect(try freezes(call(interval: 1000.0 / 30)) == 0)
        #expect(try ratio(call(interval: 1000.0 / 30)) == 0)
    }

    @Test("a freeze counts in the window in which it began")
    func windows() throws {
        let track = HandmadeTrack(count: 90)
        var call = HandmadeCall([track], stopAt: .seconds(4))
        call.arrivals = [track.arrivals(except: 45..<60)]
        call.faults = [.init(name: "drop", start: .seconds(2.4), end: .seconds(2.9), hits: ["callers[1]"])]
        #expect(try call.evaluate("video.in.freeze.count max == 1 from drop").status == .pass)
        #expect(try call.evaluate("video.in.freeze.count max == 0 after drop").status == .pass)
        #expect(try call.evaluate("video.in.freeze.count max == 0 outside drop").status == .pass)
        #expect(try call.evaluate("video.in.freeze.ratio max == 0% outside drop").status == .pass)
    }

    @Test("five seconds without RTP are a pause, whatever the mean; with packets flowing they are a freeze")
    func pause() throws {
        let track = HandmadeTrack(count: 300)
        var call = HandmadeCall([track], stopAt: .seconds(11))
        call.arrivals = [track.arrivals(except: 60..<220)]
        #expect(try freezes(call) == 0)
        #expect(try call.evaluate("video.in.pause.count max == 1").status == .pass)
        let paused = try #require(try call.evaluate("video.in.pause.duration max > 5s").value)
        #expect(abs(paused - 161.0 / 30) < 0.001)
        // The same pictures stand still, but damaged frames show that packets came.
        call.arrivals[0] += [100, 150, 200].map { track.arrival($0, outcome: .damaged) }
        #expect(try freezes(call) == 1)
        #expect(try call.evaluate("video.in.pause.count max == 0").status == .pass)
        #expect(try call.evaluate("video.in.freeze.duration max > 5.3s").status == .pass)
    }

    @Test("what stands still at the end is told on its own, also where no packet comes any more")
    func openDuration() throws {
        let track = HandmadeTrack(count: 300)
        var call = HandmadeCall([track], stopAt: .seconds(11))
        call.arrivals = [track.arrivals(except: 90..<300)]
        let open = try #require(try call.evaluate("video.in.freeze.open max == 0").value)
        #expect(abs(open - (10 - 89.0 / 30 - 0.02)) < 0.001)
        #expect(try call.evaluate("video.in.freeze.open max == 0").status == .fail)
        #expect(try call.evaluate("video.in.pause.count max == 0").status == .pass)
        #expect(try HandmadeCall().evaluate("video.in.freeze.open max == 0").status == .pass)
    }

    @Test("the duration is that of the closed freezes and the open one")
    func totalDuration() throws {
        let track = HandmadeTrack(count: 120)
        var call = HandmadeCall([track], stopAt: .seconds(5))
        call.arrivals = [track.arrivals(except: Array(30..<40) + Array(90..<120))]
        let frozen = try #require(try call.evaluate("video.in.freeze.duration max > 0").value)
        #expect(abs(frozen - 11.0 / 30 - (4 - 89.0 / 30 - 0.02)) < 0.001)
        #expect(try freezes(call) == 2)
    }
}

@Suite("Interruptions of sound")
struct InterruptionTests {
    private func call(except missing: [Int]) -> HandmadeCall {
        let track = HandmadeTrack(HandmadeMedia.audio, count: 200)
        var call = HandmadeCall([track], stopAt: .seconds(5))
        call.arrivals = [track.arrivals(except: missing)]
        return call
    }

    private func value(_ call: HandmadeCall, _ metric: String) throws -> Double {
        try #require(try call.evaluate("audio.in.interruption.\(metric) max >= 0").value)
    }

    @Test("seven lost frames of 20 ms are none, eight are one", arguments: [(7, 0.0, 0.0), (8, 1.0, 0.16)])
    func threshold(lost: Int, count: Double, duration: Double) throws {
        let call = call(except: Array(50..<50 + lost))
        #expect(try value(call, "count") == count)
        #expect(abs(try value(call, "duration") - duration) < 1e-6)
    }

    @Test("many short gaps are no interruption, though they are more loss")
    func scattered() throws {
        #expect(try value(call(except: stride(from: 10, to: 190, by: 2).map { $0 }), "count") == 0)
    }

    @Test("silence from the start and to the end counts, and so does a track without any sound")
    func edges() throws {
        #expect(try value(call(except: Array(0..<20)), "count") == 1)
        let open = call(except: Array(150..<200))
        #expect(try value(open, "count") == 1)
        #expect(abs(try value(open, "duration") - 0.98) < 1e-6)
        #expect(abs(try value(call(except: Array(0..<200)), "duration") - 4) < 1e-6)
    }
}
