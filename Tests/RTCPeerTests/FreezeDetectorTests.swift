import RTCCore
import RTCPeer
import Testing

@Suite("The freeze detector")
struct FreezeDetectorTests {
    /// Pictures at these milliseconds, a packet with each.
    private func detector(shown milliseconds: [Double], packets: [Double]? = nil) -> FreezeDetector {
        var detector = FreezeDetector()
        var next = 0
        let packets = packets ?? milliseconds
        for moment in milliseconds {
            while next < packets.count, packets[next] <= moment {
                detector.receivePacket(at: .seconds(packets[next] / 1000))
                next += 1
            }
            detector.show(at: .seconds(moment / 1000))
        }
        return detector
    }

    private func smooth(_ count: Int, interval: Double = 40) -> [Double] {
        (0...count).map { 1000 + Double($0) * interval }
    }

    @Test("the mean is of thirty intervals: what was slow before them is forgotten")
    func window() {
        // One interval of 2 s, then so many of 40 ms, then one of 230 ms.
        func count(_ between: Int) -> UInt64 {
            var shown = smooth(6)
            shown.append(shown[6] + 2000)
            for _ in 0..<between { shown.append((shown.last ?? 0) + 40) }
            shown.append((shown.last ?? 0) + 230)
            return detector(shown: shown).freezeCount
        }
        #expect(count(20) == 1)
        #expect(count(28) == 1)
        #expect(count(29) == 2)
    }

    @Test("sums are of whole intervals, and of all of them")
    func sums() {
        let detector = detector(shown: smooth(10) + [1700, 1740])
        #expect(detector.freezeCount == 1)
        #expect(detector.totalFreezes == 300_000_000)
        #expect(detector.totalInterFrameDelay == 740_000_000)
        #expect(abs(detector.totalSquaredInterFrameDelay - (11 * 0.0016 + 0.09)) < 1e-9)
        #expect(detector.shownCount == 13)
    }

    @Test("a pause is no sample of the mean, so that the first gap after it is judged as before it")
    func afterPause() {
        let shown = smooth(30) + [2200 + 7000, 2240 + 7000, 2240 + 7000 + 210]
        let detector = detector(shown: shown)
        #expect(detector.pauseCount == 1)
        #expect(detector.totalPauses == 7_000_000_000)
        #expect(detector.freezeCount == 1)
        #expect(detector.totalFreezes == 210_000_000)
    }

    @Test("a minute without a key frame while packets flow is one freeze of a minute, as in Chromium")
    func packetsFlow() {
        let shown = smooth(10) + [61_400]
        let packets = stride(from: 1000.0, through: 61_400, by: 100).map { $0 }
        let detector = detector(shown: shown, packets: packets)
        #expect(detector.freezeCount == 1)
        #expect(detector.pauseCount == 0)
        #expect(detector.totalFreezes == 60_000_000_000)
    }

    @Test("an open freeze moves no counter, and is told from the threshold on")
    func open() {
        let detector = detector(shown: smooth(10))
        #expect(detector.freezeCount == 0)
        #expect(detector.openFreeze(at: .milliseconds(1400 + 189)) == .zero)
        #expect(detector.openFreeze(at: .milliseconds(1400 + 190)) == .milliseconds(190))
        #expect(FreezeDetector().openFreeze(at: .seconds(60)) == .zero)
    }
}
