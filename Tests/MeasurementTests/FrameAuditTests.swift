import HandmadeRecords
import Measurement
import MediaTracks
import NetworkImpairment
import RTCCore
import RTCPeer
import Testing

@Suite("The frame audit")
struct FrameAuditTests {
    private func accounts(_ audit: FrameAudit) -> [Int] {
        [audit.count(.intact), audit.count(.damaged), audit.count(.withheld), audit.count(.missing)]
    }

    @Test("on a clean network every frame is intact, at its own latency")
    func clean() {
        let track = HandmadeTrack(count: 60)
        let audit = track.audit(track.arrivals(after: .milliseconds(20)))
        #expect(accounts(audit) == [60, 0, 0, 0])
        #expect(audit.sent == 60)
        #expect([audit.unexplained, audit.foreign, audit.repeated] == [0, 0, 0])
        #expect(audit.frames.allSatisfy { $0.latency == .milliseconds(20) && $0.isDecodable && $0.cause == nil })
    }

    @Test("latency counts from when a frame was due, though the sender was late")
    func intendedTime() {
        var track = HandmadeTrack(count: 3)
        track.sent.frames[1].sentAt += .milliseconds(500)
        let audit = track.audit([
            track.arrival(0), track.arrival(1, after: .milliseconds(520)), track.arrival(2, after: .milliseconds(490)),
        ])
        #expect(audit.frames.map(\.latency) == [.milliseconds(20), .milliseconds(520), .milliseconds(490)])
    }

    @Test("each frame is exactly one of the outcomes, and together they are all that was sent", arguments: [UInt64(1), 2, 3, 4])
    func partition(seed: UInt64) {
        let track = HandmadeTrack(count: 200)
        var random = SplitMix64(seed: seed)
        var arrivals: [ReceivedFrame] = []
        for position in 0..<200 {
            switch random.next() % 6 {
            case 0: break
            case 1: arrivals.append(track.arrival(position, outcome: .damaged))
            case 2: arrivals += [track.arrival(position, outcome: .damaged), track.arrival(position)]
            case 3: arrivals += [track.arrival(position), track.arrival(position, outcome: .damaged)]
            case 4: arrivals += [track.arrival(position), track.arrival(position)]
            default: arrivals.append(track.arrival(position))
            }
        }
        let audit = track.audit(arrivals)
        #expect(accounts(audit).reduce(0, +) == 200)
        #expect(audit.count(.intact) == Set(arrivals.filter { $0.outcome == .intact }.map(\.rtpTimestamp)).count)
        #expect(audit.unexplained == audit.count(.damaged) + audit.count(.missing))
    }

    @Test("a frame of which something came is damaged, one of which nothing came is missing")
    func damagedAndMissing() {
        let track = HandmadeTrack(count: 30)
        var arrivals = track.arrivals(except: [4, 5])
        arrivals.append(track.arrival(4, outcome: .damaged))
        let audit = track.audit(arrivals, ledger: nil)
        #expect(audit.frames[4].outcome == .damaged)
        #expect(audit.frames[5].outcome == .missing)
        #expect(accounts(audit) == [28, 1, 0, 1])
    }

    @Test("a frame that was repaired is intact, whichever report came first")
    func repaired() {
        let track = HandmadeTrack(count: 30)
        let late = track.arrival(7, after: .milliseconds(150))
        for order in [[track.arrival(7, outcome: .damaged), late], [late, track.arrival(7, outcome: .damaged)]] {
            let audit = track.audit(track.arrivals(except: [7]) + order)
            #expect(audit.frames[7].outcome == .intact)
            #expect(audit.frames[7].latency == .milliseconds(150))
            #expect(accounts(audit) == [30, 0, 0, 0])
            #expect(audit.repeated == 0)
        }
    }

    @Test("a frame that came twice is counted once, and said to be repeated")
    func repeated() {
        let track = HandmadeTrack(count: 30)
        let audit = track.audit(track.arrivals() + [track.arrival(3, after: .milliseconds(90))])
        #expect(accounts(audit) == [30, 0, 0, 0])
        #expect(audit.repeated == 1)
        #expect(audit.frames[3].latency == .milliseconds(20))
    }

    @Test("without its key frame nothing is decodable until the next one")
    func chain() {
        let track = HandmadeTrack(count: 30)
        let audit = track.audit(track.arrivals(except: [12]))
        #expect(audit.frames.map(\.isDecodable) == (0..<30).map { $0 < 12 || $0 >= 20 })
        let sound = HandmadeTrack(HandmadeMedia.audio, count: 30)
        #expect(sound.audit(sound.arrivals(except: [12])).frames.count { $0.isDecodable } == 29)
    }
}

@Suite("The frame audit knows a frame by its bytes and its time")
struct FrameIdentityTests {
    @Test("whatever a server adds to RTP time", arguments: [UInt32(0), 1, 90_000, 0x8000_0000, 0xFFFF_FFF0])
    func shifted(shift: UInt32) {
        let track = HandmadeTrack(count: 90)
        let audit = track.audit(track.arrivals(except: [40], shift: shift))
        #expect(audit.count(.intact) == 89)
        #expect(audit.frames[40].outcome == .missing)
        #expect(audit.foreign == 0)
    }

