internal import NIOCore

/// Something that carries a machine's signaling: a connection, or a program that speaks for a server.
protocol SignalingWire: Sendable {
    /// Fulfilled when nothing is left of it. Each must be opened once.
    var whenGone: EventLoopFuture<Void> { get }
    func open(_ url: String, subprotocol: String?, within timeout: Duration)
    func send(_ text: String)
    func close(code: UInt16, reason: String)
    /// Ends it without a word.
    func abandon()
    /// Reads nothing for a while.
    func pauseReading(for duration: Duration)
}

extension SignalingConnection: SignalingWire {}
