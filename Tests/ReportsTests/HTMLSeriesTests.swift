import Measurement
import Testing

@Suite("Percentiles over time")
struct HTMLSeriesTests {
    @Test("each step has the nearest ranks of its samples, and a step without any is a gap")
    func ranks() {
        let series = PercentileSeries(steps: [(1...100).map(Double.init), [], [7]])
        #expect(series.bands.map(\.start) == [0, 2])
        #expect(series.bands[0].p5 == 5)
        #expect(series.bands[0].lowestMedian == 50)
        #expect(series.bands[0].p95 == 95)
        #expect(series.bands[1].p5 == 7)
        #expect(series.bands[1].p95 == 7)
    }

    @Test("thinning out an hour keeps its one bad second and its one good one")
    func extremes() {
        var steps = [[Double]](repeating: [10, 20, 30], count: 3600)
        steps[1234] = [500]
        steps[2345] = [1]
        let series = PercentileSeries(steps: steps).decimated()
        #expect(series.bands.count * 2 <= PercentileSeries.mostPoints)
        #expect(series.bands.map(\.p95).max() == 500)
        #expect(series.bands.map(\.highestMedian).max() == 500)
        #expect(series.bands.map(\.p5).min() == 1)
        #expect(series.bands.map(\.lowestMedian).min() == 1)
        #expect(series.bands.reduce(0) { $0 + $1.count } == 3598 * 3 + 2)
        #expect(series.bands.first?.start == 0)
        #expect(series.bands.last?.end == 3600)
        #expect(zip(series.bands, series.bands.dropFirst()).allSatisfy { $0.end <= $1.start })
    }

    @Test("what already fits stays as it is")
    func short() {
        let series = PercentileSeries(steps: [[1], [2], [3]])
        #expect(series.decimated() == series)
    }

    @Test("the line through several steps rises or falls as they did")
    func direction() {
        let rising = PercentileSeries(steps: [[1], [2], [9], [3]]).decimated(to: 2)
        #expect(rising.bands.count == 1)
        #expect(rising.bands[0].rises)
        let falling = PercentileSeries(steps: [[9], [4], [1]]).decimated(to: 2)
        #expect(!falling.bands[0].rises)
        #expect(falling.bands[0].lowestMedian == 1)
        #expect(falling.bands[0].highestMedian == 9)
    }
}
