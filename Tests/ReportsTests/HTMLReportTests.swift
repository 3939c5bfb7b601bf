import Foundation
import HandmadeRecords
import Measurement
import NetworkImpairment
import RTCCore
import Reports
import Testing

@Suite("report.html")
struct HTMLReportTests {
    private static let hostile = #""><script>alert('1')</script><img src=x onerror=alert(2)></td></table>&amp;"#

    private func call() -> HandmadeCall {
        var call = HandmadeCall([HandmadeTrack(), HandmadeTrack(HandmadeMedia.audio, ssrc: 7, count: 80)])
        let dark = 20..<35
        call.arrivals[0] = call.tracks[0].arrivals(except: dark)
        call.ledger = call.tracks[0].drops(of: dark, blackout: true)
        call.faults = [
            RunRecord.Fault(name: "tunnel", start: .seconds(1.6), end: .seconds(2.2), hits: ["callers[1]"]),
            RunRecord.Fault(name: "healed", start: .seconds(2.2), end: .seconds(2.2), hits: ["callers[1]"]),
        ]
        call.events = [RunEvent(at: .seconds(1), bot: "callers[0]", kind: .iceState, peer: "callers[1]", detail: "connected")]
        return call
    }

    private func page(
        _ call: HandmadeCall, _ assertions: [String] = [], change: (inout RunResult) -> Void = { _ in },
        redact: (String) -> String = { $0 }
    ) throws -> String {
        var result = try HandmadeResult.result(call, assertions)
        change(&result)
        let bytes = HTMLReport.encode(result, call.measurement, redact: redact)
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    /// Every element that is opened is closed, in order; returns their names as they open.
    private func elements(_ page: String) throws -> [String] {
        let void: Set<String> = ["meta", "br", "img", "link"]
        var open: [String] = []
        var all: [String] = []
        for match in page.matches(of: /<(?<slash>\/?)(?<name>[a-zA-Z][a-zA-Z0-9]*)(?:"[^"]*"|[^>"])*>/) {
            let name = String(match.name)
            if !match.slash.isEmpty {
                #expect(open.popLast() == name)
            } else {
                all.append(name)
                if !match.0.hasSuffix("/>"), !void.contains(name) { open.append(name) }
            }
        }
        #expect(open.isEmpty)
        return all
    }

    private func data(_ page: String) throws -> [String: Any] {
        let start = try #require(page.range(of: #"id="data">"#))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let json = Data(page[start.upperBound..<end.lowerBound].utf8)
        return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    }

    @Test("is whole, asks the network for nothing and runs no script")
    func selfContained() throws {
        let page = try page(call(), ["recovery p95 < 3s"])
        let elements = try elements(page)
        #expect(elements.count { $0 == "script" } == 1)
        #expect(page.contains(#"<script type="application/json" id="data">"#))
        // Ways within the page are no requests.
        let outward = page.replacing("href=\"#", with: "")
        for loader in ["src=", "href=", "@import", "url(", "http:", "https:", "<link", "<img", "onload"] {
            #expect(!outward.contains(loader), "\(loader)")
        }
        #expect(page.contains("default-src 'none'"))
    }

    @Test("says the verdict first and the command that replays it last")
    func order() throws {
        let page = try page(call(), ["recovery p95 < 1ms"])
        let parts = [
            "✗</span> FAIL", "id=\"why\"", "recovery p95 is ", "id=\"media\"", "id=\"assertions\"", "id=\"seen\"", "id=\"time\"",
            "id=\"faults\"", "id=\"worst\"", "id=\"join\"", "id=\"audit\"", "id=\"network\"", "id=\"generator\"", "id=\"events\"",
            "id=\"measured\"",
            "starling simulate scenarios/by-hand.yaml --seed 7</code>",
        ]
        var from = page.startIndex
        for part in parts {
            let found = try #require(page.range(of: part, range: from..<page.endIndex), "\(part) is not in its place")
            from = found.upperBound
        }
        #expect(page[from...].filter { !$0.isWhitespace } == "</pre></footer></main></body></html>")
    }

    @Test("the same run gives the same bytes")
    func determinism() throws {
        let first = try page(call(), ["recovery p95 < 1ms"])
        for _ in 0..<5 { #expect(try page(call(), ["recovery p95 < 1ms"]) == first) }
    }

    @Test("hostile texts stay texts")
    func hostileTexts() throws {
        var call = call()
        let plain = try elements(try page(call, ["seen == 100%"]))
        call.rooms = [Self.hostile, Self.hostile]
        call.faults[0].name = Self.hostile
        call.events = [RunEvent(at: .seconds(1), bot: "callers[0]", kind: .refused, peer: Self.hostile, detail: Self.hostile)]
        let page = try page(call, ["seen == 100%"]) { result in
            result.scenario.title = Self.hostile
            result.scenario.path = Self.hostile
            result.replay = Self.hostile
            result.assertions[0].text = Self.hostile
            result.assertions[0].explanation = Self.hostile
            result.audit[0].from = Self.hostile
            result.network[0].bot = Self.hostile
        }
        #expect(!page.contains("<script>"))
        #expect(!page.contains("<img"))
        // A bar or a lane may differ with the length of a text; no kind of element may come from one.
        #expect(Set(try elements(page)).subtracting(plain).isEmpty)
        let result = try #require(try data(page)["result"] as? [String: Any])
        #expect(result["replay"] as? String == Self.hostile)
    }

    @Test("letters that turn writing around are shown, not obeyed")
    func direction() throws {
        let page = try page(call()) { $0.scenario.title = "a\u{202E}b\u{0}c" }
        #expect(page.contains("<h1>a\u{FFFD}b\u{FFFD}c</h1>"))
    }

    @Test("secrets are gone before they are escaped", arguments: ["s3cr<t&\"x", "body", "hunter2"])
    func secrets(secret: String) throws {
        var call = call()
        call.events = [RunEvent(at: .seconds(1), bot: "callers[0]", kind: .refused, detail: "token \(secret)!")]
        call.rooms = ["room-\(secret)", "room-\(secret)"]
        call.failures[1] = PhaseFailure(phase: .authorise, reason: "\(secret) was refused")
        let page = try page(call, change: { $0.replay = "starling run ws://x/?t=\(secret)" }) {
            $0.replacing(secret, with: "[redacted]")
        }
        #expect(page.contains("token [redacted]!"))
        #expect(page.contains("t=[redacted]"))
        _ = try elements(page)
        guard secret != "body" else { return }
        #expect(!page.contains(secret))
        #expect(!page.contains("s3cr&lt;t"))
        #expect(!page.contains("s3cr\\u003ct"))
    }

    @Test("an assertion that does not hold has its line, its figures and who had it worst")
    func failing() throws {
        let page = try page(call(), ["video.frames.intact min > 97%"]) { result in
            for index in result.assertions.indices where result.assertions[index].text.hasPrefix("video") {
                result.assertions[index].line = 26
            }
        }
        #expect(page.contains("line 26</span>"))
        #expect(page.contains(">75.0\u{00A0}%</td>"))
        #expect(page.contains("&gt;\u{00A0}97\u{00A0}%</td>"))
        #expect(page.contains("15 to blackout"))
        #expect(page.contains("href=\"#why-1\""))
        #expect(page.contains("id=\"why-1\""))
    }

    @Test("a failing assertion says who, when, what was wrong with the network then, and where to look")
    func evidence() throws {
        var result = try HandmadeResult.result(call(), ["video.frames.intact min > 97%", "audio.frames.intact min > 97%"])
        result.addEvidence(call().measurement, networks: [])
        let evidence = try #require(result.assertions.first { $0.text.hasPrefix("video") }?.evidence)
        #expect(
            evidence.first { $0.question == .when }?.text
                == "1\u{00A0}s to 3\u{00A0}s: callers[0] → callers[1] video 66.7\u{00A0}%; during tunnel (1.6\u{00A0}s to 2.2\u{00A0}s, hits callers[1])"
        )
        #expect(evidence.contains { $0.question == .cause && $0.text.hasSuffix("these were lost: 15 to blackout") })
        #expect(evidence.last?.question == .look)
        #expect(result.assertions.first { $0.text.hasPrefix("audio") }?.evidence == nil)
    }

    @Test("a change of network that nobody named is shaded and told, too")
    func unnamed() throws {
        var call = call()
        call.faults = []
        let lossy = NetworkProfile(name: "cellular", up: Impairment(loss: .bernoulli(0.5)), down: .none)
        let network = ConfiguredNetwork(
            bot: "callers[0]", stages: [.init(start: 0, profile: .clean), .init(start: 1.5, profile: lossy)], blackouts: [])
        let result = try HandmadeResult.result(call, ["video.frames.intact min > 97%"])
        let page = String(
            decoding: HTMLReport.encode(result, call.measurement, networks: [network]), as: UTF8.self)
        #expect(page.contains("<title>cellular, 1.5\u{00A0}s to 3\u{00A0}s</title>"))
        #expect(page.contains("during cellular (1.5\u{00A0}s to 3\u{00A0}s, hits callers[0])"))
    }

    @Test("many rooms are a line each, the slowest first, and open to their grids")
    func rooms() throws {
        let small = call()
        var record = small.record
        let pair = record.bots
        let hosts = record.hosts
        record.bots = []
        record.hosts = []
        for room in 0..<20 {
            for place in 0...1 {
                var bot = pair[place]
                bot.name = "callers[\(2 * room + place)]"
                bot.room = "room \(room)"
                for index in bot.connections.indices { bot.connections[index].remote = "callers[\(2 * room + 1 - place)]" }
                if room == 13 { bot.connections = [] }
                record.bots.append(bot)
                record.hosts.append(hosts[place])
            }
        }
        let measurement = RunMeasurement(record)
        let page = String(decoding: HTMLReport.encode(try HandmadeResult.result(small), measurement), as: UTF8.self)
        _ = try elements(page)
        let folded = page.components(separatedBy: "<details class=\"room\">")
        #expect(folded.count == 21)
        #expect(folded[1].contains("<b>room 13</b>") && folded[1].contains("<span>never</span>"))
        #expect(folded.dropFirst().allSatisfy { $0.contains("<table class=\"grid\">") })
        #expect(page.contains("19 of 20 rooms are complete"))
    }

    @Test("the peers that had it worst come with the reason")
    func because() throws {
        let page = try page(call())
        #expect(
            page.contains("<td class=\"words\">no video of callers[0] from 1.7\u{00A0}s for 533\u{00A0}ms during tunnel</td>"))
    }

    @Test("the same page comes of what is stored")
    func stored() throws {
        let call = call()
        var result = try HandmadeResult.result(call, ["recovery p95 < 1ms"])
        result.addEvidence(call.measurement, networks: [])
        let figures = ReportFigures(call.measurement, faults: result.faults, networks: [])
        let files = [
            "result.json": result.encoded(), "figures.json": figures.encoded(), "events.ndjson": EventLog.encode(call.record),
        ]
        let stored = try StoredRun { files[$0] }
        #expect(
            HTMLReport.encode(stored.result, stored.figures, events: stored.events) == HTMLReport.encode(result, call.measurement)
        )
        for name in files.keys.sorted() {
            #expect(throws: StoredRun.Unreadable.self) { try StoredRun { $0 == name ? nil : files[$0] } }
            #expect(throws: StoredRun.Unreadable.self) { try StoredRun { $0 == name ? Array("{}".utf8) : files[$0] } }
        }
    }

    @Test("a secret that is one of our own words breaks nothing", arguments: ["video", "pass", "fail", "blackout", "when"])
    func wordsOfOurs(secret: String) throws {
        let page = try page(call(), ["recovery p95 < 1ms"], redact: { $0.replacing(secret, with: "[redacted]") })
        _ = try elements(page)
    }

    @Test("faults are shaded and named in every chart; one without a length is a moment")
    func faultShades() throws {
        let page = try page(call())
        let charts = page.components(separatedBy: "<figure").dropFirst()
        #expect(charts.count >= 5)
        for chart in charts {
            #expect(chart.contains("<title>tunnel, 1.6\u{00A0}s to 2.2\u{00A0}s</title>"))
            #expect(chart.contains("<b>tunnel</b>"))
            #expect(chart.contains("<line class=\"moment\""))
        }
    }

    @Test("frames sent are intact, damaged, withheld or missing, with their causes")
    func audit() throws {
        let page = try page(call())
        #expect(page.contains("callers[0] → callers[1]</th><td>video</td><td class=\"n\">60</td><td class=\"n\">45</td>"))
        #expect(page.contains("<td>15 blackout</td>"))
    }

    @Test("the data behind the page can be read from it")
    func embedded() throws {
        let data = try data(try page(call()))
        let series = try #require(data["series"] as? [[String: Any]])
        let loss = try #require(series.first { $0["name"] as? String == "frames.lost" && $0["kind"] as? String == "video" })
        let bands = try #require(loss["bands"] as? [[Double]])
        #expect(bands.map { $0[0] } == [1, 2])
        #expect(bands[0][6] == 10.0 / 30)
        #expect((data["result"] as? [String: Any])?["verdict"] as? String == "pass")
    }

    @Test("what was configured stands beside what was measured")
    func configured() throws {
        let call = call()
        let lossy = NetworkProfile(
            name: "custom", up: Impairment(loss: .bursts(loss: 0.05, burst: 4), delay: .milliseconds(30)), down: .none)
        let network = ConfiguredNetwork(
            bot: "callers[0]", stages: [.init(start: 0, profile: .clean), .init(start: 1.5, profile: lossy)],
            blackouts: [.init(start: 2, end: 2.5)])
        let bytes = HTMLReport.encode(try HandmadeResult.result(call), call.measurement, networks: [network])
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(
            page.contains(
                "from 1.5\u{00A0}s: 5\u{00A0}% loss in bursts of 4, 30\u{00A0}ms delay</div><div>blackout 2\u{00A0}s to 2.5\u{00A0}s"
            ))
        // One of the two and a half seconds outside of the blackout loses 5 %.
        #expect(page.contains("≈ 2.00\u{00A0}%"))
    }

    @Test("nobody and nothing is a page, too")
    func empty() throws {
        var call = HandmadeCall([])
        call.isConnected = false
        let page = try page(call)
        #expect(try elements(page).contains("footer"))
        #expect(page.contains("No media was ever due"))
    }

    @Test("many bots are summed up, and the table of the worst is short")
    func many() throws {
        let small = call()
        var record = small.record
        for place in 2..<80 {
            var bot = record.bots[1]
            bot.name = "callers[\(place)]"
            record.bots.append(bot)
            record.hosts.append(record.hosts[1])
        }
        let measurement = RunMeasurement(record)
        let bytes = HTMLReport.encode(try HandmadeResult.result(small), measurement)
        let page = String(decoding: bytes, as: UTF8.self)
        _ = try elements(page)
        #expect(!page.contains("<table class=\"grid"))
        #expect(page.contains("callers of callers"))
        #expect(page.contains("<b>callers[2]</b> got no video and no audio of <b>callers[0]</b>"))
        #expect(page.contains("The 10 worst of 80 peers"))
    }

    @Test("long logs are cut in their middle, and say so")
    func longLog() throws {
        var call = call()
        call.events = (0..<2000).map {
            RunEvent(at: .milliseconds(UInt64($0)), bot: "callers[0]", kind: .iceState, detail: "number \($0)")
        }
        let page = try page(call)
        #expect(page.contains("2,000\u{00A0}events"))
        #expect(page.contains("1800 more, all in events.ndjson"))
        #expect(page.contains("1500 more, all in events.ndjson"))
        #expect(page.contains("number 299<"))
        #expect(!page.contains("number 300<"))
        #expect(page.contains("<summary>Connections: ICE, DTLS <small>2,000\u{00A0}events</small></summary>"))
        #expect(page.contains("number 1999<"))
    }
}
