import NIOCore
import NIOPosix
import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

extension SocketTests {
    @Suite("Signaling on a real WebSocket")
    struct SignalingTests {
        /// Opens a connection, says its lines one after another, each when the one before was answered, and finishes when it closes.
        final class Client: TestMachine {
            private var lines: [String]
            private let afterwards: HostRequest?
            private(set) var times: [Instant] = []

            init(_ url: String, lines: [String] = [], first: [HostRequest] = [], afterwards: HostRequest? = nil) {
                self.lines = lines
                self.afterwards = afterwards
                super.init()
                requests = first + [.openSignaling(url: url)]
            }

            override func receive(_ input: HostInput, now: Instant) {
                super.receive(input, now: now)
                times.append(now)
                switch input {
                case .signalingClosed: requests.append(.finished)
                case _ where !lines.isEmpty: requests.append(.sendSignaling(lines.removeFirst()))
                default: if let afterwards { requests.append(afterwards) }
                }
            }
        }

        /// Runs one client to its end and returns what it was told.
        private func told(
            _ path: String, lines: [String] = [], first: [HostRequest] = [], afterwards: HostRequest? = nil,
            until last: String? = nil, configure: (inout WorkerConfiguration) -> Void = { _ in }
        ) async throws -> (inputs: [HostInput], times: [Instant], log: [String], port: Int) {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let server = try await TestServer.start(on: group)
            var configuration = WorkerConfiguration(signalingGroup: group)
            configure(&configuration)
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let url = path.contains("://") || path.hasPrefix("exec:") ? path : "ws://127.0.0.1:\(server.port)\(path)"
            let handle = driver.host(seed: 1, startAt: .origin) { _ in
                Client(url, lines: lines, first: first, afterwards: afterwards)
            }
            await driver.finishedAll()
            let (inputs, times) = await driver.withMachine(handle) { machine, _ in
                ((machine as? Client)?.inputs ?? [], (machine as? Client)?.times ?? [])
            }
            await driver.stop()
            if let last {
                while server.log.last != last { await Task.yield() }
            }
            try await server.stop()
            let log = server.log
            let port = server.port
            try await group.shutdownGracefully()
            return (inputs, times, log, port)
        }

        @Test("opens, speaks, is answered, and hears the server's close code")
        func conversation() async throws {
            let (inputs, _, log, _) = try await told(
                "/ws?a=b", lines: ["hello", "grüße 🐦", "close 4014 too slow"], until: "close 4014 ")
            #expect(
                inputs == [
                    .signalingOpened, .signalingReceived("hello"), .signalingReceived("grüße 🐦"),
                    .signalingClosed(code: 4014, reason: "too slow"),
                ])
            #expect(log == ["open /ws?a=b", "text", "text", "text", "close 4014 "])
        }

