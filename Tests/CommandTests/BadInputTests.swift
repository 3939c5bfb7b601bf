import Foundation
import Testing

/// One clear message that names file, line, field and remedy; exit code 2; at once; nothing run.
@Suite("Bad input", .serialized, .timeLimit(.minutes(10)))
struct BadInputTests {
    private func refusal(
        _ arguments: [String], in folder: Workspace, environment: [String: String] = [:], status: Int32 = 2
    ) throws -> String {
        let ending = try Starling.run(arguments, in: folder, environment: environment, limit: 10)
        #expect(ending.status == status)
        #expect(!ending.wasKilled)
        #expect(ending.output.isEmpty)
        #expect(!folder.exists("reports"))
        return ending.complaint
    }

    /// The one line of a complaint.
    private func line(_ arguments: [String], in folder: Workspace) throws -> String {
        let complaint = try refusal(arguments, in: folder)
        let lines = complaint.split(separator: "\n")
        #expect(lines.count == 1, "\(complaint)")
        return String(lines.first ?? "")
    }

    @Test("an unknown key", arguments: ["check", "run", "simulate"])
    func unknownKey(command: String) throws {
        let folder = try Workspace()
        try folder.scenario()
        try folder.write(try folder.text("call.yaml").replacingOccurrences(of: "duration:", with: "durration:"), to: "call.yaml")
        #expect(
            try refusal([command, "call.yaml"], in: folder).hasPrefix(
                "call.yaml:4:1: 'durration' is not a key of a scenario; did you mean 'duration'? [durration]"))
    }

    @Test(
        "wrong units and wrong values",
        arguments: [
            (
                "duration: 3s", "duration: 3",
                "call.yaml:4:11: '3' has no unit; a duration is expected: write 250ms, 2s or 5m [duration]"
            ),
            ("duration: 3s", "duration: 3 parsecs", "call.yaml:4:11: "), ("count: 2", "count: many", "call.yaml:7:12: "),
            ("network: clean", "network: cleen", "call.yaml:11:14: "), ("mode: mesh", "mode: mess", "call.yaml:3:"),
            ("url: \"embedded\"", "url: embeded", "call.yaml:3:"), ("seed: 7", "seed: -7", "call.yaml:2:7: "),
        ])
    func wrongValues(right: String, wrong: String, message: String) throws {
        let folder = try Workspace()
        try folder.scenario()
        try folder.write(try folder.text("call.yaml").replacingOccurrences(of: right, with: wrong), to: "call.yaml")
        #expect(try line(["check", "call.yaml"], in: folder).hasPrefix(message))
    }

    @Test("an unknown metric is refused before anything runs", arguments: ["check", "run", "simulate"])
    func unknownMetric(command: String) throws {
        let folder = try Workspace()
        try folder.scenario(asserts: ["video.blur p95 < 3"])
        let message = try line([command, "call.yaml"], in: folder)
        #expect(message.hasPrefix("call.yaml:13:5: 'video.blur' is not a metric; there are: joined, "))
        #expect(message.hasSuffix("[assert[0]]"))
    }

    @Test("everything that is wrong is said at once")
    func several() throws {
        let folder = try Workspace()
        try folder.scenario(duration: "3", network: "cleen", asserts: ["video.blur p95 < 3"])
        #expect(try refusal(["check", "call.yaml"], in: folder).split(separator: "\n").count == 3)
    }

    @Test("a truncated file, a picture, a missing file, an empty one and a file of the other kind")
    func media() throws {
        let folder = try Workspace()
        try folder.scenario()
        let ivf = try folder.data("talking-head.ivf")
        try folder.write(ivf.prefix(3000), to: "cut.ivf")
        try folder.write(Data([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10] + [UInt8](repeating: 0, count: 100)), to: "picture.ivf")
        try folder.write(Data(), to: "empty.ivf")
        try folder.write(ivf, to: "video.ogg")
        let videos = [
            ("cut.ivf", "the file was cut short; copy or encode it anew"),
            ("picture.ivf", "the file is a PNG image; give an IVF file with VP8, VP9 or AV1 or an H.264 stream"),
            ("missing.ivf", "cannot be opened (No such file or directory); check the path"), ("empty.ivf", "; "),
            ("screen-720p.ivf", "; `starling fixtures --kind screen --size 720p --out .` makes it"),
        ]
        for (file, message) in videos {
            try folder.scenario(video: file)
            let line = try line(["simulate", "call.yaml"], in: folder)
            #expect(line.hasPrefix("call.yaml:10:42: \(file): "), "\(line)")
            #expect(line.contains(message), "\(line)")
            #expect(line.hasSuffix("[groups[0].publish.video]"), "\(line)")
        }
        try folder.scenario(audio: "video.ogg")
        #expect(
            try line(["run", "call.yaml"], in: folder)
                == "call.yaml:10:23: video.ogg: the file holds video; give an Ogg file with Opus [groups[0].publish.audio]")
    }

    @Test("a missing scenario, a folder without one, a tag that none carries")
    func paths() throws {
        let folder = try Workspace()
        try folder.scenario()
        try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("empty"), withIntermediateDirectories: true)
        #expect(
            try line(["run", "nope.yaml"], in: folder)
                == "nope.yaml: there is no such file or folder; the shipped scenarios lie in scenarios/")
        #expect(try line(["run", "empty"], in: folder) == "empty: the folder holds no scenario (*.yaml)")
        #expect(
            try line(["run", "call.yaml", "--tag", "smoke"], in: folder)
                == "no scenario carries the tag 'smoke'; see 'tags:' in the files")
    }

    @Test("a folder for results that cannot be written is refused before the run", arguments: ["run", "simulate"])
    func unwritable(command: String) throws {
        let folder = try Workspace()
        try folder.scenario()
        try folder.write("x", to: "file")
        for (out, obstacle) in [
            ("file", "'file' is a file, not a folder"), ("file/below", "'file' is a file, not a folder"),
            ("/proc/starling", "'/proc' may not be written to"), ("/proc", "'/proc' may not be written to"),
        ] {
            #expect(
                try line([command, "call.yaml", "--out", out], in: folder)
                    == "\(out): the results cannot be written there: \(obstacle); choose a folder with --out")
        }
    }

    @Test("an override that fits nothing names itself")
    func override() throws {
        let folder = try Workspace()
        try folder.scenario()
        #expect(
            try line(["check", "call.yaml", "--set", "groups[0].cuont=3"], in: folder)
                == "--set groups[0].cuont=3: 'cuont' is not a key of a group; did you mean 'count'? [groups[0].cuont]")
    }

    @Test("a variable that is not set is named")
    func environment() throws {
        let folder = try Workspace()
        try folder.scenario(title: "\"${STARLING_TEST_UNSET}\"")
        #expect(
            try line(["check", "call.yaml"], in: folder).contains("the environment variable 'STARLING_TEST_UNSET' is not set"))
    }

    @Test("a simulation of somebody else's server is refused: it would prove nothing about it")
    func simulatedTarget() throws {
        let folder = try Workspace()
        try folder.scenario(target: "ws://127.0.0.1:9/ws")
        let line = try line(["simulate", "call.yaml"], in: folder)
        #expect(line.hasPrefix("call.yaml:3:"))
        #expect(line.contains("use 'starling run', or add --set target.url=embedded [target.url]"))
    }

    @Test(
        "wrong usage says what would be right",
        arguments: [
            ["bogus"], ["run"], ["run", "call.yaml", "--seed", "x"], ["run", "call.yaml", "--sede", "7"],
            ["serve", "--port", "99999"],
        ])
    func usage(arguments: [String]) throws {
        let folder = try Workspace()
        try folder.scenario()
        let complaint = try refusal(arguments, in: folder)
        #expect(complaint.hasPrefix("Error: "))
        #expect(complaint.contains("Usage: starling"))
    }

    @Test("a port in use is refused, and another one offered")
    func portInUse() throws {
        let folder = try Workspace()
        let first = try Starling.run(["serve", "--port", "0"], in: folder, limit: 20) { line, server in
            guard line.hasPrefix("serving starling.v1 at ws://127.0.0.1:") else { return }
            let port = line.dropFirst("serving starling.v1 at ws://127.0.0.1:".count).prefix { $0.isNumber }
            do {
                let second = try Starling.run(["serve", "--port", String(port)], in: folder, limit: 10)
                #expect(second.status == 2)
                #expect(
                    second.complaint
                        == "starling serve: port \(port) on 127.0.0.1 is in use by another program: stop it, or take another port (0 takes a free one)\n"
                )
            } catch {
                Issue.record(error)
            }
            server.send(SIGINT)
        }
        #expect(first.status == 0)
        #expect(first.output.hasPrefix("serving "))
    }

    @Test(
        "--help of the program and of each command", arguments: [[], ["run"], ["simulate"], ["check"], ["serve"], ["fixtures"]])
    func help(command: [String]) throws {
        let ending = try Starling.run(command + ["--help"], in: try Workspace(), limit: 10)
        #expect(ending.status == 0)
        #expect(ending.output.contains("USAGE: starling"))
        #expect(ending.complaint.isEmpty)
    }
}
