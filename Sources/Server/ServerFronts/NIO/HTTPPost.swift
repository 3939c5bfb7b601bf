import NIOCore
import NIOHTTP1
import NIOPosix
import RTCCore

/// One `POST` of a JSON text over HTTP/1.1, on a connection of its own.
public enum HTTPPost {
    /// Why there was no answer.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// - Parameters:
    ///   - port: TCP.
    ///   - trust: With which certificates TLS is spoken; `nil` for plain HTTP.
    ///   - bearer: The token that is shown; `nil` for none.
    ///   - patience: From the beginning to the head of the answer.
    /// - Returns: The status of the answer.
    public static func send(
        _ body: String, host: String, port: Int, path: String, bearer: String? = nil, trust: TLSAuthorities? = nil,
        patience: Duration = .seconds(10)
    ) async throws(Failure) -> Int {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let answer = loop.makePromise(of: Int.self)
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        do {
            let timeout = TimeAmount.nanoseconds(patience.inNanoseconds)
            let channel = try await ClientBootstrap(group: loop).connectTimeout(timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let trust {
                            guard let session = trust.connect(to: host) else {
                                throw Failure(description: "'\(host)' is no name for a TLS server")
                            }
                            try channel.pipeline.syncOperations.addHandler(
                                TLSHandler(session) { answer.fail(Failure(description: session.failure)) })
                        }
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(AnswerHandler(answer))
                    }
                }
                .connect(host: host, port: port).get()
            let late = loop.scheduleTask(in: timeout) { channel.close(promise: nil) }
            let bytes = channel.allocator.buffer(string: body)
            var head = HTTPRequestHead(
                version: .http1_1, method: .POST, uri: path,
                headers: [
                    "Host": authority, "Content-Type": "application/json", "Content-Length": "\(bytes.readableBytes)",
                    "Connection": "close",
                ])
            if let bearer { head.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            defer {
                late.cancel()
                channel.close(promise: nil)
            }
            return try await answer.futureResult.get()
        } catch {
            answer.fail(error)
            throw Failure(description: "\(authority)\(path): \(error)")
        }
    }
}

/// Waits for the head of the answer.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<Int>

    init(_ answer: EventLoopPromise<Int>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { answer.succeed(Int(head.status.code)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ChannelError.eof)
    }
}
