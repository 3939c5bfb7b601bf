import HandmadeRecords
import Measurement
import MediaTracks
import RTCCore
import RTCPeer
import Testing

@Suite("Metrics of records made by hand")
struct MetricTests {
    private func value(_ call: HandmadeCall, _ text: String) throws -> Double {
        let result = try call.evaluate(text)
        return try #require(result.value, "\(result.explanation)")
    }

    private func isNear(_ left: Double, _ right: Double, within tolerance: Double = 1e-6) -> Bool {
        abs(left - right) <= tolerance
    }

    private func samples(_ kind: MediaKind, bytes: [UInt64], received: [UInt64], lost: [Int64]) -> [ConnectionSample] {
        bytes.indices.map { index in
            ConnectionSample(
                at: .seconds(1.1 + Double(index)),
                tracks: [
                    .init(
                        kind: kind, bytesReceived: bytes[index], packetsReceived: received[index], packetsLost: lost[index],
                        bytesSent: bytes[index] * 2, packetsSent: 0, jitter: Double(index) / 1000)
                ], roundTripTime: index == 0 ? nil : 0.04 * Double(index))
        }
    }

    @Test("joined and join time")
    func joins() throws {
        var call = HandmadeCall()
        call.joinDue = .milliseconds(50)
        #expect(try value(call, "joined == 100%") == 1)
        #expect(isNear(try value(call, "join_time max < 1s"), 0.15))
        #expect(isNear(try value(call, "join_time{bot=callers[0]} max < 1s"), 0.05))
        call.joinedAt[1] = nil
        #expect(try value(call, "joined == 100%") == 0.5)
        #expect(try value(call, "joined{bot=callers[1]} == 100%") == 0)
        #expect(try value(call, "join_time count == 1") == 1)
    }

