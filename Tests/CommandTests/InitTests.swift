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

    /// One that answers each request as it is told, for as long as it is there.
    private final class Answers: Sendable {
        let port: Int
        private let descriptor: Int32

        init(_ answer: @escaping @Sendable (String) -> String) throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptor = listener
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
                }
            }
            guard bound else { throw CocoaError(.fileNoSuchFile) }
            port = Int(UInt16(bigEndian: address.sin_port))
            Thread.detachNewThread {
                while case let connection = accept(listener, nil, nil), connection >= 0 {
                    var request = [UInt8](repeating: 0, count: 2048)
                    let count = max(0, recv(connection, &request, request.count, 0))
                    let path = String(decoding: request[..<count], as: UTF8.self).split(separator: " ").dropFirst().first ?? ""
                    let body = Array(answer(String(path)).utf8)
                    send(connection, body, body.count, Int32(MSG_NOSIGNAL))
                    close(connection)
                }
            }
        }

        deinit {
            shutdown(descriptor, Int32(SHUT_RDWR))
            close(descriptor)
        }
    }

    @Test("a server that is asked says what it speaks, and where")
    func probe() throws {
        let sockets = try Answers { path in
            path.hasPrefix("/socket.io/") ? #"HTTP/1.1 200 OK\r\n\r\n0{"sid":"x"}"# : "HTTP/1.1 404 Not Found\r\n\r\nnothing"
        }
        let folder = try Workspace()
        let ending = try Starling.run(["init", "--target", "ws://127.0.0.1:\(sockets.port)/ws", "--probe"], in: folder)
        #expect(ending.status == 0 && ending.output.contains("speaks 'socketio', at ws://127.0.0.1:\(sockets.port)/\n"))
        #expect(
            try folder.text("calls/first-call.yaml").contains(
                "protocol: socketio, url: \"${STARLING_TARGET:-ws://127.0.0.1:\(sockets.port)/}\""))
        let other = try Answers { _ in "HTTP/1.1 404 Not Found\r\n\r\nnothing" }
        let unknown = try Starling.run(
            ["init", "--target", "ws://127.0.0.1:\(other.port)/rooms", "--probe"], in: try Workspace())
        #expect(
            unknown.status == 0 && unknown.output.contains("does not say over HTTP what it speaks: the files are for 'websocket'")
        )
    }

    @Test("the reference server is told from others that speak Socket.IO, too")
    func probesServe() throws {
        let folder = try Workspace()
        let serving = try Starling.run(["serve", "--port", "0"], in: folder) { line, child in
            guard let start = line.range(of: "ws://"), let end = line.range(of: "/ws;") else { return }
            let target = line[start.lowerBound..<end.lowerBound].replacingOccurrences(of: "ws:", with: "http:")
            Thread.detachNewThread {
                let ending = try? Starling.run(["init", "--target", target, "--probe"], in: folder)
                #expect(ending?.output.contains("speaks 'starling', at ws://127.0.0.1:") == true, "\(ending?.complaint ?? "")")
                child.process.terminate()
            }
        }
        #expect(serving.status == 0)
        #expect(try folder.text("calls/first-call.yaml").contains("protocol: starling"))
    }

    @Test("a server that is not there is said to be, and the files are written all the same")
    func probesNobody() throws {
        let folder = try Workspace()
        let ending = try Starling.run(["init", "--target", "ws://127.0.0.1:1/ws", "--probe"], in: folder)
        #expect(ending.status == 0)
        #expect(
            ending.complaint.contains(
                "127.0.0.1:1 was not heard: connection refused; the files are for 'starling', as its address looks"))
        let nowhere = try Starling.run(["init", "--target", "ws://no-such-host.invalid/ws", "--probe"], in: Workspace())
        #expect(nowhere.complaint.contains("there is no host 'no-such-host.invalid'"))
        #expect(!folder.files.isEmpty)
    }

    @Test("an address that is none is refused with what to write")
    func address() throws {
        let ending = try Starling.run(["init", "--target", "ftp://h"], in: Workspace())
        #expect(ending.status == 2 && ending.complaint.contains("the scheme must be ws or wss, not 'ftp'"))
    }
}
