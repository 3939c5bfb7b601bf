import Operations
import Testing

@Suite("Metrics in Prometheus's text format")
struct MetricsTextTests {
    @Test("counters, gauges and labels are written as the format wants them")
    func lines() {
        let text = MetricsText.write([
            .counter("joins_total", "Joins.", 3),
            MetricFamily(
                "sessions", "By \"state\".\nNow.",
                .gauge([
                    .init(1, [.init("state", "here")]), .init(0.25, [.init("state", "a \"b\"\\c\n"), .init("front", "native")]),
                ])),
            .gauge("process_open_fds", "Files.", 9),
        ])
        #expect(
            text == """
                # HELP starling_joins_total Joins.
                # TYPE starling_joins_total counter
                starling_joins_total 3
                # HELP starling_sessions By "state".\\nNow.
                # TYPE starling_sessions gauge
                starling_sessions{state="here"} 1
                starling_sessions{state="a \\"b\\"\\\\c\\n",front="native"} 0.25
                # HELP process_open_fds Files.
                # TYPE process_open_fds gauge
                process_open_fds 9

                """)
    }

    @Test("histograms by a label are of one name, each with its own sum and count")
    func histograms() {
        var quick = MetricHistogram([1])
        quick.add(0.5, count: 3)
        let family = MetricFamily(
            "request_seconds", "Requests.", .histograms(by: "type", [.init("join", MetricHistogram([1])), .init("ping", quick)]))
        #expect(
            MetricsText.write([family]) == """
                # HELP starling_request_seconds Requests.
                # TYPE starling_request_seconds histogram
                starling_request_seconds_bucket{type="join",le="1"} 0
                starling_request_seconds_bucket{type="join",le="+Inf"} 0
                starling_request_seconds_sum{type="join"} 0
                starling_request_seconds_count{type="join"} 0
                starling_request_seconds_bucket{type="ping",le="1"} 3
                starling_request_seconds_bucket{type="ping",le="+Inf"} 3
                starling_request_seconds_sum{type="ping"} 1.5
                starling_request_seconds_count{type="ping"} 3

                """)
    }

    @Test("a histogram adds up from bound to bound, and ends with everything")
    func histogram() {
        var histogram = MetricHistogram([0.1, 1])
        for value in [0.05, 0.1, 0.5, 7, .infinity, .nan] { histogram.add(value) }
        #expect(
            MetricsText.write([MetricFamily("write_seconds", "Writes.", .histogram(histogram))]) == """
                # HELP starling_write_seconds Writes.
                # TYPE starling_write_seconds histogram
                starling_write_seconds_bucket{le="0.1"} 2
                starling_write_seconds_bucket{le="1"} 3
                starling_write_seconds_bucket{le="+Inf"} 4
                starling_write_seconds_sum 7.65
                starling_write_seconds_count 4

                """)
    }
}
