internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// The client's side of the opening handshake (RFC 6455 §4.1): asks for the upgrade, then puts the frame handlers in place.
struct WebSocketHandshake: Sendable {
    /// The longest message that is taken, in bytes.
    static let maxMessageSize = 4 << 20

    let url: SignalingURL
    let subprotocol: String?
    let connection: SignalingConnection

    func install(in channel: any Channel) throws {
        let asking = UpgradeRequestHandler(handshake: self)
        let bound = NIOLoopBound(asking, eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: Self.maxMessageSize) { channel, response in
            channel.eventLoop.makeCompletedFuture { try complete(in: channel, response) }
        }
        try channel.pipeline.syncOperations.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            ))
        try channel.pipeline.syncOperations.addHandler(asking)
    }

    private func complete(in channel: any Channel, _ response: HTTPResponseHead) throws {
        if let chosen = response.headers.first(name: "Sec-WebSocket-Protocol"), chosen != subprotocol {
            connection.fail(.wrongSubprotocol(chosen))
            return
        }
        let aggregator = NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4096, maxAccumulatedFrameSize: Self.maxMessageSize)
        try channel.pipeline.syncOperations.addHandler(aggregator)
        try channel.pipeline.syncOperations.addHandler(FrameHandler(connection: connection))
        connection.upgraded()
    }
}

/// Sends the request, and sees the response only where it is no upgrade.
private final class UpgradeRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let handshake: WebSocketHandshake

    init(handshake: WebSocketHandshake) {
        self.handshake = handshake
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("Host", handshake.url.authority)])
        if let subprotocol = handshake.subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: handshake.url.resource, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let response) = unwrapInboundIn(data) else { return }
        let failure =
            response.status == .switchingProtocols
            ? SignalingFailure.notUpgraded
            : .notWebSocket(status: response.status.code, phrase: response.status.reasonPhrase)
        fail(failure, context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.notUpgraded, context)
    }

    private func fail(_ failure: SignalingFailure, _ context: ChannelHandlerContext) {
        handshake.connection.fail(failure)
        context.close(promise: nil)
    }
}

/// Turns whole frames into calls of the connection.
private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let connection: SignalingConnection

    init(connection: SignalingConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            connection.received(String(buffer: frame.unmaskedData))
        case .ping:
            connection.receivedPing(frame.unmaskedData)
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readInteger(as: UInt16.self)
            connection.receivedClose(code: code, reason: String(buffer: data))
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.fail(.system("\(error)"))
    }
}
