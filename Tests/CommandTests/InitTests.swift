import Foundation
import Testing

@Suite("starling init", .timeLimit(.minutes(2)))
struct InitTests {
    @Test(
        "writes a scenario, a mapping where one is needed, and the CI file of deploy/ci",
        arguments: [
            ("ws://127.0.0.1:3000", [String](), "socketio", true), ("ws://127.0.0.1:8080/ws", [], "starling", false),
            ("http://127.0.0.1:9000/", [], "peerjs", false), ("ws://127.0.0.1:4000/rooms", [], "websocket", true),
            ("ws://127.0.0.1:8188/", [], "janus", false),
            ("ws://127.0.0.1:3000", ["--protocol", "websocket"], "websocket", true),
        ])
    func files(url: String, more: [String], dialect: String, isMapped: Bool) throws {
        let folder = try Workspace()
        let ending = try Starling.run(["init", "--target", url] + more, in: folder)
        #expect(ending.status == 0, "\(ending.complaint)")
        let mapping = isMapped ? ["calls/mappings/service.yaml"] : []
        #expect(folder.files == [".github/workflows/calls.yml", "calls/first-call.yaml"] + mapping)
        let scenario = String(decoding: try folder.data("calls/first-call.yaml"), as: UTF8.self)
        #expect(scenario.contains("protocol: \(dialect),"))
        let shipped = try Data(contentsOf: URL(fileURLWithPath: "\(Starling.root)/deploy/ci/github-actions.yml"))
        #expect(try folder.data(".github/workflows/calls.yml") == shipped)
    }

    @Test(
        "what it writes is right: only the media files are missing",
        arguments: ["ws://127.0.0.1:3000", "ws://127.0.0.1:4000/rooms"])
    func checks(url: String) throws {
        let folder = try Workspace()
        _ = try Starling.run(["init", "--target", url], in: folder)
        let ending = try Starling.run(["check", "calls"], in: folder)
        let complaints = ending.complaint.split(separator: "\n")
        #expect(!complaints.isEmpty && complaints.allSatisfy { $0.contains("fixtures/") }, "\(ending.complaint)")
    }

    @Test(
        "the other CI systems",
        arguments: [("gitlab", ".gitlab-ci.yml", "gitlab-ci.yml"), ("jenkins", "Jenkinsfile", "Jenkinsfile")])
    func systems(name: String, path: String, shipped: String) throws {
        let folder = try Workspace()
        _ = try Starling.run(["init", "--target", "ws://h/ws", "--ci", name], in: folder)
        #expect(try folder.data(path) == Data(contentsOf: URL(fileURLWithPath: "\(Starling.root)/deploy/ci/\(shipped)")))
    }

    @Test("never overwrites without --force, and then writes none of its files")
    func overwriting() throws {
        let folder = try Workspace()
        try folder.write(Data("mine".utf8), to: ".gitlab-ci.yml")
        let refused = try Starling.run(["init", "--target", "ws://h/ws", "--ci", "gitlab"], in: folder)
        #expect(refused.status == 2 && refused.complaint.contains(".gitlab-ci.yml: there already; --force overwrites"))
        #expect(folder.files == [".gitlab-ci.yml"])
        let forced = try Starling.run(["init", "--target", "ws://h/ws", "--ci", "gitlab", "--force"], in: folder)
        #expect(forced.status == 0)
        #expect(try folder.data(".gitlab-ci.yml") != Data("mine".utf8))
    }

    @Test("an address that is none is refused with what to write")
    func address() throws {
        let ending = try Starling.run(["init", "--target", "ftp://h"], in: Workspace())
        #expect(ending.status == 2 && ending.complaint.contains("the scheme must be ws or wss, not 'ftp'"))
    }
}
