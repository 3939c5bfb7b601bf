import HandmadeRecords
import Reports
import Testing

@Suite("GitHub's summary and annotations")
struct GitHubReportTests {
    private func failing(_ count: Int = 1, path: String = "scenarios/by-hand.yaml") throws -> RunResult {
        var result = try HandmadeResult.result(HandmadeCall(), ["recovery p95 < 3s"])
        let row = try #require(result.assertions.last)
        result.assertions = (0..<count).map { index in
            var copy = row
            copy.text = "recovery p95 < \(index + 1)ms"
            copy.status = "fail"
            copy.explanation = "recovery p95 is 5 s: 50%, too long\nby far"
            copy.line = 20 + index
            return copy
        }
        result.scenario.path = path
        result.verdict = "fail"
        result.exitCode = 1
        return result
    }

    private func summary(_ results: [RunResult], limit: Int = GitHubSummary.mostBytes) -> String {
        String(decoding: GitHubSummary.encode(results, limit: limit), as: UTF8.self)
    }

    @Test("an error stands at the line that made the claim, with its letters escaped")
    func annotation() throws {
        #expect(
            GitHubAnnotations.lines([try failing()]) == [
                "::error file=scenarios/by-hand.yaml,line=20,title=by-hand%3A recovery p95 < 1ms"
                    + "::recovery p95 is 5 s: 50%25, too long%0Aby far%0Astarling simulate scenarios/by-hand.yaml --seed 7"
            ])
    }

    @Test("nothing in a name ends a property or a command")
    func hostile() throws {
        let lines = GitHubAnnotations.lines([try failing(path: "a,b:c\r\n::set-output::%0A.yaml")])
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("::error file=a%2Cb%3Ac%0D%0A%3A%3Aset-output%3A%3A%250A.yaml,line=20,"))
        #expect(!lines[0].contains { $0.isNewline })
    }

    @Test("only the ten worst, a run that proved nothing before all others, and each run in its turn")
    func worst() throws {
        var invalid = try failing()
        invalid.verdict = "invalid"
        invalid.exitCode = 3
        invalid.reasons = ["the generator stood still"]
        invalid.scenario.name = "broken"
        var other = try failing(8)
        other.scenario.name = "other"
        let lines = GitHubAnnotations.lines([try failing(30), other, invalid])
        #expect(lines.count == 10)
        #expect(lines[0].contains("title=broken is invalid::the generator stood still"))
        #expect(lines.count { $0.contains("title=other") } >= 4)
    }

    @Test("a scenario that could not be run stands at its line, before everything else, and in the summary")
    func refused() throws {
        let refusal = Refusal(
            name: "wrong", path: "/repo/x/calls/wrong.yaml", exitCode: 2,
            reasons: [.init(text: "calls/wrong.yaml:4:11: '2' has no unit", line: 4, column: 11)])
        let lines = GitHubAnnotations.lines([try failing(30)], refusals: [refusal], workspace: "/repo/x")
        #expect(lines.count == 10)
        #expect(
            lines[0]
                == "::error file=calls/wrong.yaml,line=4,title=wrong could not be run::calls/wrong.yaml:4:11: '2' has no unit")
        let text = String(decoding: GitHubSummary.encode([try failing()], refusals: [refusal]), as: UTF8.self)
        #expect(text.hasPrefix("# ❌ 0 of 2 scenarios pass\n\n## ⚠️ NOT RUN · wrong\n"))
    }

    @Test("who and when stand beside what failed")
    func evidence() throws {
        var result = try failing()
        result.assertions[0].evidence = [
            Evidence(.who, "worst receivers a"), Evidence(.when, "1 s to 2 s"), Evidence(.look, "there"),
        ]
        #expect(GitHubAnnotations.lines([result])[0].contains("by far%0Aworst receivers a%0A1 s to 2 s%0Astarling simulate"))
        let text = summary([result])
        #expect(text.contains("line 20<br>worst receivers a<br>1 s to 2 s |"))
    }

    @Test("a pass is not an error")
    func pass() throws {
        #expect(GitHubAnnotations.lines([try HandmadeResult.result(HandmadeCall(), ["seen == 100%"])]) == [])
    }

    @Test("paths are shown from the repository's folder")
    func workspace() throws {
        let lines = GitHubAnnotations.lines([try failing(path: "/repo/x/scenarios/a.yaml")], workspace: "/repo/x")
        #expect(lines[0].hasPrefix("::error file=scenarios/a.yaml,"))
    }

    @Test("the summary says the verdict, the reasons, what failed and how to run it again")
    func content() throws {
        var result = try failing()
        result.reasons = ["recovery p95 < 1ms: too long"]
        let text = summary([result])
        #expect(text.hasPrefix("## ❌ FAIL · A call that never took place\n"))
        #expect(text.contains("- recovery p95 &#60; 1ms: too long\n"))
        #expect(text.contains("| ❌ | <code>recovery p95 &#60; 1ms</code> | "))
        #expect(text.contains("line 20 |"))
        #expect(text.contains("<code>starling simulate scenarios/by-hand.yaml --seed 7</code>"))
    }

    @Test("a hostile name neither breaks a table nor calls anybody")
    func markdown() throws {
        var result = try failing()
        result.scenario.title = "@everyone | <img src=x> `a` [b](c)\n# d"
        result.audit[0].from = "a|b\n|--|"
        let text = summary([result])
        for meant in ["@everyone", "<img", "`a`", "](c)", "\n# d", "a|b"] { #expect(!text.contains(meant), "\(meant)") }
        let tables = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(tables.allSatisfy { $0.hasSuffix("|") })
    }

    @Test("never more than there is room for: failures first, and what is left out is counted")
    func limit() throws {
        let pass = try HandmadeResult.result(HandmadeCall(), ["seen == 100%"])
        let results = [RunResult](repeating: pass, count: 2000) + [try failing()]
        let text = summary(results)
        #expect(text.utf8.count <= GitHubSummary.mostBytes)
        #expect(text.hasPrefix("# ❌ 2000 of 2001 scenarios pass\n\n## ❌ FAIL"))
        #expect(text.contains(" of 2001 scenarios have no room here"))
        #expect(summary(results, limit: 0).isEmpty)
        #expect(summary(results, limit: -5).isEmpty)
    }
}
