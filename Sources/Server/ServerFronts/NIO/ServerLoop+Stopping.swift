import NIOCore
import Operations
import SignalingProtocol

/// The end of a server.
extension ServerLoop {
    /// Tells all clients to go. The future succeeds when they have gone.
    func drain() -> EventLoopFuture<Void> {
        write(LogLine(.info, "draining", ["connections": .integer(Int64(channels.count))]))
        front.drain(now: now)
        engineIO.drain(now: now)
        peerJS.drain(now: now)
        pump()
        // order: each only closes
        for answers in kept.values { answers.closeIdle() }
        guard !channels.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
        let promise = whenEmpty ?? eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        return promise.futureResult
    }

    /// Writes down that the server stopped, behind everything else.
    func finishStore() -> EventLoopFuture<Void> {
        guard let store else { return eventLoop.makeSucceededVoidFuture() }
        takeRecords()
        return store.finish(reason: "stopped")
    }

    /// Closes what is still open.
    func closeAll() {
        alerts?.end()
        write(LogLine(.info, "stopped"))
        timer?.task.cancel()
        timer = nil
        for channel in channels.values { channel.close(promise: nil) }
    }
}
