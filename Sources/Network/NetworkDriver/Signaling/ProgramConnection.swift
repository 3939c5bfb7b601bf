@preconcurrency internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import RTCCore

/// A child program on whose standard streams one machine's signaling goes, a line of text for each message.
///
///           open            started          close: end of its input
///      idle ───────▶ starting ──────▶ running ─────────────────────▶ closing ──▶ over
///                        │               │ its end            after 2 s: SIGTERM, after 4 s: SIGKILL
///                        └─ not started ─┴──────────────────────────────────────▶ over
///
/// What it writes to its standard error is kept, the last of it, and is a part of the reason when it ends by itself. It is over when it has ended
/// and what it had written is read. All but what is not private runs on the event loop.
final class ProgramConnection: Sendable {
    /// How much of its standard error is kept.
    private static let keptError = 4096
    private static let patience = TimeAmount.seconds(2)
    /// How often a program that has closed its output is looked after.
    private static let glance = TimeAmount.milliseconds(10)

    private struct State {
        enum Phase { case idle, running, closing, over }
        var phase = Phase.idle
        var process: pid_t = 0
        var channel: (any Channel)?
        var unsent: [String] = []
        var lines = ProgramLines()
        var errors: [UInt8] = []
        /// Standard output and standard error that are not at their end.
        var openStreams = 2
        var status: Int32?
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

    /// Fulfilled when nothing is left of it. Each must be opened once.
    var whenGone: EventLoopFuture<Void> { gone.futureResult }

    /// - Parameter url: The program's, see ``ProgramAddress``.
    func open(_ url: String) {
        loop.execute { self.start(ProgramAddress.command(in: url) ?? []) }
    }

    func send(_ text: String) {
        loop.execute { self.write(text) }
    }

    func close(code: UInt16, reason: String) {
        loop.execute {
            guard self.state.value.phase == .running else { return }
            self.state.value.phase = .closing
            self.state.value.ownClose = (code, reason)
            self.state.value.channel?.close(mode: .output, promise: nil)
            self.endLater()
        }
    }

    func abandon() {
        loop.execute {
            guard self.state.value.phase != .over else { return }
            self.state.value.phase = .over
            self.signal(SIGKILL)
        }
    }

    // MARK: - Starting, on the event loop

    private func start(_ command: [String]) {
        guard state.value.phase == .idle else { return gone.succeed() }
        state.value.phase = .running
        do throws(ProgramFailure) {
            let program = try ChildProgram(command)
            state.value.process = program.process
            attach(program)
        } catch {
            finish("the program '\(command.first ?? "")' cannot be started: \(error.reason)")
            gone.succeed()
        }
    }

    private func attach(_ program: ChildProgram) {
        let errors = NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamReader { self.tookError($0) })
                }
            }
            .takingOwnershipOfDescriptor(input: program.errors)
        errors.whenComplete { result in
            if case .success(let channel) = result {
                channel.closeFuture.whenComplete { _ in self.streamEnded() }
            } else {
                self.streamEnded()
            }
        }
        let lines = NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamReader { self.took($0) })
                }
            }
            .takingOwnershipOfDescriptors(input: program.output, output: program.input)
        lines.whenComplete { result in
            switch result {
            case .success(let channel):
                self.state.value.channel = channel
                channel.closeFuture.whenComplete { _ in self.streamEnded() }
                guard self.state.value.phase == .running else { return }
                self.deliver(.opened)
                for text in self.state.value.unsent { self.write(text) }
                self.state.value.unsent = []
            case .failure:
                self.signal(SIGKILL)
                self.streamEnded()
            }
        }
    }

    private func write(_ text: String) {
        guard state.value.phase == .running else { return }
        guard text.utf8.count <= ProgramLines.longest else {
            finish("a line of more than \(ProgramLines.longest) bytes was to be written to the program")
            return signal(SIGKILL)
        }
        guard let channel = state.value.channel else { return state.value.unsent.append(text) }
        channel.writeAndFlush(channel.allocator.buffer(string: text + "\n"), promise: nil)
    }

    // MARK: - Reading, on the event loop

    private func took(_ buffer: ByteBuffer) {
        guard state.value.phase == .running || state.value.phase == .closing else { return }
        state.value.lines.put(buffer.readableBytesView)
        while let line = state.value.lines.next() { deliver(.received(line)) }
        if state.value.lines.isBroken {
            finish("the program wrote a line of more than \(ProgramLines.longest) bytes")
            signal(SIGKILL)
        }
    }

    private func tookError(_ buffer: ByteBuffer) {
        state.value.errors += buffer.readableBytesView
        let extra = state.value.errors.count - Self.keptError
        if extra > 0 { state.value.errors.removeFirst(extra) }
    }

    // MARK: - Ending, on the event loop

    private func streamEnded() {
        state.value.openStreams -= 1
        guard state.value.openStreams == 0 else { return }
        if state.value.phase == .running { endLater() }
        look()
    }

    /// Waits for its end; nobody else does.
    private func look() {
        var status: Int32 = 0
        guard waitpid(state.value.process, &status, WNOHANG) == state.value.process else {
            loop.scheduleTask(in: Self.glance) { self.look() }
            return
        }
        state.value.status = status
        let last = String(decoding: state.value.errors, as: UTF8.self).split(separator: "\n").last.map { ": \($0)" } ?? ""
        let signal = status & 0x7F
        let how = signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
        finish("the program ended with \(how)\(last)")
        gone.succeed()
    }

    private func endLater() {
        loop.scheduleTask(in: Self.patience) {
            self.signal(SIGTERM)
            self.loop.scheduleTask(in: Self.patience) { self.signal(SIGKILL) }
        }
    }

    private func signal(_ number: Int32) {
        guard state.value.process > 0, state.value.status == nil else { return }
        kill(-state.value.process, number)
    }

    private func finish(_ reason: String) {
        guard state.value.phase != .over else { return }
        state.value.phase = .over
        deliver(.closed(code: state.value.ownClose?.code, reason: state.value.ownClose?.reason ?? reason))
    }
}

/// Hands on what comes.
private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let take: (ByteBuffer) -> Void

    init(_ take: @escaping (ByteBuffer) -> Void) {
        self.take = take
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
