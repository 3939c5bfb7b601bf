import Measurement
import RTCCore
import Testing

private struct Recorded: MetricSource {
    var values: [String: [Double]] = [:]

    func samples(of metric: Metric, tags: [(String, String)], window: AssertionWindow?) -> [Double]? {
        let tagged = tags.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        return values[metric.name + (tagged.isEmpty ? "" : "{\(tagged)}") + (window.map { " \($0)" } ?? "")]
    }
}

private func message(_ text: String, events: [String] = ["drop", "storm"]) -> String {
    do {
        _ = try Assertion(parsing: text, events: events)
        return ""
    } catch {
        return "\(error.offset): \(error.message)"
    }
}

@Suite("The grammar of assertions")
struct AssertionGrammarTests {
    @Test("every part is read")
    func whole() throws {
        let assertion = try Assertion(
            parsing: "  video.in.freeze.ratio{group=viewers, from=callers[0]} p95 < 5% outside drop ", events: ["drop"])
        #expect(assertion.text == "video.in.freeze.ratio{group=viewers, from=callers[0]} p95 < 5% outside drop")
        #expect(assertion.metric == MetricCatalog.videoInFreezeRatio)
        #expect(assertion.tags.map { "\($0)=\($1)" } == ["group=viewers", "from=callers[0]"])
        #expect(assertion.aggregate == .p95)
        #expect(assertion.op == .less)
        #expect(assertion.value == 0.05)
        #expect(assertion.window == .outside("drop"))
    }

    @Test(
        "values come in base units",
        arguments: [
            ("first_frame p95 < 2s", 2), ("rtt p95<250ms", 0.25), ("rtt p95 < 80us", 80e-6), ("outage max < 1m", 60),
            ("video.in.bitrate p50 > 300kbps", 300e3), ("video.in.bitrate > 2.5Mbps", 2.5e6), ("joined == 100%", 1),
            ("audio.in.loss p95 <= 0.5%", 0.005), ("video.in.fps min >= 24/s", 24), ("video.in.fps > 24fps", 24),
            ("video.in.fps > 24", 24),
            ("recovery count == 3", 3), ("video.in.freeze.count rate < 10%", 0.1), ("outage max > 0", 0), ("rtt < 2 s", 2),
            ("rtt < 2 s outside drop", 2),
        ])
    func units(text: String, value: Double) throws {
        #expect(try Assertion(parsing: text, events: ["drop"]).value == value)
    }

    @Test(
        "windows",
        arguments: [
            ("", nil), ("from drop", .from("drop")), ("after storm", .after("storm")), ("outside drop", .outside("drop")),
        ] as [(String, AssertionWindow?)])
    func windows(text: String, window: AssertionWindow?) throws {
        #expect(try Assertion(parsing: "rtt p95 < 1s \(text)", events: ["drop", "storm"]).window == window)
    }

    @Test("every aggregate and operator", arguments: Aggregate.allCases, Comparison.allCases)
    func combinations(aggregate: Aggregate, comparison: Comparison) throws {
        let value = aggregate == .count ? "3" : aggregate == .rate ? "3%" : "3s"
        let assertion = try Assertion(parsing: "rtt \(aggregate.rawValue) \(comparison.rawValue) \(value)", events: [])
        #expect(assertion.aggregate == aggregate)
        #expect(assertion.op == comparison)
    }

    @Test("without an aggregate the metric's own is taken")
    func defaults() throws {
        #expect(try Assertion(parsing: "rtt < 1s", events: []).aggregate == .p95)
        #expect(try Assertion(parsing: "video.frames.intact > 95%", events: []).aggregate == .min)
        #expect(try Assertion(parsing: "joined == 100%", events: []).aggregate == nil)
    }

