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
