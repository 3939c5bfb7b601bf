internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket
internal import RTCCore

/// A WebSocket client's connection on its event loop (RFC 6455): text both ways, pings answered, close codes both ways.
///
///             open            upgraded            close
///      idle ───────▶ opening ──────────▶ open ─────────▶ closing
///                       │                  │                │
///                       └───── failed ─────┴── their Close ─┴──▶ over
///
/// All `func`s without an underlined section below may be called from any thread; events come on the event loop.
final class SignalingConnection: Sendable {
    /// How long the other side has to answer a Close frame.
    static let closingTimeout = TimeAmount.seconds(2)

    private struct State {
        enum Phase { case idle, opening, open, closing, over }
        var phase = Phase.idle
        var target = ""
        var channel: (any Channel)?
        var handshakeLimit: Scheduled<Void>?
        var unsent: [String] = []
        var pauses = 0
        /// What this side asked to close with.
        var ownClose: (code: UInt16, reason: String)?
    }

    let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let gone: EventLoopPromise<Void>
    private let deliver: @Sendable (SignalingEvent) -> Void

    init(on loop: any EventLoop, deliver: @escaping @Sendable (SignalingEvent) -> Void) {
        self.loop = loop
        self.deliver = deliver
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: loop)
        gone = loop.makePromise()
    }

    /// Fulfilled when nothing is left of the connection, its descriptor included. Every connection must be opened once.
    var whenGone: EventLoopFuture<Void> { gone.futureResult }

    func open(_ url: String, subprotocol: String?, within timeout: Duration) {
        loop.execute { self.connect(url, subprotocol, timeout) }
    }

    func send(_ text: String) {
        loop.execute { self.write(text) }
    }

    func close(code: UInt16, reason: String) {
        loop.execute { self.beginClosing(code, reason) }
    }

    /// Reads nothing for a while, so that not even a ping is answered.
    func pauseReading(for duration: Duration) {
        loop.execute { self.pause(.nanoseconds(duration.inNanoseconds)) }
    }

    /// Drops the connection without a word.
    func abandon() {
        loop.execute {
            self.state.value.phase = .over
            self.state.value.handshakeLimit?.cancel()
            self.state.value.channel?.close(promise: nil)
        }
    }

    // MARK: - Opening, on the event loop

    private func connect(_ text: String, _ subprotocol: String?, _ timeout: Duration) {
        guard state.value.phase == .idle else {
            gone.succeed()
            return
        }
        state.value.phase = .opening
        state.value.target = text
        let url: SignalingURL
        do {
            url = try SignalingURL(text)
        } catch {
            fail(.badURL(error.description))
            gone.succeed()
            return
        }
        state.value.target = url.authority
        let limit = TimeAmount.nanoseconds(max(1, timeout.inNanoseconds))
        state.value.handshakeLimit = loop.scheduleTask(in: limit) {
            self.fail(self.state.value.channel == nil ? .timeout(timeout) : .handshakeTimeout(timeout))
        }
        let handshake = WebSocketHandshake(url: url, subprotocol: subprotocol, connection: self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try handshake.install(in: channel) }
            }
        let connecting: EventLoopFuture<any Channel>
        if let address = try? SocketAddress(ipAddress: url.host, port: Int(url.port)) {
            connecting = bootstrap.connect(to: address)
        } else {
            connecting = bootstrap.connect(host: url.host, port: Int(url.port))
        }
        connecting.whenComplete { result in
            switch result {
            case .success(let channel):
                self.connected(channel)
            case .failure(let error):
                self.fail(SignalingFailure(error, host: url.host, timeout: timeout))
                self.gone.succeed()
            }
        }
    }

    private func connected(_ channel: any Channel) {
        state.value.channel = channel
        channel.closeFuture.whenComplete { _ in self.channelClosed() }
        if state.value.phase == .over {
            channel.close(promise: nil)
        } else if state.value.pauses > 0 {
            channel.setOption(.autoRead, value: false).whenFailure { _ in }
        }
    }

    /// The handshake is complete and frames can flow.
    func upgraded() {
        guard state.value.phase == .opening else { return }
        state.value.handshakeLimit?.cancel()
        state.value.phase = .open
        deliver(.opened)
        for text in state.value.unsent { write(text) }
        state.value.unsent = []
    }

    /// Ends the connection with a reason, unless it has ended before.
    func fail(_ failure: SignalingFailure) {
        finish(code: nil, reason: failure.reason(state.value.target))
        state.value.channel?.close(promise: nil)
    }

    private func finish(code: UInt16?, reason: String) {
        guard state.value.phase != .over else { return }
        state.value.phase = .over
        state.value.handshakeLimit?.cancel()
        deliver(.closed(code: code, reason: reason))
    }

    private func channelClosed() {
        if let ownClose = state.value.ownClose {
            finish(code: ownClose.code, reason: ownClose.reason)
        } else {
            finish(code: nil, reason: SignalingFailure.broken.reason(state.value.target))
        }
        state.value.channel = nil
        gone.succeed()
    }

    // MARK: - Frames, on the event loop

    private func write(_ text: String) {
        switch state.value.phase {
        case .idle, .opening:
            state.value.unsent.append(text)
        case .open:
            write(.text, state.value.channel?.allocator.buffer(string: text))
        case .closing, .over:
            break
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer?, promise: EventLoopPromise<Void>? = nil) {
        guard let channel = state.value.channel, let data else {
            promise?.succeed()
            return
        }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        channel.writeAndFlush(frame, promise: promise)
    }

    func received(_ text: String) {
        guard state.value.phase == .open || state.value.phase == .closing else { return }
        deliver(.received(text))
    }

    func receivedPing(_ data: ByteBuffer) {
        guard state.value.phase == .open else { return }
        write(.pong, data)
    }

    func receivedClose(code: UInt16?, reason: String) {
        let wasAsked = state.value.ownClose != nil
        if !wasAsked {
            let written = loop.makePromise(of: Void.self)
            let channel = state.value.channel
            write(.connectionClose, closePayload(code: code, reason: ""), promise: written)
            written.futureResult.whenComplete { _ in channel?.close(promise: nil) }
        } else {
            state.value.channel?.close(promise: nil)
        }
        finish(code: code ?? 1005, reason: reason)
    }

    private func beginClosing(_ code: UInt16, _ reason: String) {
        switch state.value.phase {
        case .idle, .opening:
            finish(code: nil, reason: "closed before it was open")
            state.value.channel?.close(promise: nil)
        case .open:
            state.value.phase = .closing
            state.value.ownClose = (code, reason)
            write(.connectionClose, closePayload(code: code, reason: reason))
            let channel = state.value.channel
            loop.scheduleTask(in: Self.closingTimeout) { channel?.close(promise: nil) }
        case .closing, .over:
            break
        }
    }

    /// A Close frame's body; the reason is cut to what a control frame holds (RFC 6455 §5.5).
    private func closePayload(code: UInt16?, reason: String) -> ByteBuffer {
        var payload = ByteBuffer()
        guard let code else { return payload }
        payload.writeInteger(code)
        var text = reason
        while text.utf8.count > 123 { text.removeLast() }
        payload.writeString(text)
        return payload
    }

    // MARK: - Blackouts, on the event loop

    private func pause(_ duration: TimeAmount) {
        state.value.pauses += 1
        setReading(false)
        loop.scheduleTask(in: duration) {
            self.state.value.pauses -= 1
            if self.state.value.pauses == 0 { self.setReading(true) }
        }
    }

    private func setReading(_ isReading: Bool) {
        state.value.channel?.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }
}
