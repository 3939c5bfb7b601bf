public import RTCCore

/// A machine to which others may open streams, in the simulation; on real sockets servers listen by their own means.
public protocol StreamListener: HostedMachine {
    /// Somebody opens a stream; whether it is taken. TLS is not simulated: such a stream arrives as it was written.
    ///
    /// - Parameters:
    ///   - stream: What the machine calls it from now on.
    ///   - local: Where the stream was opened to.
    ///   - remote: As it looks from here.
    func accept(stream: UInt64, at local: SocketAddress, from remote: SocketAddress, now: Instant) -> Bool
}
