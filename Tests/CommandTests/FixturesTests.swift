import Foundation
import Testing

@Suite("starling fixtures", .timeLimit(.minutes(5)))
struct FixturesTests {
    @Test("--list tells what there is and what is in the folder, and makes nothing")
    func list() throws {
        let folder = try Workspace()
        try folder.write(Data(repeating: 0, count: 77), to: "tone.ogg")
        let ending = try Starling.run(["fixtures", "--list", "--out", "."], in: folder)
        #expect(ending.status == 0)
        let lines = ending.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 16)
        #expect(lines.contains(["talking-head.ivf", "VP8", "640x360", "30/s", "500", "300", "10", "no"]))
        #expect(lines.contains(["screen-720p.ivf", "VP8", "1280x720", "10/s", "1200", "100", "10", "no"]))
        #expect(lines.contains(["tone.ogg", "Opus", "mono", "50/s", "32", "500", "10", "77", "bytes"]))
        #expect(folder.files == ["tone.ogg"])
    }

    @Test(
        "--kind and --size choose; a sound has no size",
        arguments: [
            (["--kind", "screen", "--size", "180p", "--size", "720p"], ["screen-180p.ivf", "screen-720p.ivf"]),
            (["--size", "180p"], ["high-motion-180p.ivf", "screen-180p.ivf", "talking-head-180p.ivf"]),
            (["--kind", "tone", "--kind", "high-motion", "--size", "360p"], ["high-motion-360p.ivf", "tone.ogg"]),
        ])
    func selection(arguments: [String], files: [String]) throws {
        let folder = try Workspace()
        let ending = try Starling.run(["fixtures", "--list"] + arguments, in: folder)
        #expect(
            ending.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }.map(String.init)
                .sorted() == files)
    }

    @Test("two runs give the same bytes")
    func determinism() throws {
        let folder = try Workspace()
        for out in ["a", "b/c"] {
            let ending = try Starling.run(
                ["fixtures", "--kind", "silence", "--kind", "tone", "--out", out], in: folder, limit: 240)
            #expect(ending.status == 0, "\(ending.complaint)")
            #expect(ending.output.contains("\(out)/tone.ogg: "))
        }
        #expect(folder.files == ["a/silence.ogg", "a/tone.ogg", "b/c/silence.ogg", "b/c/tone.ogg"])
        #expect(try folder.data("a/silence.ogg") == folder.data("b/c/silence.ogg"))
        #expect(try folder.data("a/tone.ogg") == folder.data("b/c/tone.ogg"))
    }

    @Test("a kind that does not exist and a folder that cannot be made are refused, with 2")
    func refusals() throws {
        let folder = try Workspace()
        let kind = try Starling.run(["fixtures", "--kind", "opera"], in: folder)
        #expect(kind.status == 2)
        #expect(kind.complaint.contains("opera") && kind.complaint.contains("high-motion"))
        try folder.write("", to: "file")
        let out = try Starling.run(["fixtures", "--kind", "tone", "--out", "file/x"], in: folder)
        #expect(out.status == 2)
        #expect(out.complaint.hasPrefix("starling fixtures: file/x: the folder cannot be made"))
    }

    @Test("what spoils a call without being wrong is said before the run")
    func warnings() throws {
        let folder = try Workspace()
        try folder.scenario()
        // The first second alone: 30 frames of it, by their headers.
        let whole = [UInt8](try folder.data("talking-head.ivf"))
        var end = 32
        for _ in 0..<30 {
            end += 12 + (0..<4).reduce(0) { $0 | Int(whole[end + $1]) << (8 * $1) }
        }
        try folder.write(Data(whole[..<end]), to: "short.ivf")
        try folder.scenario(video: "short.ivf")
        let ending = try Starling.run(["check", "call.yaml"], in: folder)
        #expect(ending.status == 0)
        #expect(ending.complaint.hasPrefix("call.yaml:10:42: warning: short.ivf: the loop lasts 1.0 s"))
    }
}
