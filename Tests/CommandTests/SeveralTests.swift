import Foundation
import Testing

@Suite("Folders, tags and shards", .serialized, .timeLimit(.minutes(10)))
struct SeveralTests {
    /// Two that pass, one that fails and one that is wrong, in a folder.
    private func workspace() throws -> Workspace {
        let folder = try Workspace()
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("calls/more"), withIntermediateDirectories: true)
        try folder.scenario("calls/a-good.yaml", duration: "2s")
        try folder.scenario("calls/b-worse.yaml", duration: "2s", asserts: ["video.latency p95 < 1us"])
        try folder.scenario("calls/c-wrong.yaml", duration: "2")
        try folder.scenario("calls/more/d-good.yaml", duration: "2s")
        return folder
    }

    private func entries(_ folder: Workspace, _ name: String = "out/index.json") throws -> [[String: Any]] {
        try #require(try folder.object(name)["scenarios"] as? [[String: Any]])
    }

    private func tag(_ file: String, _ tags: String, in folder: Workspace) throws {
        let text = try folder.text(file)
        try folder.write(text.replacingOccurrences(of: "seed: 7\n", with: "seed: 7\ntags: [\(tags)]\n"), to: file)
    }

    @Test("a wrong scenario among good ones hides nobody's results, and the worst exit code is told")
    func oneWrong() throws {
        let folder = try workspace()
        let ending = try Starling.run(["simulate", "calls", "--out", "out"], in: folder)
        #expect(ending.status == 2)
        #expect(ending.complaint.hasPrefix("calls/c-wrong.yaml:4:11: '2' has no unit"))
        let entries = try entries(folder)
        #expect(entries.map { $0["verdict"] as? String } == ["pass", "fail", "refused", "pass"])
        #expect(entries.map { $0["exitCode"] as? Int } == [0, 1, 2, 0])
        #expect(entries.map { $0["folder"] as? String } == ["1-a-good", "2-b-worse", nil, "4-d-good"])
        for entry in entries {
            guard let name = entry["folder"] as? String else { continue }
            for file in ["result.json", "report.html", "junit.xml", "events.ndjson"] {
                #expect(folder.exists("out/\(name)/\(file)"))
            }
        }
        let index = try folder.text("out/index.html")
        #expect(index.contains("href=\"./2-b-worse/report.html\""))
        #expect(index.contains("2 of 4\u{00A0}scenarios pass") || index.contains("2 of 4 scenarios pass"))
        let junit = try folder.text("out/junit.xml")
        #expect(junit.components(separatedBy: "<testsuite ").count == 5)
        #expect(
            junit.contains("<error message=\"calls/c-wrong.yaml:4:11: &apos;2")
                || junit.contains("<error message=\"calls/c-wrong.yaml:4:11: '2"))
        #expect(ending.output.contains("FAIL  2 of 4 scenarios pass, exit code 2"))
    }

    @Test("only what carries every tag that was asked for")
    func tags() throws {
        let folder = try workspace()
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("calls/c-wrong.yaml"))
        try tag("calls/a-good.yaml", "ci, quick", in: folder)
        try tag("calls/more/d-good.yaml", "ci", in: folder)
        #expect(try Starling.run(["simulate", "calls", "--tag", "ci", "--out", "out"], in: folder).status == 0)
        #expect(try entries(folder).map { $0["name"] as? String } == ["a-good", "d-good"])
        let one = try Starling.run(["simulate", "calls", "--tag", "ci", "--tag", "quick", "--out", "one"], in: folder)
        #expect(one.status == 0)
        #expect(try folder.object("one/result.json")["verdict"] as? String == "pass")
        #expect(try Starling.run(["simulate", "calls", "--tag", "none"], in: folder).status == 2)
    }

    @Test("shards share the scenarios: each runs in one of them, a shard without any passes")
    func shards() throws {
        let folder = try workspace()
        var names: [String] = []
        for part in 1...3 {
            let ending = try Starling.run(
                ["simulate", "calls", "--quiet", "--shard", "\(part)/3", "--out", "part-\(part)"], in: folder)
            #expect(ending.status == [1: 0, 2: 1, 3: 2][part])
            names += try entries(folder, "part-\(part)/index.json").compactMap { $0["name"] as? String }
        }
        #expect(names.sorted() == ["a-good", "b-worse", "c-wrong", "d-good"])
        let empty = try Starling.run(["simulate", "calls", "--shard", "9/9", "--out", "none"], in: folder)
        #expect(empty.status == 0)
        #expect(try entries(folder, "none/index.json").isEmpty)
        #expect(folder.exists("none/junit.xml"))
        for wrong in ["0/3", "4/3", "x/3", "3", "1/0", "1/2/3"] {
            #expect(try Starling.run(["simulate", "calls", "--shard", wrong], in: folder).status == 2)
        }
    }

    @Test("a file that is named twice runs once")
    func twice() throws {
        let folder = try workspace()
        let ending = try Starling.run(
            ["simulate", "calls/a-good.yaml", "./calls/a-good.yaml", "calls/more", "--quiet", "--out", "out"], in: folder)
        #expect(ending.status == 0)
        #expect(try entries(folder).map { $0["name"] as? String } == ["a-good", "d-good"])
    }

    @Test("a report is drawn again from its folder, byte for byte, and so is an index")
    func redrawn() throws {
        let folder = try workspace()
        _ = try Starling.run(["simulate", "calls", "--quiet", "--out", "out"], in: folder)
        let files = ["2-b-worse/report.html", "2-b-worse/junit.xml", "4-d-good/report.html", "index.html", "junit.xml"]
        var before: [String: Data] = [:]
        for file in files {
            before[file] = try folder.data("out/\(file)")
            if file.hasSuffix(".html") { try folder.write("gone", to: "out/\(file)") }
        }
        let ending = try Starling.run(["report", "out"], in: folder)
        #expect(ending.status == 2)
        for file in files where file != "junit.xml" { #expect(try folder.data("out/\(file)") == before[file], "\(file)") }
        #expect(try Starling.run(["report", "out/4-d-good"], in: folder).status == 0)
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("out/4-d-good/figures.json"))
        let refused = try Starling.run(["report", "out/4-d-good"], in: folder)
        #expect(refused.status == 2)
        #expect(
            refused.complaint
                == "out/4-d-good: figures.json is missing; it is written by 'starling run' and 'starling simulate'\n")
    }

    @Test("the templates of deploy/ci use options that exist")
    func templates() throws {
        let folder = try Workspace()
        for name in ["github-actions.yml", "gitlab-ci.yml", "Jenkinsfile"] {
            let text = try String(contentsOfFile: "\(Starling.root)/deploy/ci/\(name)", encoding: .utf8)
            let calls = text.matches(of: /release\/starling (\w+)([^'\n]*)/)
            #expect(!calls.isEmpty)
            for call in calls {
                let help = try Starling.run([String(call.1), "--help"], in: folder)
                #expect(help.status == 0)
                for option in call.2.matches(of: /--[a-z-]+/) { #expect(help.output.contains(option.0), "\(name): \(option.0)") }
            }
        }
    }

    @Test("a planted bug is shrunk to two callers, and the file that is written fails alike")
    func shrunk() throws {
        let folder = try Workspace()
        try folder.scenario(
            duration: "10s", timeline: ["{ at: 4s, event: drop, who: \"callers[1]\", do: { blackout: 3s } }"],
            asserts: ["outage max < 2s"])
        let ending = try Starling.run(
            ["simulate", "call.yaml", "--seeds", "1..2", "--shrink", "--set", "groups[0].count=4", "--out", "out"], in: folder)
        #expect(ending.status == 1, "\(ending.complaint)")
        #expect(ending.output.contains("2 of 2 seeds fail"))
        #expect(ending.output.contains("groups[0].count 4 → 2"))
        let again = try Starling.run(["simulate", "out/shrunk.yaml", "--seed", "1", "--out", "again"], in: folder)
        #expect(again.status == 1)
        let result = try folder.object("again/result.json")
        #expect((result["offered"] as? [String: Any])?["peers"] as? Int == 2)
        let failed = (result["assertions"] as? [[String: Any]])?.filter { $0["status"] as? String == "fail" }
        #expect(failed?.map { $0["text"] as? String } == ["outage max < 2s"])
    }
}
