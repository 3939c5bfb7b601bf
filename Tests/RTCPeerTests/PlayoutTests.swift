import RTCCore
import RTCPeer
import Testing

@Suite("Bursts and gaps, RFC 3611")
struct BurstGapTests {
    /// `x` was lost, `.` was received.
    private func counter(_ text: String) -> BurstGapCounter {
        var counter = BurstGapCounter()
        for character in text { counter.add(isReceived: character != "x") }
        return counter
    }

    private let gap = String(repeating: ".", count: 16)

    @Test("a loss with sixteen received packets on either side belongs to the gap")
    func isolated() {
        let counter = counter(gap + "x" + gap + "x" + gap)
        #expect(counter.burstCount == 0 && counter.burstPackets == 0)
        #expect(counter.gapLost == 2)
        #expect(counter.gapPackets == 50)
        #expect(counter.runs == 2)
    }

    @Test("fifteen received packets between two losses do not end a burst, sixteen do")
    func minimum() {
        #expect(counter("x" + gap.dropLast() + "x" + gap).burstCount == 1)
        #expect(counter("x" + gap.dropLast() + "x" + gap).burstPackets == 17)
        #expect(counter("x" + gap + "x" + gap).burstCount == 0)
    }

    @Test("a burst runs from its first lost packet to its last")
    func extent() {
        let counter = counter(gap + "xx..x.x" + gap + "x" + gap)
        #expect(counter.burstCount == 1)
        #expect(counter.burstPackets == 7)
        #expect(counter.burstLost == 4)
        #expect(counter.gapLost == 1)
        #expect(counter.gapPackets == 49)
        #expect(counter.runs == 4)
    }

    @Test("the figures are those of the definition, whatever is lost", arguments: UInt64(1)...30)
    func definition(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let share = random.unitInterval() * 0.5
        let lost = (0..<400).map { _ in random.unitInterval() < share }
        let counter = counter(String(lost.map { $0 ? "x" : "." }))
        let places = lost.indices.filter { lost[$0] }
        var groups: [[Int]] = []
        for place in places {
            if let last = groups.last?.last, place - last <= 16 {
                groups[groups.count - 1].append(place)
            } else {
                groups.append([place])
            }
        }
        let bursts = groups.filter { $0.count > 1 }
        #expect(counter.lost == UInt64(places.count))
        #expect(counter.burstCount == UInt64(bursts.count))
        #expect(counter.burstLost == UInt64(bursts.reduce(0) { $0 + $1.count }))
        #expect(counter.burstPackets == UInt64(bursts.reduce(0) { $0 + $1[$1.count - 1] - $1[0] + 1 }))
        #expect(counter.runs == UInt64(places.count { $0 == 0 || !lost[$0 - 1] }))
    }

    @Test("random loss has a burst ratio near one, and loss in threes one of three")
    func ratio() {
        var random = SplitMix64(seed: 5)
        #expect(abs(counter(String((0..<50_000).map { _ in random.unitInterval() < 0.1 ? "x" : "." })).burstRatio - 1) < 0.03)
        let threes = counter(String(repeating: "xxx" + String(repeating: ".", count: 97), count: 50))
        #expect(abs(threes.burstRatio - 3 * 0.97) < 1e-9)
        #expect(counter("....").burstRatio == 1)
    }

    @Test("many at once are as many one by one")
    func bulk() {
        var bulk = counter("..x.")
        bulk.addLost(5)
        #expect(bulk == counter("..x.xxxxx"))
    }
}

@Suite("The jitter buffer that does not decode")
struct PlayoutTests {
    private func frame(_ sequences: ClosedRange<Int64>, isKey: Bool = false) -> VideoPlayout.Frame {
        VideoPlayout.Frame(
            sequences: sequences, rtpTimestamp: UInt32(sequences.lowerBound), isKey: isKey, firstPacketAt: .seconds(1))
    }

    private func play(_ frames: [VideoPlayout.Frame]) -> (shown: [Int64], dropped: UInt64) {
        var playout = VideoPlayout()
        var shown: [Int64] = []
        for frame in frames { playout.insert(frame) { shown.append($0.sequences.lowerBound) } }
        return (shown, playout.dropped)
    }

    @Test("nothing is shown before a key frame, and then every frame behind the one before it")
    func order() {
        let played = play([frame(8...9), frame(10...12, isKey: true), frame(13...13), frame(14...15)])
        #expect(played.shown == [10, 13, 14])
        #expect(played.dropped == 1)
    }

    @Test("a frame that was repaired lets those go that waited for it")
    func repair() {
        let played = play([frame(1...2, isKey: true), frame(5...5), frame(6...7), frame(3...4), frame(8...8)])
        #expect(played.shown == [1, 3, 5, 6, 8])
        #expect(played.dropped == 0)
    }

    @Test("a key frame goes ahead, and what it overtook is dropped, also when it comes later")
    func overtaking() {
        let played = play([frame(1...2, isKey: true), frame(5...5), frame(7...9, isKey: true), frame(3...4), frame(10...10)])
        #expect(played.shown == [1, 7, 10])
        #expect(played.dropped == 2)
    }

    @Test("a chain that waits too long is given up from its front")
    func bounded() {
        let frames = [frame(0...0, isKey: true)] + (2..<200).map { frame(Int64($0)...Int64($0)) }
        #expect(play(frames).shown == [0])
        #expect(play(frames).dropped == 198 - 64)
    }

    /// Arrivals in milliseconds after each packet of 20 ms was sampled.
    private func waits(_ delays: [Double]) -> [Double?] {
        var playout = AudioPlayout()
        return delays.enumerated().map { index, delay in
            let media = Int64(index) * 20_000_000
            let arrival = Instant(nanoseconds: UInt64(media) + UInt64(delay * 1e6))
            return playout.receive(mediaTime: media, arrivedAt: arrival).map { Double($0) / 1e6 }
        }
    }

    @Test("an even path waits for the target of 40 ms, and a packet less for as much as it is late")
    func audio() throws {
        let waits = waits([30, 30, 45, 30])
        #expect(waits[0] == 40 && waits[1] == 40)
        #expect(abs(try #require(waits[2]) - 25) < 0.1)
    }

    @Test("later than the target is too late, and the buffer grows to fit the next one")
    func growth() throws {
        let waits = waits([30, 30, 105, 105, 30])
        #expect(waits[2] == nil)
        #expect(abs(try #require(waits[3]) - 5) < 0.1)
        #expect(abs(try #require(waits[4]) - 80) < 0.2)
    }

    @Test("a path that has become later by a whole step loses one packet, not all of them", arguments: [60.0, 80, 100])
    func wholeSteps(late: Double) {
        let waits = waits([30, 30] + [Double](repeating: 30 + late, count: 200))
        #expect(waits.count { $0 == nil } == 1)
    }

    @Test("the target sinks again by 2 ms a second, down to where it began")
    func decay() throws {
        let waits = waits([30, 105] + [Double](repeating: 30, count: 2000))
        #expect(abs(try #require(waits[2 + 500]) - 60) < 0.2)
        #expect(waits[2000] == 40)
    }

    @Test("a path that has become slower is the new measure within ten seconds")
    func slowerPath() throws {
        let waits = waits([Double](repeating: 30, count: 300) + [Double](repeating: 60, count: 600))
        #expect(abs(try #require(waits[310]) - 10) < 0.1)
        #expect(waits[899] == 40)
    }
}
