import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A little WebSocket server on loopback that does what its clients' messages say.
///
/// `close CODE REASON` closes, `ping` pings, `split` answers in three fragments, `drop` breaks the connection, anything else is
/// returned. The path `/404` is no WebSocket, and `/other` chooses a subprotocol of its own.
final class TestServer: Sendable {
    let port: Int
    private let channel: any Channel

    static func start(on group: any EventLoopGroup) async throws -> TestServer {
        let log = ServerLog()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOWebSocketServerUpgrader(
                        shouldUpgrade: { channel, head in
                            var headers = HTTPHeaders()
                            if let offered = head.headers.first(name: "Sec-WebSocket-Protocol") {
                                headers.add(name: "Sec-WebSocket-Protocol", value: head.uri == "/other" ? "other" : offered)
                            }
                            return channel.eventLoop.makeSucceededFuture(head.uri.hasPrefix("/404") ? nil : headers)
                        },
                        upgradePipelineHandler: { channel, head in
                            channel.eventLoop.makeCompletedFuture {
                                log.note("open \(head.uri)")
                                try channel.pipeline.syncOperations.addHandler(Frames(log: log))
                            }
                        })
                    let notFound = NotFound()
                    let bound = NIOLoopBound(notFound, eventLoop: channel.eventLoop)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: { context in
                                context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                            }
                        ))
                    try channel.pipeline.syncOperations.addHandler(notFound)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TestServer(channel: channel, log: log)
    }

    private let record: ServerLog

    private init(channel: any Channel, log: ServerLog) {
        self.channel = channel
        self.record = log
        port = channel.localAddress?.port ?? 0
    }

    /// What the server has seen so far, one line each.
    var log: [String] { record.lines }

    func stop() async throws {
        try await channel.close()
    }
}

final class ServerLog: Sendable {
    private let state = Mutex<[String]>([])

    func note(_ line: String) { state.withLock { $0.append(line) } }

    var lines: [String] { state.withLock { $0 } }
}

private final class NotFound: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .notFound, headers: ["Content-Length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

private final class Frames: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    let log: ServerLog
    private var hasSentClose = false

    init(log: ServerLog) {
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var bytes = frame.unmaskedData
        switch frame.opcode {
        case .text:
            log.note(frame.maskKey == nil ? "unmasked" : "text")
            answer(String(buffer: bytes), context)
        case .pong:
            send(.text, "pong \(String(buffer: bytes))", context)
        case .connectionClose:
            let code = bytes.readInteger(as: UInt16.self) ?? 0
            log.note("close \(code) \(String(buffer: bytes))")
            if !hasSentClose {
                let echo = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
                context.writeAndFlush(wrapOutboundOut(echo), promise: nil)
            }
            context.close(promise: nil)
        default:
            break
        }
    }

    private func answer(_ text: String, _ context: ChannelHandlerContext) {
        let words = text.split(separator: " ", maxSplits: 2)
        switch words.first {
        case "close":
            var data = ByteBuffer()
            data.writeInteger(UInt16(words[1]) ?? 1000)
            data.writeString(words.count > 2 ? String(words[2]) : "")
            hasSentClose = true
            context.writeAndFlush(
                wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
        case "ping":
            send(.ping, "are you there", context)
        case "split":
            send(.text, "one ", context, isLast: false)
            send(.continuation, "two ", context, isLast: false)
            send(.continuation, "three", context)
        case "drop":
            context.close(promise: nil)
        default:
            send(.text, text, context)
        }
    }

    private func send(_ opcode: WebSocketOpcode, _ text: String, _ context: ChannelHandlerContext, isLast: Bool = true) {
        let frame = WebSocketFrame(fin: isLast, opcode: opcode, data: ByteBuffer(string: text))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
