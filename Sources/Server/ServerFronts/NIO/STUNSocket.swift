import NIOCore
import RTCCore

/// A ``STUNResponder`` on a UDP socket.
final class STUNSocket: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var responder: STUNResponder
    private let began = NIODeadline.now()

    init(limit: RateLimit) {
        responder = STUNResponder(limit: limit, at: .origin)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = RTCCore.SocketAddress(envelope.remoteAddress) else { return }
        let now = Instant(nanoseconds: UInt64(max(0, (NIODeadline.now() - began).nanoseconds)))
        var answer = context.channel.allocator.buffer(capacity: 128)
        envelope.data.withUnsafeReadableBytes { bytes in
            _ = answer.writeWithUnsafeMutableBytes(minimumWritableBytes: 128) { slot in
                responder.answer(bytes.bytes, from: source, into: slot, now: now)
            }
        }
        guard answer.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: answer)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Such as an ICMP answer to what was sent: the socket serves others.
    }
}

extension RTCCore.SocketAddress {
    /// - Returns: `nil` for what is no IP address.
    init?(_ address: NIOCore.SocketAddress) {
        guard var host = address.ipAddress, let port = address.port else { return nil }
        if host.hasPrefix("::ffff:") { host.removeFirst(7) }
        if let zone = host.firstIndex(of: "%") { host = String(host[..<zone]) }
        self.init(host, port: UInt16(truncatingIfNeeded: port))
    }
}
