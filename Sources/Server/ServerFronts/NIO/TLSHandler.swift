import NIOCore

/// TLS in front of everything else on a connection (RFC 8446): records from and to the socket, text from and to the handlers behind.
///
/// What is written before the handshake is over waits for it. A connection whose handshake fails says the alert and closes; one whose
/// handshake takes too long is closed by whoever guards its request.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes of the largest record's text (RFC 8446 §5.1).
    private static let record = 16 * 1024

    private let tls: TLSConnection
    private var waiting: [(buffer: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private let failed: () -> Void
    private var isOver = false

    /// - Parameter failed: Called once where the handshake, or a record, was wrong.
    init(_ tls: TLSConnection, failed: @escaping () -> Void) {
        self.tls = tls
        self.failed = failed
    }

    /// A client speaks first.
    func channelActive(context: ChannelHandlerContext) {
        flushRecords(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let isTaken = unwrapInboundIn(data).withUnsafeReadableBytes { tls.put($0) }
        var text = context.channel.allocator.buffer(capacity: Self.record)
        while isTaken, tls.isOpen {
            let count = text.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.record) { tls.read(into: $0) }
            guard count > 0 else { break }
            context.fireChannelRead(wrapInboundOut(text))
            guard !isOver else { return }
            text.clear()
        }
        writeWaiting(context)
        flushRecords(context)
        guard !isTaken || !tls.isSecuring && !tls.isOpen else { return }
        if tls.hasFailed { failed() }
        end(context)
        context.close(promise: nil)
    }

    private func writeWaiting(_ context: ChannelHandlerContext) {
        guard tls.isOpen, !waiting.isEmpty else { return }
        let due = waiting
        waiting = []
        for (buffer, promise) in due { encrypt(buffer, promise, context) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        if tls.isSecuring, !isOver {
            waiting.append((buffer, promise))
        } else {
            encrypt(buffer, promise, context)
        }
    }

    private func encrypt(_ buffer: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        guard tls.isOpen, buffer.withUnsafeReadableBytes({ tls.write($0) }) else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        writeRecords(context, promise)
    }

    private func writeRecords(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        var records = context.channel.allocator.buffer(capacity: 0)
        var count = 0
        repeat {
            count = records.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.record + 256) { tls.take(into: $0) }
        } while count > 0
        guard records.readableBytes > 0 else {
            promise?.succeed(())
            return
        }
        context.write(wrapOutboundOut(records), promise: promise)
    }

    private func flushRecords(_ context: ChannelHandlerContext) {
        writeRecords(context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard !isOver, mode != .input else {
            context.close(mode: mode, promise: promise)
            return
        }
        // Without an open connection there is nobody who could be told, and nothing that could still be sent.
        let isHalf = mode == .output && tls.isOpen
        end(context)
        context.close(mode: isHalf ? .output : .all, promise: promise)
    }

    private func end(_ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        tls.close()
        flushRecords(context)
        let due = waiting
        waiting = []
        for (_, promise) in due { promise?.fail(ChannelError.ioOnClosedChannel) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        let due = waiting
        waiting = []
        for (_, promise) in due { promise?.fail(ChannelError.ioOnClosedChannel) }
        context.fireChannelInactive()
    }
}