    @Test(
        "what is wrong is pointed at",
        arguments: [
            ("", "0: an assertion begins with a metric"),
            ("first_fram p95 < 2s", "0: 'first_fram' is not a metric; did you mean 'first_frame'?"),
            ("happiness > 3", "0: 'happiness' is not a metric; there are: joined, seen, first_frame"),
            ("rtt p59 < 2s", "4: 'p59' is not an aggregate; did you mean 'p50'?"),
            (
                "rtt average < 2s",
                "4: 'average' is not an aggregate; there are: p50, p90, p95, p99, min, max, mean, count, sum, rate"
            ),
            ("joined p95 == 100%", "7: 'joined' is one value and takes no aggregate: leave 'p95' out"),
            ("audio.in.loss sum < 3%", "14: a sum of percentages says nothing"),
            ("rtt p95", "7: 'rtt' is compared with nothing: add an operator and a value, such as '> 0'"),
            ("rtt p95 2s", "8: an operator is expected before '2s': one of < <= > >= == !="),
            ("rtt p95 = 2s", "8: '=' is not an operator; did you mean '=='?"),
            ("rtt p95 => 2s", "8: '=>' is not an operator; did you mean '>='?"),
            ("rtt p95 ~= 2s", "8: '~=' is not an operator; there are: < <= > >= == !="),
            ("rtt p95 <", "9: a value is missing: write 250ms, 2s or 5m"),
            (
                "rtt p95 < fast",
                "10: 'fast' is not a number with a unit; 'rtt' is compared with a duration: write 250ms, 2s or 5m"
            ),
            ("rtt p95 < 2", "10: 'rtt' is a duration and '2' is a number without a unit: write 250ms, 2s or 5m"),
            ("rtt p95 < 2kbps", "10: 'rtt' is a duration and '2kbps' is a bitrate: write 250ms, 2s or 5m"),
            ("rtt p95 < -2s", "10: 'rtt' is never negative"),
            ("rtt count < 2s", "12: 'rtt count' is a plain number and '2s' is a duration: write 3"),
            ("joined == 1", "10: 'joined' is a percentage and '1' is a number without a unit: write 5% or 99.5%"),
            ("joined == 101%", "10: 'joined' is never more than 100%"),
            ("video.in.bitrate > 300Kbps", "19: 'Kbps' is not a unit; did you mean 'kbps'?"),
            ("rtt p95 < 2s outsid drop", "13: 'outsid' is not a window; did you mean 'outside'?"),
            ("rtt p95 < 2s during drop", "13: 'during' is not a window; write one of: from, after, outside"),
            ("rtt p95 < 2s outside", "13: 'outside' needs the name of an event"),
            ("rtt p95 < 2s outside dorp", "21: 'dorp' is not an event; did you mean 'drop'?"),
            ("rtt p95 < 2s outside drop now", "26: 'now' is too much"),
            ("rtt{grup=a} < 2s", "4: 'grup' is not a tag; did you mean 'group'?"),
            ("rtt{} < 2s", "4: a tag is missing: write {group=callers}"),
            ("rtt{group} < 2s", "9: a tag needs a value: write {group=…}"),
            ("rtt{group=} < 2s", "10: the tag 'group' has no value"),
            ("rtt{group=a,group=b} < 2s", "12: the tag 'group' is given twice"),
            ("rtt{group=a < 2s", "3: the tags that begin here are not closed with '}'"),
        ])
    func wrong(text: String, expected: String) {
        let said = message(text)
        #expect(said.hasPrefix(expected), "\(said)")
    }

    @Test("an event needs a timeline")
    func noEvents() {
        #expect(message("rtt < 2s from drop", events: []) == "14: 'drop' is not an event; no entry of the timeline has one")
    }

    @Test("10,000 mutations of assertions neither trap nor hang")
    func mutations() {
        let corpus = [
            "video.in.freeze.ratio{group=viewers, from=callers[0]} p95 < 5% outside drop", "joined == 100%",
            "rtt p95 <= 250ms from drop",
        ].map { Array($0.unicodeScalars) }
        let alphabet = Array("{}=,<>!%./ abcps0123456789é\u{0}\n-+".unicodeScalars)
        var random = SplitMix64(seed: 3)
        for _ in 0..<10_000 {
            var scalars = corpus[Int(random.next() % 3)]
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let position = Int.random(in: 0...scalars.count, using: &random)
                let scalar = alphabet[Int(random.next() % UInt64(alphabet.count))]
                switch random.next() % 4 {
                case 0: scalars.insert(scalar, at: position)
                case 1 where position < scalars.count: scalars[position] = scalar
                case 2 where position < scalars.count: scalars.remove(at: position)
                default: scalars.removeSubrange(position...)
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            if let assertion = try? Assertion(parsing: String(view), events: ["drop"]) {
                _ = assertion.evaluate(Recorded(values: ["rtt": [1]]))
            }
        }
    }
}

@Suite("The verdict of an assertion")
struct AssertionEvaluationTests {
    private func evaluate(_ text: String, _ values: [String: [Double]]) throws -> AssertionResult {
        try Assertion(parsing: text, events: ["drop"]).evaluate(Recorded(values: values))
    }

