/// How samples of many tracks spread over time: the 5th, 50th and 95th percentile of each step of a run.
///
/// A long run is thinned out, but by the extremes and never by a mean: what was worst in a step stays visible in every picture of it.
public struct PercentileSeries: Sendable, Hashable {
    /// One step, or several that were put together.
    public struct Band: Sendable, Hashable {
        /// Seconds since the scenario began.
        public var start: Double
        public var end: Double
        /// How many samples it stands for; never zero.
        public var count: Int
        /// The lowest 5th percentile of the steps.
        public var p5: Double
        /// The lowest and the highest median of the steps; both the same where it is one.
        public var lowestMedian: Double
        public var highestMedian: Double
        /// Whether the lowest median comes first.
        public var rises: Bool
        /// The highest 95th percentile of the steps.
        public var p95: Double

        public init(start: Double, end: Double, samples: [Double]) {
            let sorted = samples.sorted()
            self.start = start
            self.end = end
            count = sorted.count
            p5 = Self.rank(5, of: sorted)
            lowestMedian = Self.rank(50, of: sorted)
            highestMedian = lowestMedian
            rises = true
            p95 = Self.rank(95, of: sorted)
        }

        /// One that was taken down before.
        public init(
            start: Double, end: Double, count: Int, p5: Double, lowestMedian: Double, highestMedian: Double, rises: Bool,
            p95: Double
        ) {
            self.start = start
            self.end = end
            self.count = count
            self.p5 = p5
            self.lowestMedian = lowestMedian
            self.highestMedian = highestMedian
            self.rises = rises
            self.p95 = p95
        }

        /// The nearest rank, as ``Aggregate`` takes it, so that every figure was measured.
        private static func rank(_ percent: Int, of sorted: [Double]) -> Double {
            precondition(!sorted.isEmpty, "a percentile of nothing")
            return sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
        }

        fileprivate mutating func extend(by next: Band) {
            end = next.end
            count += next.count
            p5 = min(p5, next.p5)
            p95 = max(p95, next.p95)
            if next.lowestMedian < lowestMedian {
                lowestMedian = next.lowestMedian
                rises = false
            }
            if next.highestMedian > highestMedian {
                highestMedian = next.highestMedian
                rises = true
            }
        }
    }

    /// The most points that a picture gets: each band has two of its line.
    public static let mostPoints = 500

    /// By time; steps without a sample are left out.
    public var bands: [Band]

    public init(bands: [Band]) {
        self.bands = bands
    }

    /// - Parameters:
    ///   - samples: Those of each step, from the start of the run.
    ///   - step: Seconds.
    public init(steps samples: [[Double]], step: Double = 1) {
        bands = samples.enumerated().compactMap { index, samples in
            samples.isEmpty ? nil : Band(start: Double(index) * step, end: Double(index + 1) * step, samples: samples)
        }
    }

    /// The same with at most so many points, two of each band.
    public func decimated(to points: Int = PercentileSeries.mostPoints) -> PercentileSeries {
        let most = max(1, points / 2)
        guard bands.count > most, let first = bands.first, let last = bands.last else { return self }
        let width = (last.end - first.start) / Double(most)
        var merged: [Band] = []
        var bucket = -1
        for band in bands {
            let index = min(most - 1, Int((band.start - first.start) / width))
            if index == bucket {
                merged[merged.count - 1].extend(by: band)
            } else {
                merged.append(band)
                bucket = index
            }
        }
        return PercentileSeries(bands: merged)
    }
}
