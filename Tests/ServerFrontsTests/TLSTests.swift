import CStarlingOpenSSL
import Foundation
import NIOCore
import NIOPosix
import NetworkDriver
import NetworkImpairment
import RTCCore
import ServerFronts
import Testing

@Suite("TLS on loopback", .timeLimit(.minutes(5)))
struct TLSTests {
    /// A certificate of its own for localhost, as files that are gone with it.
    private final class Certificate: Sendable {
        let folder: URL
        var certificates: String { folder.appending(path: "cert.pem").path }
        var key: String { folder.appending(path: "key.pem").path }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "starling-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.currentDirectoryURL = folder
            process.arguments =
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
                .split(separator: " ").map(String.init)
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    private static func start(_ certificate: Certificate) async throws -> ReferenceServer {
        var configuration = ServerConfiguration(port: 0, seed: 1, trustLoopback: true)
        configuration.timing.hello = .seconds(600)
        configuration.timing.requestHead = .seconds(600)
        configuration.tls = TLSIdentity(certificates: certificate.certificates, key: certificate.key)
        return try await ReferenceServer.start(configuration: configuration)
    }

    /// Says something over TLS, and hears everything until the server closes, or enough was heard.
    private static func talk(
        _ said: [UInt8], port: Int, trusting file: String, name: String = "localhost", until isEnough: @Sendable ([UInt8]) -> Bool
    ) async throws -> (heard: [UInt8], failure: String) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        var heard: [UInt8] = []
        var failure = ""
        try? await channel.executeThenClose { inbound, outbound in
            let context = try #require(starling_tls_context_new(file))
            defer { starling_tls_context_free(context) }
            let tls = try #require(starling_tls_new(context, name))
            defer { starling_tls_free(tls) }
            var room = [UInt8](repeating: 0, count: 65_536)
            var hasSaid = false
            let flush = {
                let count = starling_tls_take(tls, &room, room.count)
                if count > 0 { try await outbound.write(ByteBuffer(bytes: room[..<count])) }
            }
            try await flush()
            for try await buffer in inbound {
                _ = buffer.withUnsafeReadableBytes { starling_tls_put(tls, $0.baseAddress, $0.count) }
                if !hasSaid, starling_tls_status(tls) == Int32(STARLING_TLS_OPEN) {
                    hasSaid = true
                    _ = starling_tls_write(tls, said, said.count)
                }
                while case let count = starling_tls_read(tls, &room, room.count), count > 0 { heard += room[..<count] }
                failure = String(cString: starling_tls_failure(tls))
                try await flush()
                if isEnough(heard) || !failure.isEmpty { break }
            }
        }
        return (heard, failure)
    }