    @Test("in a file that loops, the loop that was lost is the one that is missing")
    func loops() {
        let track = HandmadeTrack(count: 90)
        let audit = track.audit(track.arrivals(except: 30..<60, shift: 77))
        #expect(audit.frames.map(\.outcome) == (0..<90).map { (30..<60).contains($0) ? .missing : .intact })
        #expect(audit.frames.filter { $0.outcome == .intact }.allSatisfy { $0.latency == .milliseconds(20) })
    }

    @Test(
        "though the whole first loop was lost, a frame belongs to its latest send",
        arguments: [UInt32(0), 1000, 0xFFFF_FFF0])
    func firstLoopLost(shift: UInt32) {
        let track = HandmadeTrack(count: 90)
        let audit = track.audit(track.arrivals(except: 0..<30, shift: shift))
        #expect(audit.frames.map(\.outcome) == (0..<90).map { $0 < 30 ? .missing : .intact })
        #expect(audit.frames.dropFirst(30).allSatisfy { $0.latency == .milliseconds(20) })
    }

    @Test("a start in the middle of the file changes nothing")
    func staggered() {
        let track = HandmadeTrack(count: 45, firstIndex: 20)
        #expect(track.audit(track.arrivals(shift: 5)).count(.intact) == 45)
    }

    @Test("a frame of another file is foreign, and the one it stands for is missing")
    func foreignFile() {
        let track = HandmadeTrack(count: 30)
        let other = HandmadeMedia.otherVideo.frame(9).fingerprint
        let audit = track.audit(track.arrivals(except: [9]) + [track.arrival(9, fingerprint: other)])
        #expect(audit.foreign == 1)
        #expect(audit.frames[9].outcome == .missing)
    }

    @Test("a frame at a time when nothing was sent is foreign")
    func foreignTime() {
        let track = HandmadeTrack(count: 30)
        var stray = track.arrival(9)
        stray.rtpTimestamp &+= 1
        let audit = track.audit(track.arrivals() + [stray])
        #expect(audit.foreign == 1)
        #expect(audit.count(.intact) == 30)
    }

    @Test("another frame's bytes at a frame's time are foreign, before and after the frame itself")
    func swappedBytes() {
        let track = HandmadeTrack(count: 30)
        let swapped = track.arrival(9, fingerprint: HandmadeMedia.video.frame(10).fingerprint)
        #expect(track.audit([swapped] + track.arrivals()).foreign == 1)
        let audit = track.audit(track.arrivals() + [swapped])
        #expect(audit.foreign == 1)
        #expect(audit.repeated == 0)
        #expect(audit.count(.intact) == 30)
    }

    @Test("silence is told apart by time, though its frames are equal")
    func silence() {
        let track = HandmadeTrack(HandmadeMedia.audio, count: 100)
        let lost = [3, 42, 47, 60, 95]
        let audit = track.audit(track.arrivals(except: lost, shift: 123_456))
        #expect(audit.frames.indices.filter { audit.frames[$0].outcome == .missing } == lost)
        #expect(audit.foreign == 0)
    }

    @Test("a track that begins with seconds of silence, or has nothing else, is known all the same")
    func onlySilence() {
        var track = HandmadeTrack(HandmadeMedia.audio, count: 160)
        for position in 0..<150 { track.sent.frames[position].frameIndex = Int32(40 + position % 10) }
        for count in [150, 160] {
            var some = track
            some.sent.frames = Array(track.sent.frames.prefix(count))
            let audit = some.audit(some.arrivals(except: [5, 77], shift: 0xFFFF_0000))
            #expect(audit.frames.indices.filter { audit.frames[$0].outcome == .missing } == [5, 77])
            #expect(audit.foreign == 0)
        }
    }

    /// Fifty frames of sound of which ten in the midst are silence that is not sent.
    private var quiet: HandmadeTrack {
        var track = HandmadeTrack(HandmadeMedia.audio, count: 40)
        for position in 20..<30 {
            track.sent.frames[position].packetCount = 0
            track.sent.frames[position].isSilence = true
        }
        return track
    }

    @Test("silence that is not sent is withheld, and heard as long as one of the two packets before it came")
    func keptStill() {
        let track = quiet
        for (lost, heard) in [([], 10), ([19], 10), ([18, 19], 0)] as [([Int], Int)] {
            let audit = track.audit(
                track.arrivals(except: lost + Array(20..<30)), ledger: HandmadeTrack.ledger(track.drops(of: lost)))
            #expect([audit.count(.intact), audit.count(.damaged)] == [30 - lost.count, 0])
            #expect([audit.count(.withheld), audit.count(.missing)] == [10, lost.count])
            #expect(audit.frames.count { $0.isSilence } == heard)
            #expect(audit.frames[20..<30].filter(\.isSilence).allSatisfy { $0.latency == .milliseconds(20) })
        }
    }

    @Test("a lost frame is covered by nothing where the next one repeats nothing")
    func uncovered() {
        let track = HandmadeTrack(HandmadeMedia.audio, count: 40)
        let audit = track.audit(track.arrivals(except: [7]), ledger: HandmadeTrack.ledger(track.drops(of: [7])))
        #expect(!audit.frames.contains { $0.isCovered })
    }

    @Test("nothing received is everything missing")
    func nothing() {
        let track = HandmadeTrack(count: 30)
        let audit = FrameAudit(from: "a", to: "b", sent: [track.sent], received: nil, ledger: PacketLedger())
        #expect(audit.count(.missing) == 30)
        #expect(audit.unexplained == 30)
    }
}
