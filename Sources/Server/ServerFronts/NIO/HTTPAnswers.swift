import NIOCore
import NIOHTTP1
import NIOWebSocket
import SignalingProtocol

/// Answers one plain HTTP request and closes: health, readiness, refused upgrades.
final class HTTPAnswers: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Answer {
        var status: HTTPResponseStatus
        var body: JSONObject
        var extra: [(String, String)] = []
    }

    private let loop: ServerLoop
    private let requestGuard: RequestGuard
    private var hasAnswered = false

    init(loop: ServerLoop, requestGuard: RequestGuard) {
        self.loop = loop
        self.requestGuard = requestGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data), !hasAnswered else { return }
        hasAnswered = true
        requestGuard.finish()
        write(answer(to: head, from: context.channel), isHead: head.method == .HEAD, context: context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOWebSocketUpgradeError { return }
        context.close(promise: nil)
    }

    private func answer(to head: HTTPRequestHead, from channel: any Channel) -> Answer {
        let fields = loop.fields(of: head, from: channel)
        if let refusal = loop.admission.refusesHost(fields) { return Self.refused(refusal) }
        let path = ServerLoop.path(of: head)
        guard ["/healthz", "/readyz", "/ws"].contains(path) else {
            return Answer(status: .notFound, body: ["error": "not_found", "paths": .array(["/healthz", "/readyz", "/ws"])])
        }
        guard head.method == .GET || head.method == .HEAD else {
            return Answer(status: .methodNotAllowed, body: ["error": "only GET and HEAD"], extra: [("Allow", "GET, HEAD")])
        }
        switch path {
        case "/healthz":
            return Answer(status: .ok, body: ["status": "ok"])
        case "/readyz":
            let isDraining = loop.front.isDraining
            let body: JSONObject = [
                "ready": .bool(!isDraining),
                "checks": .object(["draining": .bool(isDraining)]),
                "connections": .integer(Int64(loop.front.connectionCount)),
                "rooms": .integer(Int64(loop.front.roomCount)),
                "participants": .integer(Int64(loop.front.participantCount)),
            ]
            return Answer(status: isDraining ? .serviceUnavailable : .ok, body: body)
        default:
            if let refusal = loop.admission.refusesUpgrade(fields) { return Self.refused(refusal) }
            return Answer(
                status: .upgradeRequired, body: ["error": "a WebSocket upgrade (RFC 6455, version 13) is needed here"],
                extra: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
        }
    }

    private static func refused(_ refusal: Admission.Refusal) -> Answer {
        Answer(status: HTTPResponseStatus(statusCode: refusal.status), body: ["error": .string(refusal.message)])
    }

    private func write(_ answer: Answer, isHead: Bool, context: ChannelHandlerContext) {
        let body = context.channel.allocator.buffer(string: JSON.object(answer.body).text + "\n")
        var headers = HTTPHeaders([
            ("Content-Type", "application/json"), ("Content-Length", "\(body.readableBytes)"), ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ])
        headers.add(contentsOf: answer.extra)
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.closeAfterReading()
    }
}