    @Test("what holds passes, with its value")
    func pass() throws {
        let result = try evaluate("first_frame p95 < 2s", ["first_frame": [0.5, 1.25]])
        #expect(result.status == .pass)
        #expect(result.value == 1.25)
        #expect(result.explanation == "first_frame p95 is 1.25 s (2 samples)")
    }

    @Test("what does not hold fails, and says what should have been")
    func fail() throws {
        let result = try evaluate("joined == 100%", ["joined": [0.75]])
        #expect(result.status == .fail)
        #expect(result.value == 0.75)
        #expect(result.explanation == "joined is 75% and should be == 100%")
    }

    @Test("a metric that was not measured is an error, never a pass")
    func unknown() throws {
        let result = try evaluate("rtt p95 >= 0", [:])
        #expect(result.status == .error)
        #expect(result.value == nil)
        #expect(result.explanation == "this run does not measure rtt")
    }

    @Test("no samples are an error, never a pass", arguments: ["rtt p95 < 1s", "rtt count == 0", "rtt mean >= 0"])
    func empty(text: String) throws {
        let result = try evaluate(text, ["rtt": []])
        #expect(result.status == .error)
        #expect(result.explanation == "there is no sample of rtt")
    }

    @Test("a sample that is not a number is an error", arguments: [Double.nan, -.infinity])
    func notANumber(sample: Double) throws {
        #expect(try evaluate("rtt p95 < 1s", ["rtt": [0.1, sample]]).status == .error)
    }

    @Test("tags and window reach the source")
    func scope() throws {
        let values = ["rtt": [9.0], "rtt{group=a} outside drop": [0.1]]
        #expect(try evaluate("rtt{group=a} p95 < 1s outside drop", values).status == .pass)
        #expect(try evaluate("rtt p95 < 1s", values).status == .fail)
    }

    @Test(
        "aggregates of one to ten",
        arguments: [
            (Aggregate.p50, 5.0), (.p90, 9), (.p95, 10), (.p99, 10), (.min, 1), (.max, 10), (.mean, 5.5), (.count, 10),
            (.sum, 55), (.rate, 1),
        ])
    func aggregates(aggregate: Aggregate, value: Double) {
        #expect(aggregate.value(of: [3, 1, 2, 10, 9, 8, 7, 6, 5, 4]) == value)
    }

    @Test("a rate is the share of samples that are not zero")
    func rate() { #expect(Aggregate.rate.value(of: [0, 2, 0, 1]) == 0.5) }

    @Test("equal means equal to a person")
    func equality() {
        #expect(Comparison.equal.holds(0.1 + 0.2, 0.3))
        #expect(!Comparison.notEqual.holds(0.1 + 0.2, 0.3))
        #expect(Comparison.lessOrEqual.holds(0.1 + 0.2, 0.3))
        #expect(!Comparison.greater.holds(0.1 + 0.2, 0.3))
        #expect(!Comparison.equal.holds(0.999, 1))
    }

    @Test(
        "numbers read well",
        arguments: [
            (Quantity(1.2345, .time), "1.235 s"), (Quantity(0.0301, .time), "30.1 ms"), (Quantity(80e-6, .time), "80 us"),
            (Quantity(312_400, .bitrate), "312.4 kbps"), (Quantity(2.5e6, .bitrate), "2.5 Mbps"),
            (Quantity(0.99961, .ratio), "99.96%"),
            (Quantity(0, .time), "0 s"), (Quantity(-0.5, .number), "-0.5"), (Quantity(1e18, .number), "1e+18"),
            (Quantity(65_536, .size), "64 KiB"),
        ])
    func numbers(quantity: Quantity, text: String) { #expect(quantity.description == text) }

    @Test("the catalog names each metric once, and a percentage never sums")
    func catalog() {
        #expect(Set(MetricCatalog.all.map(\.name)).count == MetricCatalog.all.count)
        #expect(MetricCatalog.all.allSatisfy { MetricCatalog.metric(named: $0.name) == $0 })
    }
}
