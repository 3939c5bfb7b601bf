import Foundation
import Testing
import Yams

@Suite("deploy/ci/")
struct DeploymentTests {
    private static func text(_ name: String) throws -> String {
        try String(contentsOf: SchemaTests.root.appending(path: "deploy/ci/\(name)"), encoding: .utf8)
    }

    @Test(
        "GitHub's and GitLab's templates are YAML, without a key that stands twice",
        arguments: ["github-actions.yml", "gitlab-ci.yml"])
    func yaml(name: String) throws {
        let root = try #require(try Yams.compose(yaml: Self.text(name)))
        #expect(root.mapping != nil)
    }

    @Test("GitHub's steps check out, cache, build, run and keep the results even of a failure")
    func github() throws {
        let root = try #require(try Yams.compose(yaml: Self.text("github-actions.yml")))
        let steps = try #require(root["jobs"]?["calls"]?["steps"]?.array())
        let uses = steps.compactMap { $0["uses"]?.string }
        #expect(uses.count { $0.hasPrefix("actions/checkout@") } == 2)
        #expect(uses.contains { $0.hasPrefix("actions/cache@") })
        let upload = try #require(steps.first { $0["uses"]?.string?.hasPrefix("actions/upload-artifact@") == true })
        #expect(upload["if"]?.string == "always()")
        #expect(upload["with"]?["path"]?.string == "results")
        #expect(steps.contains { $0["run"]?.string?.contains("--out results") == true })
    }

    @Test("GitLab gets the JUnit file of the folder that was written, whatever came of the job")
    func gitlab() throws {
        let root = try #require(try Yams.compose(yaml: Self.text("gitlab-ci.yml")))
        let job = try #require(root["calls"])
        #expect(job["artifacts"]?["when"]?.string == "always")
        #expect(job["artifacts"]?["reports"]?["junit"]?.string == "results/junit.xml")
        #expect(job["script"]?.array().contains { $0.string?.contains("--out results") == true } == true)
    }

    @Test("Jenkins' braces and quotes are closed, and it reads the file that is written")
    func jenkins() throws {
        let text = try Self.text("Jenkinsfile")
        let code = text.split(separator: "\n").map { line in
            line.prefix(upTo: line.firstRange(of: " // ")?.lowerBound ?? line.endIndex)
        }
        .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        for (open, close) in [("{", "}"), ("(", ")"), ("[", "]")] {
            #expect(code.count { String($0) == open } == code.count { String($0) == close })
        }
        #expect(code.count { $0 == "'" } % 2 == 0)
        #expect(code.contains("junit testResults: 'results/junit.xml'"))
    }
}
