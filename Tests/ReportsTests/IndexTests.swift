import Foundation
import HandmadeRecords
import Measurement
import Reports
import Testing

@Suite("index.json and index.html")
struct IndexTests {
    private func index() throws -> RunIndex {
        let good = try HandmadeResult.result(HandmadeCall(), ["seen == 100%"])
        let bad = try HandmadeResult.result(HandmadeCall(), ["video.latency p95 < 1ms"])
        let wrong = Refusal(
            name: "<b>wrong", path: "calls/wrong.yaml", exitCode: 2, reasons: [.init(text: "calls/wrong.yaml:4:1: <script>")])
        return RunIndex(
            [RunIndex.Entry(good, folder: "1-good"), RunIndex.Entry(bad, folder: "javascript:x"), RunIndex.Entry(wrong)],
            exitCode: 2)
    }

    @Test("each scenario has its verdict, its folder and how to run it again; the whole has the worst")
    func json() throws {
        let index = try index()
        #expect(index.verdict == "refused")
        #expect(index.passed == 1)
        let read = try JSONDecoder().decode(RunIndex.self, from: Data(index.encoded()))
        #expect(read.scenarios == index.scenarios)
        #expect(read.scenarios.map(\.verdict) == ["pass", "fail", "refused"])
        #expect(read.scenarios.map(\.replay) == [index.scenarios[0].replay, index.scenarios[1].replay, nil])
        #expect(index.encoded().last == 10)
    }

    @Test("the page leads to each report, the worst first, and no name becomes a tag or a scheme")
    func page() throws {
        let page = String(decoding: HTMLIndex.encode(try index()), as: UTF8.self)
        #expect(page.contains("href=\"./1-good/report.html\""))
        #expect(page.contains("href=\"./javascript%3Ax/report.html\""))
        #expect(!page.contains("<script>") && !page.contains("<b>wrong"))
        let places = ["REFUSED", ">FAIL</span>", ">PASS</span>"].compactMap { page.range(of: $0)?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
    }

    @Test("in a terminal the failures come last, where the eye is")
    func console() throws {
        let lines = IndexSummary.lines(try index(), folder: "out")
        #expect(lines.allSatisfy { $0.count <= ConsoleStyle.width })
        #expect(lines.contains("FAIL  1 of 3 scenarios pass, exit code 2"))
        #expect(lines.last == "  index   out/index.html")
        let pass = try #require(lines.firstIndex { $0.hasPrefix("  PASS") })
        let fail = try #require(lines.firstIndex { $0.hasPrefix("  FAIL") })
        #expect(pass < fail)
    }
}
