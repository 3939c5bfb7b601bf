import NIOCore
import NIOPosix
import NetworkDriver
import NetworkImpairment
import RTCCore
import Testing

extension SocketTests {
    @Suite("Byte streams of machines")
    struct StreamTests {
        /// Returns what comes, byte by byte; a connection whose first byte is 0 is closed.
        private final class EchoHandler: ChannelInboundHandler {
            typealias InboundIn = ByteBuffer
            typealias OutboundOut = ByteBuffer

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                let buffer = unwrapInboundIn(data)
                if buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == 0 {
                    context.close(promise: nil)
                } else {
                    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
                }
            }
        }

        private func echoServer() async throws -> any Channel {
            try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EchoHandler()) }
                }
                .bind(host: "127.0.0.1", port: 0).get()
        }

        private func target(_ channel: any Channel) -> StreamTarget {
            StreamTarget(remote: .loopback(port: UInt16(channel.localAddress?.port ?? 0)))
        }

        /// Writes so many chunks as soon as its stream is open, and finishes when all has come back or the stream is over.
        final class Talker: TestMachine {
            let total: Int
            let first: UInt8
            var written = 0
            var received: [UInt8] = []
            var blackout: Duration?
            var openedAt: Instant?
            var endedAt: Instant?

            init(_ target: StreamTarget, chunks: Int, first: UInt8 = 1, blackout: Duration? = nil) {
                total = chunks
                self.first = first
                self.blackout = blackout
                super.init()
                requests = [.openStream(token: 5, target)]
            }

            override func receive(_ input: HostInput, now: Instant) {
                super.receive(input, now: now)
                switch input {
                case .streamOpened(5, _):
                    openedAt = now
                    if let blackout { requests.append(.blackout(blackout, .media)) }
                case .streamClosed(5, _): requests.append(.finished)
                default: break
                }
            }

            override func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
                received += bytes.bytes.array
                guard received.count == total * 100 else { return }
                endedAt = now
                requests += [.closeStream(token: 5), .finished]
            }

            override func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
                guard openedAt != nil, requests.isEmpty else { return .drained }
                while written < total {
                    guard !batch.isFull else { return .full }
                    let value = UInt8(truncatingIfNeeded: Int(first) + written)
                    batch.append(toStream: 5, on: Path(local: .loopback(port: 0), remote: .loopback(port: 0))) { slot in
                        for index in 0..<100 { slot[index] = value }
                        return 100
                    }
                    written += 1
                }
                return .drained
            }
        }

        private func talk(_ target: StreamTarget, chunks: Int, first: UInt8 = 1, blackout: Duration? = nil) async -> (
            inputs: [HostInput], received: [UInt8], duration: Duration?, dropped: UInt64
        ) {
            let driver = SocketDriver(workers: 1)
            let handle = driver.host(seed: 1, startAt: .origin) { _ in
                Talker(target, chunks: chunks, first: first, blackout: blackout)
            }
            await driver.finishedAll()
            let told = await driver.withMachine(handle) { machine, _ in
                let talker = machine as? Talker
                let duration = talker?.openedAt.flatMap { opened in talker?.endedAt.map { $0 - opened } }
                return (talker?.inputs ?? [], talker?.received ?? [], duration)
            }
            let dropped = driver.health.streamWritesDropped
            await driver.stop()
            return (told.0, told.1, told.2, dropped)
        }

        @Test("everything that is written comes back in order")
        func echo() async throws {
            let server = try await echoServer()
            let told = await talk(target(server), chunks: 500)
            #expect(told.received.count == 50_000)
            #expect(told.received == (0..<500).flatMap { [UInt8](repeating: UInt8(truncatingIfNeeded: 1 + $0), count: 100) })
            #expect(told.inputs.count == 1 && told.dropped == 0)
            try await server.close()
        }

        @Test("a stream that nobody takes is told, with the reason")
        func refused() async throws {
            let server = try await echoServer()
            let target = target(server)
            try await server.close()
            let told = await talk(target, chunks: 1)
            #expect(told.inputs == [.streamClosed(token: 5, reason: "Connection refused by \(target.remote)")])
        }

        @Test("the end of a stream is told")
        func closed() async throws {
            let server = try await echoServer()
            let target = target(server)
            let told = await talk(target, chunks: 1, first: 0)
            #expect(told.inputs.last == .streamClosed(token: 5, reason: "\(target.remote) closed the connection"))
            try await server.close()
        }

        @Test("a blackout holds a stream up, and nothing of it is lost")
        func blackout() async throws {
            let server = try await echoServer()
            let told = await talk(target(server), chunks: 20, blackout: .milliseconds(150))
            #expect(told.received.count == 2000)
            #expect(try #require(told.duration) >= .milliseconds(150))
            try await server.close()
        }

        @Test("a server without TLS is no server with TLS")
        func plainServer() async throws {
            let server = try await echoServer()
            var target = target(server)
            target.tlsName = "localhost"
            let told = await talk(target, chunks: 1)
            guard case .streamClosed(5, let reason)? = told.inputs.last else {
                Issue.record("the stream was not closed: \(told.inputs)")
                return
            }
            #expect(reason.contains("TLS: "))
            try await server.close()
        }
    }
}
