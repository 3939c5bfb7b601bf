import Foundation
import HandmadeRecords
import Measurement
import MediaTracks
import RTCCore
import RTCPeer
import Reports
import Testing

@Suite("result.json")
struct RunResultTests {
    private func object(_ result: RunResult) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(result.encoded())) as? [String: Any])
    }

    private func lossyCall() -> HandmadeCall {
        let track = HandmadeTrack(count: 120)
        var call = HandmadeCall([track], stopAt: .seconds(5))
        call.arrivals = [track.arrivals(except: 60..<90) + [track.arrival(60, outcome: .damaged)]]
        call.ledger = track.drops(of: 60..<90, blackout: true)
        call.faults = [.init(name: "drop", start: .seconds(3), end: .seconds(4), hits: ["callers[1]"])]
        return call
    }

    @Test("has every key that the design names")
    func keys() throws {
        let object = try object(try HandmadeResult.result(lossyCall(), ["video.latency p95 < 1s"]))
        for key in [
            "schema", "scenario", "seed", "verdict", "reasons", "assertions", "offered", "achieved", "generator", "phases",
            "metrics", "audit", "failures", "replay",
        ] {
            #expect(object[key] != nil, "\(key)")
        }
        #expect(object["schema"] as? String == "starling.result/1")
        #expect(object["seed"] as? Int == 7)
        #expect(object["verdict"] as? String == "pass")
        let assertion = try #require((object["assertions"] as? [[String: Any]])?.last)
        #expect(assertion["text"] as? String == "video.latency p95 < 1s")
        #expect(assertion["status"] as? String == "pass")
        #expect(assertion["value"] as? Double == 0.02)
        let metrics = try #require(object["metrics"] as? [String: [String: Any]])
        #expect(Set(try #require(metrics["video.latency"]).keys) == ["count", "mean", "p50", "p95", "p99", "max", "histogram"])
    }

    @Test("the audit has one row per received track, and its parts are what was sent")
    func audit() throws {
        let rows = try #require(try object(try HandmadeResult.result(lossyCall()))["audit"] as? [[String: Any]])
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        for key in ["from", "to", "kind", "sent", "intact", "damaged", "withheld", "missing"] {
            #expect(row[key] != nil, "\(key)")
        }
        let parts = ["intact", "damaged", "withheld", "missing"].map { row[$0] as? Int ?? -1 }
        #expect(parts == [90, 1, 0, 29])
        #expect(row["sent"] as? Int == 120)
        #expect(row["causes"] as? [String: Int] == ["blackout": 30])
    }

    @Test("a fault tells outage and recovery of each track")
    func faults() throws {
        let rows = try #require(try object(try HandmadeResult.result(lossyCall()))["faults"] as? [[String: Any]])
        let fault = try #require(rows.first)
        #expect(fault["name"] as? String == "drop")
        #expect(fault["start"] as? Double == 3)
        #expect(fault["end"] as? Double == 4)
        let track = try #require((fault["tracks"] as? [[String: Any]])?.first)
        #expect(abs(try #require(track["outage"] as? Double) - 31.0 / 30) < 0.001)
        #expect(abs(try #require(track["recovery"] as? Double) - 0.02) < 0.001)
        #expect(track["over"] == nil)
    }

    @Test("a track that was over by the end of a fault is not said never to have recovered")
    func over() throws {
        var call = lossyCall()
        call.arrivals = [call.tracks[0].arrivals(except: 60..<120)]
        call.ledger = call.tracks[0].drops(of: 60..<120, blackout: true)
        let never = try HandmadeResult.result(call)
        #expect(Summary.lines(never, folder: "x", isShort: false).joined().contains("1 track never recovered"))
        call.faults[0].end = .seconds(5)
        let over = try HandmadeResult.result(call)
        #expect(Summary.lines(over, folder: "x", isShort: false).joined().contains("its tracks were over by its end"))
        #expect(over.faults.first?.tracks.first?.over == true)
    }

    @Test("what never came is counted as such, and no number stands for it")
    func never() throws {
        var call = lossyCall()
        call.arrivals = [call.tracks[0].arrivals(except: 60..<120)]
        call.ledger = call.tracks[0].drops(of: 60..<120)
        let object = try object(try HandmadeResult.result(call, ["recovery p95 < 3s"]))
        let recovery = try #require((object["metrics"] as? [String: [String: Any]])?["recovery"])
        #expect(recovery["never"] as? Int == 1)
        #expect(recovery["count"] as? Int == 1)
        #expect(recovery["p95"] == nil)
        let assertion = try #require((object["assertions"] as? [[String: Any]])?.last)
        #expect(assertion["value"] == nil)
        #expect(assertion["status"] as? String == "fail")
        let track = try #require(((object["faults"] as? [[String: Any]])?.first?["tracks"] as? [[String: Any]])?.first)
        #expect(track["recovery"] == nil)
    }

    @Test("the same run gives the same bytes, and they end with a line's end")
    func stable() throws {
        let first = try HandmadeResult.result(lossyCall(), ["video.latency p95 < 1s"]).encoded()
        for _ in 0..<5 { #expect(try HandmadeResult.result(lossyCall(), ["video.latency p95 < 1s"]).encoded() == first) }
        #expect(first.last == 10)
    }

    @Test("what was written can be read again")
    func roundTrip() throws {
        let bytes = try HandmadeResult.result(lossyCall(), ["video.latency p95 < 1s"]).encoded()
        let read = try JSONDecoder().decode(RunResult.self, from: Data(bytes))
        #expect(read.encoded() == bytes)
    }

    @Test("a run of nothing can be written, too")
    func empty() throws {
        var call = HandmadeCall([])
        call.joinedAt = [nil, nil]
        call.isConnected = false
        let object = try object(try HandmadeResult.result(call))
        #expect(object["verdict"] as? String == "fail")
        #expect(object["exitCode"] as? Int == 4)
        #expect((object["audit"] as? [Any])?.isEmpty == true)
    }

    @Test("the summary begins with the verdict and ends with the command that replays it")
    func summary() throws {
        let result = try HandmadeResult.result(lossyCall(), ["video.latency p95 < 1ms"])
        let lines = Summary.lines(result, folder: "reports/x", isShort: false)
        #expect(lines.first { !$0.isEmpty } == "FAIL  by-hand, seed 7")
        #expect(lines.last == "  replay  starling simulate scenarios/by-hand.yaml --seed 7")
        #expect(lines.contains("  result  reports/x/result.json"))
        #expect(lines.contains("  callers[0] → callers[1] video      120       90        1        0       29"))
        #expect(lines.contains("    30 by blackout"))
        #expect(lines.contains { $0.hasPrefix("  ✗ video.latency p95 < 1ms  ") && $0.hasSuffix("  20 ms") })
        let short = Summary.lines(result, folder: "reports/x", isShort: true)
        #expect(short.first == "FAIL  by-hand, seed 7")
        #expect(short.contains { $0.contains("video.latency p95 < 1ms") })
    }

    @Test("no line of the summary is wider than a terminal, but for a path or a command")
    func width() throws {
        var result = try HandmadeResult.result(
            lossyCall(),
            ["video.latency p95 < 1ms outside drop", "video.in.freeze.ratio{bot=callers[1], from=callers[0]} p95 < 1%"])
        result.addEvidence(lossyCall().measurement, networks: [])
        result.reasons.insert(
            "the generator was late: 12 of 300 frames left more than 100 ms after they were due; run elsewhere", at: 0)
        for line in Summary.lines(result, folder: "reports/x", isShort: false) where !line.hasPrefix("  replay") {
            #expect(line.count <= ConsoleStyle.width, "\(line)")
            #expect(!line.contains("\u{1B}"))
        }
        let coloured = Summary.lines(result, folder: "reports/x", isShort: false, style: ConsoleStyle(isColoured: true))
        #expect(coloured.contains { $0.contains("\u{1B}[31mFAIL\u{1B}[0m") })
        let visible = coloured.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") }
        #expect(visible == Summary.lines(result, folder: "reports/x", isShort: false))
    }
}