    @Test("a client that trusts the certificate is answered, and speaks the protocol")
    func serves() async throws {
        let certificate = try Certificate()
        let server = try await Self.start(certificate)
        #expect(server.url.hasPrefix("wss://"))
        let health = try await Self.talk(
            Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), port: server.port, trusting: certificate.certificates
        ) { _ in false }
        #expect(String(decoding: health.heard, as: UTF8.self).hasSuffix("{\"status\":\"ok\"}\n"))
        let hello = RawConnection.frame(opcode: 1, Array(#"{"t":"hello","id":1}"#.utf8))
        let greeted = try await Self.talk(
            Array(RawConnection.upgrade().utf8) + hello, port: server.port, trusting: certificate.certificates
        ) { heard in
            String(decoding: heard, as: UTF8.self).contains(#""re":1"#)
        }
        let text = String(decoding: greeted.heard, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 101") && text.contains(#""session":"s_"#))
        #expect(await server.metrics().tlsFailures == 0)
        await server.stop()
    }

    @Test("a client that does not trust the certificate, or wants another name, hears nothing")
    func untrusted() async throws {
        let certificate = try Certificate()
        let other = try Certificate()
        let server = try await Self.start(certificate)
        let said = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        let foreign = try await Self.talk(said, port: server.port, trusting: other.certificates) { _ in false }
        #expect(foreign.heard.isEmpty && foreign.failure.contains("not trusted"))
        let renamed = try await Self.talk(said, port: server.port, trusting: certificate.certificates, name: "other.example") {
            _ in false
        }
        #expect(renamed.heard.isEmpty && renamed.failure.contains("not trusted"))
        await server.stop()
    }

    /// Opens a signaling connection, says hello, and finishes with the answer.
    private final class Caller: HostedMachine {
        private var requests: [HostRequest]
        private(set) var inputs: [HostInput] = []
        var deadline: Instant? { nil }

        init(_ url: String) {
            requests = [.openSignaling(url: url)]
        }

        func advance(to now: Instant) {}

        func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

        func receive(_ input: HostInput, now: Instant) {
            inputs.append(input)
            switch input {
            case .signalingOpened: requests.append(.sendSignaling(#"{"t":"hello","id":1}"#))
            default: requests.append(.finished)
            }
        }

        func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }

        func nextRequest() -> HostRequest? { requests.isEmpty ? nil : requests.removeFirst() }
    }

    @Test("bots call over wss:// where they trust the certificate, and are told why where they do not")
    func bots() async throws {
        let certificate = try Certificate()
        let other = try Certificate()
        let server = try await Self.start(certificate)
        for (trusted, isGood) in [(certificate, true), (other, false)] {
            var configuration = WorkerConfiguration()
            configuration.signalingAuthorities = trusted.certificates
            let driver = SocketDriver(workers: 1, configuration: configuration)
            let url = "wss://localhost:\(server.port)/ws"
            let handle = driver.host(seed: 1, startAt: .origin) { _ in Caller(url) }
            await driver.finishedAll()
            let inputs = await driver.withMachine(handle) { machine, _ in (machine as? Caller)?.inputs ?? [] }
            await driver.stop()
            guard isGood else {
                #expect(inputs.count == 1)
                guard case .signalingClosed(nil, let reason) = inputs.first else {
                    Issue.record("not refused: \(inputs)")
                    continue
                }
                #expect(reason.hasPrefix("TLS with localhost:\(server.port) failed: ") && reason.contains("not trusted"))
                #expect(reason.hasSuffix("; the target's 'ca' names the PEM file of who vouches for it"))
                continue
            }
            #expect(inputs.first == .signalingOpened)
            guard case .signalingReceived(let text) = inputs.last else {
                Issue.record("not answered: \(inputs)")
                continue
            }
            #expect(text.contains(#""re":1"#))
        }
        await server.stop()
    }

    @Test("how calls went is posted over TLS where the certificate is trusted, and not where it is not")
    func posts() async throws {
        let certificate = try Certificate()
        let other = try Certificate()
        let server = try await Self.start(certificate)
        let status = try await HTTPPost.send(
            "{}", host: "localhost", port: server.port, path: "/v1/stats/calls/p",
            trust: try TLSAuthorities(file: certificate.certificates))
        #expect(status == 404)
        let trust = try TLSAuthorities(file: other.certificates)
        let failure = await #expect(throws: HTTPPost.Failure.self) {
            _ = try await HTTPPost.send(
                "{}", host: "localhost", port: server.port, path: "/v1/stats/calls/p", trust: trust)
        }
        #expect(failure?.description.contains("not trusted") == true)
        await server.stop()
    }

    @Test("who speaks plainly, or garbage, is closed and counted, and the next client is served")
    func plain() async throws {
        let certificate = try Certificate()
        let server = try await Self.start(certificate)
        for text in ["GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "\u{16}\u{3}\u{1}garbage that is no record", "\u{0}"] {
            let heard = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(raw: text)
                return text.utf8.count < 5 ? "" : try await connection.rest()
            }
            #expect(!heard.contains("HTTP/1.1"))
        }
        #expect(await server.metrics().tlsFailures >= 1)
        let health = try await Self.talk(
            Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), port: server.port, trusting: certificate.certificates
        ) { _ in false }
        #expect(String(decoding: health.heard, as: UTF8.self).contains("200 OK"))
        await server.stop()
    }

    @Test("files that are missing, or do not belong together, are named with the remedy")
    func files() async throws {
        let certificate = try Certificate()
        let other = try Certificate()
        for identity in [
            TLSIdentity(certificates: certificate.certificates, key: other.key),
            TLSIdentity(certificates: "nowhere.pem", key: certificate.key),
            TLSIdentity(certificates: certificate.key, key: certificate.key),
        ] {
            var configuration = ServerConfiguration(port: 0)
            configuration.tls = identity
            let error = await #expect(throws: ServerError.self) {
                _ = try await ReferenceServer.start(configuration: configuration)
            }
            #expect(error?.description.contains("cannot serve TLS with the certificates in \(identity.certificates)") == true)
        }
    }
}
