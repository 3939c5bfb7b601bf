import NIOCore
import NIOHTTP1
import NIOWebSocket
import Operations
import SignalingProtocol
import SocketIOSessions

/// Answers plain HTTP: health and readiness, refused upgrades, PeerJS's few questions, and the requests of Engine.IO, which may wait.
///
/// A connection is kept for further requests where Engine.IO was asked, and closes after anything else.
final class HTTPAnswers: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Answer {
        var status: HTTPResponseStatus
        var body: String
        var contentType = "application/json"
        var extra: [(String, String)] = []
        var isKeptAlive = false

        init(status: HTTPResponseStatus, body: JSONObject, extra: [(String, String)] = []) {
            self.status = status
            self.body = JSON.object(body).text + "\n"
            self.extra = extra
        }

        init(_ response: EngineIOResponse, extra: [(String, String)] = []) {
            status = HTTPResponseStatus(statusCode: response.status)
            body = response.body
            contentType = response.contentType
            self.extra = extra
        }
    }

    /// A request of Engine.IO, or a report of calls, that is not answered yet.
    private struct Exchange {
        let id: UInt64
        /// Whose calls it tells of; `nil` for Engine.IO.
        var participant: String?
        let isKeptAlive: Bool
        let crossOrigin: [(String, String)]
        /// `nil` once it is known to be too large.
        var body: ByteBuffer?
        var hasEnded = false
        var hasBody: Bool
    }

    private let loop: ServerLoop
    private let requestGuard: RequestGuard
    private var context: ChannelHandlerContext?
    private var isOver = false
    private var exchange: Exchange?
    /// The newest request, for the log.
    private var request: (id: UInt64, method: String, path: String)?
    /// Whether what still comes of a request is read and dropped.
    private var isSkipping = false
    private var asked: Asked?

    init(loop: ServerLoop, requestGuard: RequestGuard) {
        self.loop = loop
        self.requestGuard = requestGuard
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let exchange = exchange.take(), exchange.participant == nil { loop.aborted(exchange.id) }
        loop.gone(self)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard exchange == nil, asked == nil else {
                // A second request before the answer to the first: nobody who speaks Engine.IO does that.
                isOver = true
                context.close(promise: nil)
                return
            }
            begin(head, context: context)
        case .body(var bytes):
            asked?.append(&bytes)
            guard !isSkipping, var waiting = exchange?.body else { return }
            guard waiting.readableBytes + bytes.readableBytes <= loop.maximumBody else {
                exchange?.body = nil
                return
            }
            exchange?.body = nil
            waiting.writeBuffer(&bytes)
            exchange?.body = waiting
        case .end:
            requestGuard.finish()
            if let asked = asked.take() { return answer(asked, context: context) }
            if isSkipping {
                isSkipping = false
                requestGuard.rearm()
                return
            }
            exchange?.hasEnded = true
            guard let ended = exchange, ended.hasBody else { return }
            let text = ended.body.flatMap { try? $0.getUTF8ValidatedString(at: $0.readerIndex, length: $0.readableBytes) }
            exchange?.body = ByteBuffer()
            if let participant = ended.participant {
                let (status, body) = loop.calls(text, of: participant)
                respond(EngineIOResponse(status: status, contentType: "application/json", body: JSON.object(body).text + "\n"))
            } else {
                loop.received(text, of: ended.id)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOWebSocketUpgradeError { return }
        context.close(promise: nil)
    }

    // MARK: - Engine.IO

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let path = ServerLoop.path(of: head)
        request = (loop.nextID(), head.method.rawValue, path)
        if let participant = ServerLoop.participant(ofCallPath: path) {
            if head.method == .POST { return beginCalls(of: participant, head, context: context) }
            if head.method == .OPTIONS { return ask(head, context: context) }
        }
        if path == "/v1/analytics" { return beginAnalytics(head, context: context) }
        if HTTPAPI.owns(path) { return ask(head, context: context) }
        guard loop.isEngineIO(path) else {
            requestGuard.finish()
            isOver = true
            return write(answer(to: head, path, from: context.channel), isHead: head.method == .HEAD, context: context)
        }
        requestGuard.headIsOver()
        let fields = loop.fields(of: head, from: context.channel)
        let crossOrigin = Self.crossOrigin(loop.admission.allowedOrigin(fields))
        let isKeptAlive = head.isKeepAlive && !loop.front.isDraining
        if loop.admission.refusesOrigin(fields) != nil {
            return refuse(.forbidden, context: context)
        }
        if head.method == .OPTIONS {
            isSkipping = true
            var answer = Answer(EngineIOResponse(status: 204, contentType: "text/plain", body: ""), extra: crossOrigin)
            answer.extra = Self.preflight(crossOrigin, "GET, POST")
            answer.isKeptAlive = isKeptAlive
            return write(answer, isHead: false, context: context)
        }
        if head.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased() == "websocket" }) {
            // An upgrade that was refused on its way here.
            let refusal = loop.refusal(of: head, from: context.channel, isUpgrade: true) ?? .badRequest
            isOver = true
            return write(
                Answer(EngineIOResponse(status: refusal.status, contentType: "text/plain", body: refusal.message)), isHead: false,
                context: context)
        }
        let id = loop.nextID()
        exchange = Exchange(
            id: id, isKeptAlive: isKeptAlive, crossOrigin: crossOrigin, body: ByteBuffer(), hasBody: head.method == .POST)
        loop.begin(id, head, on: self, from: context.channel)
    }

    private func beginAnalytics(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        requestGuard.finish()
        isOver = true
        if let refusal = loop.admission.refusesOperator(loop.fields(of: head, from: context.channel)) {
            return write(Self.refused(refusal), isHead: false, context: context)
        }
        guard head.method == .GET else {
            return write(
                Answer(status: .methodNotAllowed, body: ["error": "only GET"], extra: [("Allow", "GET")]), isHead: false,
                context: context)
        }
        let hours = URLQuery(target: head.uri)["hours"].map { Int($0) } ?? 24
        guard let hours, (1...87_600).contains(hours) else {
            return write(
                Answer(status: .badRequest, body: ["error": "'hours' must be a number from 1 to 87600"]), isHead: false,
                context: context)
        }
        guard let figures = loop.analytics(hours: hours) else {
            return write(
                Answer(status: .notFound, body: ["error": "this server keeps no store"]), isHead: false, context: context)
        }
        figures.assumeIsolated().whenComplete { [weak self] result in
            guard let self, let context = self.context else { return }
            switch result {
            case .success(let body): write(Answer(status: .ok, body: body), isHead: false, context: context)
            case .failure(let error):
                write(
                    Answer(status: .serviceUnavailable, body: ["error": .string("\(error)")]), isHead: false, context: context)
            }
        }
    }

    private func beginCalls(of participant: String, _ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let fields = loop.fields(of: head, from: context.channel)
        if let refusal = loop.admission.refusesOrigin(fields) {
            requestGuard.finish()
            isOver = true
            return write(Self.refused(refusal), isHead: false, context: context)
        }
        let crossOrigin = Self.crossOrigin(loop.admission.allowedOrigin(fields))
        if let error = loop.refusesCalls(of: participant, bearer: Admission.bearer(fields.authorization)) {
            requestGuard.finish()
            isOver = true
            let status = HTTPResponseStatus(statusCode: error.code.status)
            let body: JSONObject = ["error": .string(error.code.rawValue), "message": .string(error.message)]
            return write(Answer(status: status, body: body, extra: crossOrigin), isHead: false, context: context)
        }
        requestGuard.headIsOver()
        exchange = Exchange(
            id: loop.nextID(), participant: participant, isKeptAlive: false, crossOrigin: crossOrigin, body: ByteBuffer(),
            hasBody: true)
    }

    private func refuse(_ refusal: EngineIORefusal, context: ChannelHandlerContext) {
        isOver = true
        write(Answer(.refused(refusal)), isHead: false, context: context)
    }

    /// The answer to the request that waits.
    func respond(_ response: EngineIOResponse) {
        guard let context, let exchange = exchange.take() else { return }
        var answer = Answer(response, extra: exchange.crossOrigin)
        answer.isKeptAlive = exchange.isKeptAlive && !loop.front.isDraining
        isSkipping = !exchange.hasEnded
        if !answer.isKeptAlive { isOver = true }
        write(answer, isHead: false, context: context)
    }

    /// Closes a connection that waits for nothing.
    func closeIdle() {
        guard let context, exchange == nil else { return }
        context.close(promise: nil)
    }

    private static func crossOrigin(_ origin: String?) -> [(String, String)] {
        guard let origin else { return [] }
        return [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin")]
    }

    // MARK: - The API

    private func ask(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let fields = loop.fields(of: head, from: context.channel)
        if let refusal = loop.admission.refusesOrigin(fields) {
            requestGuard.finish()
            isOver = true
            return write(Self.refused(refusal), isHead: head.method == .HEAD, context: context)
        }
        requestGuard.headIsOver()
        asked = Asked(head: head)
    }

    private func answer(_ asked: Asked, context: ChannelHandlerContext) {
        isOver = true
        let crossOrigin = Self.crossOrigin(loop.admission.allowedOrigin(loop.fields(of: asked.head, from: context.channel)))
        guard asked.head.method != .OPTIONS else {
            var answer = Answer(EngineIOResponse(status: 204, contentType: "text/plain", body: ""))
            answer.extra = Self.preflight(crossOrigin, "GET, POST")
            return write(answer, isHead: false, context: context)
        }
        let response = loop.answer(asked.head, body: asked.text, from: context.channel)
        let status = HTTPResponseStatus(statusCode: response.status)
        let extra = crossOrigin + response.fields.map { ($0.name, $0.value) }
        write(Answer(status: status, body: response.body, extra: extra), isHead: asked.head.method == .HEAD, context: context)
    }

    // MARK: - Everything else

    private static let paths: JSON = .array(["/healthz", "/readyz", "/metrics", "/ws", "/socket.io/", "/peerjs", "/v1/"])

    private func answer(to head: HTTPRequestHead, _ path: String, from channel: any Channel) -> Answer {
        let fields = loop.fields(of: head, from: channel)
        if let refusal = loop.admission.refusesHost(fields) { return Self.refused(refusal) }
        let peerJS = head.method == .GET ? loop.peerJS.answer(path: path) : nil
        guard ["/healthz", "/readyz", "/metrics", "/ws"].contains(path) || peerJS != nil else {
            return Answer(status: .notFound, body: ["error": "not_found", "paths": Self.paths])
        }
        guard head.method == .GET || head.method == .HEAD else {
            return Answer(status: .methodNotAllowed, body: ["error": "only GET and HEAD"], extra: [("Allow", "GET, HEAD")])
        }
        switch path {
        case "/healthz":
            return Answer(status: .ok, body: ["status": "ok"])
        case "/readyz":
            let isDraining = loop.front.isDraining
            let store = loop.store?.counts
            let isReady = !isDraining && store?.error == nil
            var checks: JSONObject = ["draining": .bool(isDraining)]
            if let store {
                checks["store"] = .object([
                    "dropped": .integer(Int64(store.dropped)), "error": store.error.map { .string($0) } ?? .null,
                    "place": .string(store.place), "waiting": .integer(Int64(store.waiting)),
                ])
            }
            let body: JSONObject = [
                "ready": .bool(isReady),
                "checks": .object(checks),
                "connections": .integer(Int64(loop.front.connectionCount)),
                "rooms": .integer(Int64(loop.front.roomCount)),
                "participants": .integer(Int64(loop.front.participantCount)),
            ]
            return Answer(status: isReady ? .ok : .serviceUnavailable, body: body)
        case "/metrics":
            if let refusal = loop.admission.refusesOperator(fields) { return Self.refused(refusal) }
            return Answer(EngineIOResponse(status: 200, contentType: MetricsText.contentType, body: loop.metricsText))
        case "/ws":
            if let refusal = loop.admission.refusesUpgrade(fields) { return Self.refused(refusal) }
            return Answer(
                status: .upgradeRequired, body: ["error": "a WebSocket upgrade (RFC 6455, version 13) is needed here"],
                extra: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
        default:
            if let refusal = loop.admission.refusesOrigin(fields) { return Self.refused(refusal) }
            guard let peerJS else { return Answer(status: .notFound, body: ["error": "not_found", "paths": Self.paths]) }
            return Answer(peerJS, extra: Self.crossOrigin(loop.admission.allowedOrigin(fields)))
        }
    }

    private static func refused(_ refusal: Admission.Refusal) -> Answer {
        Answer(status: HTTPResponseStatus(statusCode: refusal.status), body: ["error": .string(refusal.message)])
    }

    private func write(_ answer: Answer, isHead: Bool, context: ChannelHandlerContext) {
        let body = context.channel.allocator.buffer(string: answer.body)
        var headers = HTTPHeaders([
            ("Content-Type", answer.contentType), ("Content-Length", "\(body.readableBytes)"), ("Cache-Control", "no-store"),
            ("Connection", answer.isKeptAlive ? "keep-alive" : "close"),
        ])
        headers.add(contentsOf: answer.extra)
        if let request {
            headers.add(name: "X-Request-Id", value: "\(request.id)")
            let isRoutine = ["/healthz", "/readyz", "/metrics"].contains(request.path) || loop.isEngineIO(request.path)
            loop.write(
                LogLine(
                    isRoutine ? .debug : .info, "http",
                    [
                        "method": .string(request.method), "path": .string(String(request.path.prefix(128))),
                        "request": .integer(Int64(clamping: request.id)), "status": .integer(Int64(answer.status.code)),
                    ]))
        }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead, body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if answer.isKeptAlive {
            if !isSkipping { requestGuard.rearm() }
        } else {
            context.closeAfterReading()
        }
    }
}