        @Test("a program on its standard streams is a connection, a line for each message")
        func program() async throws {
            let (inputs, _, _, _) = try await told(
                ProgramAddress.text(of: ["sh", "-c", "while read line; do echo \"<$line>\"; done"]), lines: ["hello", "grüße 🐦"],
                afterwards: .closeSignaling(code: 1000, reason: "enough"))
            #expect(
                inputs == [
                    .signalingOpened, .signalingReceived("<hello>"), .signalingReceived("<grüße 🐦>"),
                    .signalingClosed(code: 1000, reason: "enough"),
                ])
        }

        @Test("a program that ends by itself says how, with the last line of its standard error")
        func programEnds() async throws {
            let (inputs, _, _, _) = try await told(
                ProgramAddress.text(of: ["sh", "-c", "echo last words; echo first >&2; echo no such room >&2; exit 3"]))
            #expect(
                inputs == [
                    .signalingOpened, .signalingReceived("last words"),
                    .signalingClosed(code: nil, reason: "the program ended with exit code 3: no such room"),
                ])
        }

        @Test("a program that does not exist, and one that writes a line without end, are lost connections")
        func badPrograms() async throws {
            let missing = try await told(ProgramAddress.text(of: ["/nowhere/no-such-program"])).inputs.last
            guard case .signalingClosed(nil, let reason) = missing else {
                Issue.record("not closed: \(String(describing: missing))")
                return
            }
            #expect(reason == "the program '/nowhere/no-such-program' cannot be started: No such file or directory")
            let endless = try await told(ProgramAddress.text(of: ["sh", "-c", "yes | tr -d '\\n'"])).inputs.last
            #expect(
                endless == .signalingClosed(code: nil, reason: "the program wrote a line of more than 1048576 bytes"))
        }

        @Test("a line that is too long for a program is a lost connection, and is not left out")
        func longLine() async throws {
            let (inputs, _, _, _) = try await told(
                ProgramAddress.text(of: ["cat"]), lines: ["hello", String(repeating: "x", count: ProgramLines.longest + 1)])
            #expect(
                inputs.last
                    == .signalingClosed(code: nil, reason: "a line of more than 1048576 bytes was to be written to the program"))
        }

        @Test("the client's close code reaches the server, and comes back")
        func ownClose() async throws {
            let (inputs, _, log, _) = try await told(
                "/", lines: ["hello"], afterwards: .closeSignaling(code: 4000, reason: "enough"), until: "close 4000 enough")
            #expect(inputs.last == .signalingClosed(code: 4000, reason: "enough"))
            #expect(log.last == "close 4000 enough")
        }

        @Test("answers pings and joins fragments")
        func pingsAndFragments() async throws {
            let (inputs, _, _, _) = try await told("/", lines: ["ping", "split", "close 1000"])
            #expect(
                inputs == [
                    .signalingOpened, .signalingReceived("pong are you there"), .signalingReceived("one two three"),
                    .signalingClosed(code: 1000, reason: ""),
                ])
        }

        @Test("a connection that breaks has no close code")
        func broken() async throws {
            let (inputs, _, _, port) = try await told("/", lines: ["drop"])
            #expect(inputs.last == .signalingClosed(code: nil, reason: "127.0.0.1:\(port) broke the connection"))
        }

        @Test("a closed port refuses")
        func refused() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let free = try await TestServer.start(on: group)
            try await free.stop()
            try await group.shutdownGracefully()
            let (inputs, _, _, _) = try await told("ws://127.0.0.1:\(free.port)/")
            #expect(
                inputs == [.signalingClosed(code: nil, reason: "connection refused by 127.0.0.1:\(free.port)")])
        }

        @Test("what is no WebSocket says its HTTP status")
        func notFound() async throws {
            let (inputs, _, _, port) = try await told("/404")
            #expect(
                inputs == [
                    .signalingClosed(code: nil, reason: "127.0.0.1:\(port) is not a WebSocket: HTTP 404 Not Found")
                ])
        }

        @Test("a subprotocol that was not offered is refused")
        func wrongSubprotocol() async throws {
            let (inputs, _, _, port) = try await told("/other")
            #expect(
                inputs == [
                    .signalingClosed(
                        code: nil, reason: "127.0.0.1:\(port) chose the subprotocol 'other', which was not offered")
                ])
        }

        @Test("a server that accepts and says nothing runs into the limit")
        func silent() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let silent = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(silent.localAddress?.port)
            let (inputs, _, _, _) = try await told("ws://127.0.0.1:\(port)/") {
                $0.signalingTimeout = .milliseconds(80)
            }
            #expect(
                inputs == [
                    .signalingClosed(
                        code: nil, reason: "127.0.0.1:\(port) did not answer the WebSocket handshake within 80 ms")
                ])
            try await silent.close()
            try await group.shutdownGracefully()
        }

        @Test("a URL that is none is a reason")
        func badURL() async throws {
            let (inputs, _, _, _) = try await told("http://127.0.0.1/")
            #expect(
                inputs == [
                    .signalingClosed(code: nil, reason: "'http://127.0.0.1/': the scheme must be ws or wss, not 'http'")
                ])
        }

        @Test("a blackout holds what is said until it ends")
        func blackout() async throws {
            let length = Duration.milliseconds(60)
            let (inputs, times, _, _) = try await told(
                "/", lines: ["hello", "close 1000"], first: [.blackout(length, .all)])
            #expect(inputs.map(\.self).first == .signalingOpened)
            #expect(inputs.count == 3)
            #expect(try #require(times.first) >= .origin + length)
        }

        /// Has its connection cut, tries again at once, and once more when the cut is over.
        final class Returning: TestMachine {
            static let cut = Duration.milliseconds(60)
            private let url: String
            private var openings = 0
            private(set) var cutAt = Instant.origin
            private(set) var returnedAt = Instant.origin

            init(_ url: String) {
                self.url = url
                super.init()
                requests = [.openSignaling(url: url)]
            }

            override func receive(_ input: HostInput, now: Instant) {
                super.receive(input, now: now)
                switch input {
                case .signalingOpened:
                    openings += 1
                    if openings == 1 {
                        cutAt = now
                        requests += [.sendSignaling("lost"), .cutSignaling(for: Self.cut)]
                    } else {
                        returnedAt = now
                        requests.append(.closeSignaling(code: 1000, reason: ""))
                    }
                case .signalingClosed(1000, _): requests.append(.finished)
                case .signalingClosed(_, "unreachable"): deadline = cutAt + Self.cut
                case .signalingClosed: requests.append(.openSignaling(url: url))
                default: break
                }
            }

            override func advance(to now: Instant) {
                super.advance(to: now)
                requests.append(.openSignaling(url: url))
            }
        }

        @Test("a cut breaks the connection on both sides, and another opens after it and not before")
        func cut() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let server = try await TestServer.start(on: group)
            let driver = SocketDriver(workers: 1, configuration: WorkerConfiguration(signalingGroup: group))
            let url = "ws://127.0.0.1:\(server.port)/"
            let handle = driver.host(seed: 1, startAt: .origin) { _ in Returning(url) }
            await driver.finishedAll()
            let (inputs, gap) = await driver.withMachine(handle) { machine, _ in
                let returning = machine as? Returning
                return (returning?.inputs ?? [], returning.map { $0.returnedAt - $0.cutAt } ?? .zero)
            }
            await driver.stop()
            #expect(
                inputs == [
                    .signalingOpened, .signalingClosed(code: nil, reason: "the connection broke"),
                    .signalingClosed(code: nil, reason: "unreachable"), .signalingOpened,
                    .signalingClosed(code: 1000, reason: ""),
                ])
            #expect(gap >= Returning.cut)
            while server.log.last != "close 1000 " { await Task.yield() }
            #expect(server.log.count { $0 == "open /" } == 2)
            try await server.stop()
            try await group.shutdownGracefully()
        }

        @Test("an attempt within a blackout is given up when the machine closes it, and another may follow at once")
        func givenUp() async throws {
            let (inputs, times, _, _) = try await told(
                "/", lines: ["close 1000"],
                first: [
                    .blackout(.milliseconds(60), .all), .openSignaling(url: "ws://127.0.0.1:1/"),
                    .closeSignaling(code: 1000, reason: ""),
                ])
            #expect(inputs == [.signalingOpened, .signalingClosed(code: 1000, reason: "")])
            #expect(try #require(times.first) >= .origin + .milliseconds(60))
        }

        @Test("stopping while connections are open closes them")
        func stopping() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let server = try await TestServer.start(on: group)
            let port = server.port
            let driver = SocketDriver(workers: 1, configuration: WorkerConfiguration(signalingGroup: group))
            let opened = Announcement<Void>()
            final class Waiting: TestMachine {
                let opened: Announcement<Void>
                init(_ url: String, opened: Announcement<Void>) {
                    self.opened = opened
                    super.init()
                    requests = [.openSignaling(url: url)]
                }
                override func receive(_ input: HostInput, now: Instant) {
                    if case .signalingOpened = input { opened.announce(()) }
                }
            }
            _ = driver.host(seed: 1, startAt: .origin) { _ in Waiting("ws://127.0.0.1:\(port)/", opened: opened) }
            await opened.value
            await driver.stop()
            try await server.stop()
            try await group.shutdownGracefully()
        }
    }
}
