import NIOCore

/// Closes a connection whose HTTP request is too long in its head, or too slow in coming.
final class RequestGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let maximumBytes: Int
    private let patience: TimeAmount
    private var bytes = 0
    private var timer: Scheduled<Void>?
    private var isFinished = false
    private var isRefused = false

    /// Called when the first request has been read, or is given up.
    private var whenSettled: (() -> Void)?

    init(maximumBytes: Int, patience: TimeAmount, whenSettled: @escaping () -> Void) {
        self.whenSettled = whenSettled
        self.maximumBytes = maximumBytes
        self.patience = patience
    }

    private var isHeadOver = false
    private var context: ChannelHandlerContext?
    /// Whether an answer was given on this connection, and nothing has come since.
    private var isIdle = false

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        setTimer(context)
    }

    private func setTimer(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { [weak self] in
            guard let self else { return }
            if isIdle {
                context.close(promise: nil)
            } else {
                refuse("408 Request Timeout", context: context)
            }
        }
    }

    /// Gives up a request that is not whole, so that others have room.
    func evict() {
        guard let context, !isFinished else { return }
        refuse("503 Service Unavailable", context: context, lingers: false)
    }

    /// The head has been read; the body still has to come in time.
    func headIsOver() {
        isHeadOver = true
    }

    /// The next request may come.
    func rearm() {
        guard let context else { return }
        timer?.cancel()
        isFinished = false
        isHeadOver = false
        isIdle = true
        bytes = 0
        setTimer(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    /// The request has been read.
    func finish() {
        isFinished = true
        timer?.cancel()
        timer = nil
        whenSettled.take()?()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        isIdle = false
        guard !isFinished, !isHeadOver else {
            context.fireChannelRead(data)
            return
        }
        bytes += unwrapInboundIn(data).readableBytes
        guard bytes <= maximumBytes else {
            refuse("431 Request Header Fields Too Large", context: context)
            return
        }
        context.fireChannelRead(data)
    }

    /// - Parameter lingers: Whether the other side is given time to read it although it goes on sending.
    private func refuse(_ status: String, context: ChannelHandlerContext, lingers: Bool = true) {
        guard !isFinished else { return }
        finish()
        let text = "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        isRefused = true
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
        if lingers { context.closeAfterReading() } else { context.close(promise: nil) }
    }
}

extension ChannelHandlerContext {
    /// Ends the outward half once everything is written, and the rest when the other side has gone or after a second.
    ///
    /// Closing at once while input is unread would reset the connection, and the answer would be lost on its way.
    func closeAfterReading() {
        close(mode: .output, promise: nil)
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.close(promise: nil) }
    }
}