    @Test("seen needs one intact frame of every kind that is published")
    func seen() throws {
        var call = HandmadeCall([HandmadeTrack(), HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 100)])
        #expect(try value(call, "seen == 100%") == 1)
        call.arrivals[1] = []
        #expect(try value(call, "seen == 100%") == 0)
        call.arrivals[1] = [call.tracks[1].arrival(3, outcome: .damaged)]
        #expect(try value(call, "seen == 100%") == 0)
        call.arrivals[1] = [call.tracks[1].arrival(3)]
        #expect(try value(call, "seen == 100%") == 1)
    }

    @Test("a pair that never connected was not seen")
    func unconnected() throws {
        var call = HandmadeCall()
        call.isConnected = false
        #expect(try value(call, "seen == 100%") == 0)
        call.rooms[1] = "another"
        #expect(try call.evaluate("seen == 100%").status == .error)
    }

    @Test("the first frame counts from when the join was due, and is a picture where there are pictures")
    func firstFrame() throws {
        var call = HandmadeCall([HandmadeTrack(), HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 100)])
        call.joinDue = .milliseconds(400)
        call.arrivals[0] = call.tracks[0].arrivals(except: 0..<15)
        #expect(isNear(try value(call, "first_frame max < 2s"), 1.5 + 0.02 - 0.4, within: 1e-3))
    }

    @Test("latency has a sample per intact frame, and none for what did not arrive")
    func latency() throws {
        var call = HandmadeCall()
        call.arrivals = [call.tracks[0].arrivals(except: [3, 4], after: .milliseconds(35))]
        #expect(isNear(try value(call, "video.latency max < 1s"), 0.035))
        #expect(try value(call, "video.latency count == 58") == 58)
    }

    @Test("intact share, network loss and frames per second")
    func shares() throws {
        var call = HandmadeCall()
        call.arrivals = [call.tracks[0].arrivals(except: [3, 4, 5])]
        call.ledger = call.tracks[0].drops(of: [3, 4, 5])
        #expect(isNear(try value(call, "video.frames.intact min > 90%"), 57.0 / 60))
        let packets = call.tracks[0].sent.frames.reduce(0) { $0 + Int($1.packetCount) }
        #expect(isNear(try value(call, "network.loss max < 10%"), 6 / Double(packets)))
        #expect(isNear(try value(HandmadeCall(), "video.in.fps max < 31"), 30, within: 1))
    }

    @Test("frames that were withheld are none that were sent")
    func sentFrames() throws {
        var track = HandmadeTrack(count: 90)
        #expect(isNear(try value(HandmadeCall([track], stopAt: .seconds(4)), "video.out.fps min > 1"), 30))
        for position in 30..<45 { track.sent.frames[position].packetCount = 0 }
        let call = HandmadeCall([track], stopAt: .seconds(4))
        #expect(isNear(try value(call, "video.out.fps min > 1"), 15, within: 1))
        #expect(try value(call, "video.out.fps count == 3") == 3)
    }

    @Test("bitrates, loss and jitter come from the differences of samples")
    func counters() throws {
        var call = HandmadeCall([HandmadeTrack(count: 120)], stopAt: .seconds(5))
        call.receiverSamples = samples(
            .video, bytes: [10, 25_010, 75_010, 125_010], received: [10, 100, 190, 280], lost: [0, 10, 20, 20])
        #expect(isNear(try value(call, "video.in.bitrate min > 1kbps"), 200_000, within: 1))
        #expect(isNear(try value(call, "video.in.bitrate max > 1kbps"), 400_000, within: 1))
        #expect(try value(call, "video.in.bitrate count == 3") == 3)
        #expect(isNear(try value(call, "video.in.loss max < 50%"), 20.0 / 290))
        #expect(isNear(try value(call, "video.in.jitter max < 1s"), 0.003))
        #expect(isNear(try value(call, "rtt max < 1s"), 0.12))
        #expect(try value(call, "rtt count == 3") == 3)
        call.senderSamples = call.receiverSamples
        #expect(isNear(try value(call, "video.out.bitrate max > 1kbps"), 800_000, within: 1))
    }

    @Test("feedback is counted in packets, in the window in which it was sent")
    func feedback() throws {
        var call = HandmadeCall([HandmadeTrack(count: 120)], stopAt: .seconds(5))
        call.receiverSamples = samples(.video, bytes: [0, 0, 0], received: [0, 0, 0], lost: [0, 0, 0])
        for (index, (nacks, pictures)) in [(3, 1), (4, 1), (9, 3)].enumerated() {
            call.receiverSamples[index].tracks[0].nackCount = UInt64(nacks)
            call.receiverSamples[index].tracks[0].pliCount = UInt64(pictures)
        }
        #expect(try value(call, "video.in.nack max < 100") == 9)
        #expect(try value(call, "video.in.pli max < 100") == 3)
        call.faults = [.init(name: "drop", start: .seconds(2), end: .seconds(2.5), hits: ["callers[1]"])]
        #expect(try value(call, "video.in.nack max < 100 from drop") == 5)
        #expect(try value(call, "video.in.pli max < 100 from drop") == 2)
    }

    @Test("duplicates that outnumber losses are no negative loss")
    func negativeLoss() throws {
        var call = HandmadeCall([HandmadeTrack(count: 120)], stopAt: .seconds(5))
        call.receiverSamples = samples(.video, bytes: [0, 1], received: [10, 110], lost: [0, -3])
        #expect(try value(call, "video.in.loss max == 0%") == 0)
    }

    @Test("an outage is a stretch without intact media: a second of video, 200 ms of sound")
    func outages() throws {
        let sound = HandmadeTrack(HandmadeMedia.audio, count: 200)
        var call = HandmadeCall([sound], stopAt: .seconds(5))
        call.arrivals = [sound.arrivals(except: 50..<59)]
        #expect(try value(call, "outage max < 1s") == 0)
        call.arrivals = [sound.arrivals(except: 50..<61)]
        #expect(isNear(try value(call, "outage max < 1s"), 0.24))
        var video = HandmadeCall([HandmadeTrack(count: 120)], stopAt: .seconds(5))
        video.arrivals = [video.tracks[0].arrivals(except: 30..<59)]
        #expect(try value(video, "outage max < 2s") == 0)
        video.arrivals = [video.tracks[0].arrivals(except: 30..<61)]
        #expect(isNear(try value(video, "outage max < 2s"), 32.0 / 30, within: 1e-3))
    }

    @Test("an outage at the start and one at the end count")
    func outagesAtTheEdges() throws {
        var call = HandmadeCall([HandmadeTrack(count: 120)], stopAt: .seconds(5))
        call.arrivals = [call.tracks[0].arrivals(except: 0..<45)]
        #expect(isNear(try value(call, "outage max < 9s"), 1.52, within: 1e-3))
        call.arrivals = [call.tracks[0].arrivals(except: 60..<120)]
        #expect(try value(call, "outage max < 9s") > 1.9)
        call.arrivals = [[]]
        #expect(isNear(try value(call, "outage max < 9s"), 4))
    }

    @Test("tags choose the receiver, its group and its room, and the sender")
    func tags() throws {
        let call = HandmadeCall()
        for tag in ["bot=callers[1]", "from=callers[0]", "group=callers", "room=room"] {
            #expect(try value(call, "video.latency{\(tag)} count == 60") == 60)
        }
        for tag in ["bot=callers[0]", "from=callers[1]", "group=others", "room=hall"] {
            #expect(try call.evaluate("video.latency{\(tag)} max < 1s").status == .error)
        }
    }

    @Test("what did not happen is an error, not a pass")
    func unmeasured() throws {
        let result = try HandmadeCall().evaluate("reconnect.attempts max >= 0")
        #expect(result.status == .error)
        #expect(result.explanation == "there is no sample of reconnect.attempts")
    }
}

