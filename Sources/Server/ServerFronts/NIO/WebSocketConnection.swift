import NIOCore
import NIOWebSocket
import SignalingProtocol

/// One WebSocket: frames to whole text messages, and closes that both sides see (RFC 6455 §5, §7).
final class WebSocketConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    let id: UInt64
    let route: ClientRoute
    /// The token of the request that opened it.
    let bearer: String?
    private let loop: ServerLoop
    private let maximumBytes: Int
    private var context: ChannelHandlerContext?
    /// The place of the frames' encoder in the pipeline.
    private var wire: ChannelHandlerContext?
    private var fragments: ByteBuffer?
    /// Whether the fragments are of bytes.
    private var isBinary = false
    private var isClosing = false
    /// With which the client has closed.
    private var clientCode: UInt16?
    private var hasClientClosed = false
    private var needsFlush = false
    /// What is no message of its own; `nil` where rates are lifted.
    private var controls: TokenBucket?

    init(id: UInt64, route: ClientRoute, bearer: String?, loop: ServerLoop) {
        self.bearer = bearer
        self.id = id
        self.route = route
        self.loop = loop
        switch route {
        case .native, .peerJS: maximumBytes = loop.configuration.limits.frame.sessionDescription
        case .engineIO: maximumBytes = loop.maximumBody
        }
    }

    /// Whether whole messages of bytes are taken.
    private var takesBytes: Bool {
        if case .engineIO = route { true } else { false }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard let wire = try? context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self) else {
            preconditionFailure("An upgraded channel has an encoder of frames.")
        }
        self.wire = wire
        if !loop.isTrusted(context.channel) { controls = TokenBucket(loop.configuration.limits.controls, at: loop.now) }
        loop.opened(self, on: context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        wire = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.closed(self, code: clientCode, isClean: hasClientClosed)
        context.fireChannelInactive()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.pump()
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable, !isClosing { loop.overflowed(self) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else {
            context.close(promise: nil)
            return
        }
        switch error {
        case .invalidFrameLength:
            loop.refuse(self, .tooBig, "a frame of more than \(maximumBytes) bytes")
        default:
            loop.refuse(self, .malformedFrame, "not a WebSocket frame")
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard !isClosing || frame.opcode == .connectionClose else { return }
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            loop.refuse(self, .malformedFrame, "frames of clients are masked and have no reserved bits")
            return
        }
        let isWhole = frame.fin && (frame.opcode == .text || frame.opcode == .binary)
        if !isWhole, controls?.take(loop.configuration.limits.controls, now: loop.now) != nil {
            fragments = nil
            loop.refuse(self, .rateLimited, "pings and parts of messages went on above their rate")
            return
        }
        switch frame.opcode {
        case .text:
            guard fragments == nil else { return refuseOrder() }
            isBinary = false
            append(frame, to: ByteBuffer())
        case .continuation:
            guard let begun = fragments else { return refuseOrder() }
            append(frame, to: begun)
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.write(wrapOutboundOut(pong), promise: nil)
            needsFlush = true
        case .pong:
            break
        case .connectionClose:
            answerClose(frame, context: context)
        case .binary where takesBytes:
            guard fragments == nil else { return refuseOrder() }
            isBinary = true
            append(frame, to: ByteBuffer())
        case .binary:
            loop.refuse(self, .unsupportedData, "binary messages are reserved")
        default:
            loop.refuse(self, .malformedFrame, "an opcode that RFC 6455 does not have")
        }
    }

    private func refuseOrder() {
        loop.refuse(self, .malformedFrame, "a fragment out of order")
    }

    private func append(_ frame: WebSocketFrame, to begun: ByteBuffer) {
        var message = begun
        var data = frame.unmaskedData
        guard message.readableBytes + data.readableBytes <= maximumBytes else {
            fragments = nil
            loop.refuse(self, .tooBig, "a message of more than \(maximumBytes) bytes")
            return
        }
        if message.readableBytes == 0 { message = data } else { message.writeBuffer(&data) }
        guard frame.fin else {
            fragments = message
            return
        }
        fragments = nil
        guard !isBinary else { return loop.received(Array(message.readableBytesView), on: self) }
        guard let text = try? message.getUTF8ValidatedString(at: message.readerIndex, length: message.readableBytes) else {
            loop.refuse(self, .invalidText, "text that is not UTF-8")
            return
        }
        loop.received(text, on: self)
    }

    private func answerClose(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
        let loopBound = context.loopBound
        if isClosing {
            context.close(promise: nil)
            return
        }
        isClosing = true
        hasClientClosed = true
        var data = frame.unmaskedData
        clientCode = data.readInteger()
        let echo = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
        context.writeAndFlush(wrapOutboundOut(echo)).whenComplete { _ in loopBound.value.close(promise: nil) }
    }

    func send(_ text: String) {
        write(.text, bytes: text.utf8.count) { $0.writeString(text) }
    }

    func send(_ bytes: [UInt8]) {
        write(.binary, bytes: bytes.count) { $0.writeBytes(bytes) }
    }

    /// Head and payload in one buffer, from the encoder's place on: the encoder would send two.
    private func write(_ opcode: WebSocketOpcode, bytes: Int, payload: (inout ByteBuffer) -> Void) {
        guard let wire, !isClosing else { return }
        var frame = wire.channel.allocator.buffer(capacity: ByteBuffer.longestFrameHead + bytes)
        frame.writeFrameHead(opcode, payload: bytes)
        payload(&frame)
        wire.write(NIOAny(frame), promise: nil)
        needsFlush = true
    }

    func flush() {
        guard needsFlush, let context else { return }
        needsFlush = false
        context.flush()
    }

    /// Says why, then waits a second for the other side to agree.
    func close(_ code: UInt16, _ reason: String) {
        guard let context, !isClosing else { return }
        isClosing = true
        var data = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        data.writeInteger(code)
        data.writeString(Self.shortened(reason))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
    }

    /// A close frame holds 123 bytes of reason (RFC 6455 §5.5.1).
    private static func shortened(_ reason: String) -> String {
        var reason = reason
        while reason.utf8.count > 123 { reason.unicodeScalars.removeLast() }
        return reason
    }
}
