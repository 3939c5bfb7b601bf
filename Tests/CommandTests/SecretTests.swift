import Foundation
import Testing

/// What is secret appears in no output, file or message, whether a run passes, fails or cannot begin.
@Suite("Secrets", .serialized, .timeLimit(.minutes(10)))
struct SecretTests {
    private static let environment = [
        // With all that JSON, XML and HTML write in another way, around what no number, id or address of a run can hold by chance.
        "STARLING_TEST_CANARY": "ca\"na\\ry-<wrKzQ>&'x'", "STARLING_TEST_PLAIN": "canary-0815",
    ]
    private static let secrets = ["canary-0815", "wrKzQ", "t0k3n-in-query", "p4ssw0rd-in-url", "us3rinf0-token", "k3y-of-target"]

    /// Everything that was said and written, file by file.
    private func outputs(_ ending: Starling.Ending, _ folder: Workspace) throws -> [(name: String, text: String)] {
        var texts = [("standard output", ending.output), ("standard error", ending.complaint)]
        for file in folder.files where !file.hasSuffix(".yaml") && !file.hasSuffix(".ogg") && !file.hasSuffix(".ivf") {
            texts.append((file, try folder.text(file)))
        }
        return texts
    }

    private func expectNone(_ ending: Starling.Ending, _ folder: Workspace) throws {
        for (name, text) in try outputs(ending, folder) {
            for secret in Self.secrets { #expect(!text.contains(secret), "\(secret) is in \(name)") }
        }
    }

    /// As in a workflow, so that annotations and the step's summary are written too.
    private func run(_ arguments: [String], in folder: Workspace) throws -> Starling.Ending {
        let github = [
            "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": folder.url.appendingPathComponent("summary.md").path,
            "GITHUB_WORKSPACE": folder.url.path,
        ]
        return try Starling.run(arguments, in: folder, environment: Self.environment.merging(github) { $1 })
    }

    @Test("what came from the environment is written nowhere, by a pass or a failure", arguments: ["run", "simulate", "check"])
    func canary(command: String) throws {
        for asserts in [[], ["video.latency p95 < 1us"]] {
            let folder = try Workspace()
            try folder.scenario(
                title: "\"A call of ${STARLING_TEST_CANARY} and of a title that is long enough to be wrapped at its end\"",
                duration: "2s", room: "${STARLING_TEST_PLAIN}-{run}", asserts: asserts)
            let ending = try run([command, "call.yaml"] + (command == "check" ? [] : ["--out", "out"]), in: folder)
            #expect(ending.status == (command == "check" || asserts.isEmpty ? 0 : 1) || ending.status == 3, "\(ending.complaint)")
            try expectNone(ending, folder)
            guard command != "check" else { continue }
            let written = Set(folder.files)
            for file in ["result.json", "events.ndjson", "figures.json", "junit.xml", "report.html"] {
                #expect(written.contains("out/\(file)"))
            }
            #expect(written.contains("summary.md"))
            #expect(try folder.object("out/result.json")["scenario"] != nil)
        }
    }

    @Test(
        "tokens in the target's address are written nowhere, though nobody can be reached there",
        arguments: [
            "ws://127.0.0.1:9/ws?access_token=t0k3n-in-query&x=1", "ws://me:p4ssw0rd-in-url@127.0.0.1:9/ws",
            "ws://us3rinf0-token@127.0.0.1:9/ws", "ws://127.0.0.1:9/ws?api_key=k3y-of-target#token=t0k3n-in-query",
        ])
    func address(url: String) throws {
        let folder = try Workspace()
        try folder.scenario(target: url, duration: "2s")
        for command in ["run", "simulate", "check"] {
            let ending = try run([command, "call.yaml"] + (command == "check" ? [] : ["--out", "out"]), in: folder)
            #expect(ending.status == ["run": 4, "simulate": 2, "check": 0][command], "\(ending.output)\(ending.complaint)")
            try expectNone(ending, folder)
        }
        // The same from the command line, where the replay line repeats it.
        try folder.scenario(duration: "2s")
        let ending = try run(["run", "call.yaml", "--set", "target.url=\(url)", "--out", "out"], in: folder)
        #expect(ending.status == 4)
        try expectNone(ending, folder)
    }

    @Test(
        "an address or a key that is refused is not repeated",
        arguments: [
            "target: { url: \"ws:///x?token=t0k3n-in-query\" }", "target: { url: \"127.0.0.1/ws?token=t0k3n-in-query\" }",
            "target: { url: \"https://me:p4ssw0rd-in-url@host/\" }",
            "target: { protocol: peerjs, url: embedded, token: k3y-of-target }",
            "target: { url: embedded, tokn: k3y-of-target }", "target: { url: \"${STARLING_TEST_CANARY}\" }",
        ])
    func refused(target: String) throws {
        let folder = try Workspace()
        try folder.scenario()
        let text = try folder.text("call.yaml").components(separatedBy: "\n").map { $0.hasPrefix("target:") ? target : $0 }
        try folder.write(text.joined(separator: "\n"), to: "call.yaml")
        for command in ["run", "simulate", "check"] {
            let ending = try run([command, "call.yaml"], in: folder)
            #expect(ending.status == 2, "\(ending.output)")
            try expectNone(ending, folder)
        }
        try folder.scenario()
        let override = try run(["check", "call.yaml", "--set", "target.url=ws:///x?token=t0k3n-in-query"], in: folder)
        #expect(override.status == 2)
        try expectNone(override, folder)
    }

    @Test("a token that callers show is not repeated")
    func token() throws {
        let folder = try Workspace()
        try folder.scenario(duration: "2s")
        let text = try folder.text("call.yaml").components(separatedBy: "\n")
            .map { $0.hasPrefix("target:") ? "target: { url: embedded, token: k3y-of-target }" : $0 }
        try folder.write(text.joined(separator: "\n"), to: "call.yaml")
        for command in ["run", "simulate", "check"] {
            let ending = try run([command, "call.yaml"] + (command == "check" ? [] : ["--out", "out"]), in: folder)
            #expect(ending.status < 2, "\(ending.output)")
            try expectNone(ending, folder)
        }
    }

    @Test("of several runs, neither the index nor the shared files tell")
    func several() throws {
        let folder = try Workspace()
        try folder.scenario("good.yaml", title: "\"A call of ${STARLING_TEST_CANARY}\"", duration: "2s")
        try folder.scenario(
            "worse.yaml", title: "\"${STARLING_TEST_PLAIN}\"", duration: "2s", asserts: ["video.latency p95 < 1us"])
        try folder.scenario("wrong.yaml", target: "ws:///x?token=t0k3n-in-query")
        try folder.scenario("elsewhere.yaml", target: "ws://us3rinf0-token@127.0.0.1:9/ws")
        let ending = try run(
            ["simulate", "good.yaml", "worse.yaml", "wrong.yaml", "elsewhere.yaml", "--out", "out"], in: folder)
        #expect(ending.status == 2)
        #expect(folder.exists("out/index.html") && folder.exists("out/index.json") && folder.exists("out/junit.xml"))
        try expectNone(ending, folder)
        let redrawn = try run(["report", "out"], in: folder)
        #expect(redrawn.status == 2)
        try expectNone(redrawn, folder)
    }
}