@Suite("Windows and recoveries")
struct WindowTests {
    /// Eight seconds of video from 1 s to 9 s; a fault from 3 s to 5 s that loses what is due until `healed`.
    private func call(healed: Double) -> HandmadeCall {
        let track = HandmadeTrack(count: 240)
        var call = HandmadeCall([track], stopAt: .seconds(9))
        let lost = track.sent.frames.indices.filter {
            let due = track.sent.frames[$0].due.seconds
            return due >= 3 && due < healed
        }
        call.arrivals = [track.arrivals(except: lost)]
        call.ledger = track.drops(of: lost, blackout: true)
        call.faults = [.init(name: "drop", start: .seconds(3), end: .seconds(5), hits: ["callers[1]"])]
        return call
    }

    private func share(_ call: HandmadeCall, _ window: String) throws -> Double {
        try #require(try call.evaluate("video.frames.intact min >= 0% \(window)").value)
    }

    @Test("'from' begins with the event, 'after' with its end, 'outside' skips until the last of those hit has recovered")
    func windows() throws {
        let call = call(healed: 6)
        #expect(abs(try share(call, "") - 150.0 / 240) < 0.01)
        #expect(abs(try share(call, "from drop") - 90.0 / 180) < 0.01)
        #expect(abs(try share(call, "after drop") - 90.0 / 120) < 0.01)
        // The frame that ends the recovery is due before it arrives, and so just outside of the window.
        #expect(try share(call, "outside drop") == 1)
        #expect(try call.evaluate("video.latency count == 149 outside drop").status == .pass)
    }

    @Test("recovery runs from the end of the fault to the next intact frame")
    func recovery() throws {
        let result = try call(healed: 6).evaluate("recovery max < 3s")
        #expect(result.status == .pass)
        #expect(abs(try #require(result.value) - 1.02) < 0.034)
    }

    @Test(
        "a recovery that never came is a fail, whatever is claimed",
        arguments: ["recovery p95 < 3s", "recovery max > 3s", "recovery p50 < 3s", "recovery min < 3s", "recovery count == 2"])
    func never(text: String) throws {
        let sound = HandmadeTrack(HandmadeMedia.audio, ssrc: 9, count: 400)
        var call = call(healed: 100)
        call.tracks.append(sound)
        call.arrivals.append(sound.arrivals())
        let result = try call.evaluate(text)
        #expect(result.status == .fail)
        #expect(result.explanation == "1 of 2 samples of recovery never came")
        #expect(result.value == nil)
        let judgement = try call.judge([text])
        #expect(judgement.verdict == .fail)
        #expect(judgement.status == .failed)
    }

    @Test("a first frame that never came is a fail")
    func firstFrameNever() throws {
        var call = HandmadeCall()
        call.arrivals = [[]]
        #expect(try call.evaluate("first_frame p95 < 2s").status == .fail)
    }

    @Test("after a fault without recovery, only what lay before it is outside")
    func outsideWithoutRecovery() throws {
        let call = call(healed: 100)
        #expect(try share(call, "outside drop") == 1)
        #expect(try call.evaluate("video.latency count == 60 outside drop").status == .pass)
    }

    @Test("a fault of others does not count against this track")
    func otherBots() throws {
        var call = call(healed: 6)
        call.faults[0].hits = ["callers[7]"]
        #expect(try call.evaluate("recovery max < 3s").status == .error)
    }

    @Test("a window in which nothing was measured is an error")
    func emptyWindow() throws {
        var call = HandmadeCall()
        call.faults = [.init(name: "late", start: .seconds(50), end: .seconds(60), hits: ["callers[1]"])]
        #expect(try call.evaluate("video.latency p95 < 1s from late").status == .error)
    }

    @Test("outage and recovery of a fault are told for each track")
    func effects() throws {
        let call = call(healed: 6)
        let effects = call.measurement.effects(of: call.faults[0])
        #expect(effects.count == 1)
        let effect = try #require(effects.first)
        #expect([effect.from, effect.to] == ["callers[0]", "callers[1]"])
        #expect(abs(effect.outage - 3) < 0.04)
        #expect(abs(try #require(effect.recovery) - 1.02) < 0.034)
        let lost = self.call(healed: 100)
        #expect(lost.measurement.effects(of: lost.faults[0]).first?.recovery == nil)
        #expect(lost.measurement.effects(of: lost.faults[0]).first?.isOver == false)
    }

    @Test("a fault does not hit who was to come after its end")
    func lateJoiner() throws {
        var call = call(healed: 6)
        call.faults[0] = .init(name: "early", start: .milliseconds(100), end: .milliseconds(200), hits: ["callers[1]"])
        #expect(call.measurement.effects(of: call.faults[0]).count == 1)
        call.joinDue = .milliseconds(300)
        #expect(call.measurement.effects(of: call.faults[0]).isEmpty)
        #expect(try call.evaluate("recovery max < 3s").status == .error)
    }

    @Test("a track that is over by the end of a fault has nothing to come back with")
    func over() throws {
        var call = call(healed: 100)
        call.faults[0].end = .seconds(9)
        let effect = try #require(call.measurement.effects(of: call.faults[0]).first)
        #expect(effect.recovery == nil && effect.isOver)
        #expect(try call.evaluate("recovery max < 3s").status == .error)
    }
}
