import AccessCore
import NIOCore
import NIOPosix
import Operations
import RTCCore
import RTCCrypto
import RoomCore
import SignalingProtocol
import Store

/// Carries what happens in the rooms to the store: decides on the event loop, writes on a thread of its own.
///
/// Nothing in the rooms ever waits for it. Only the event loop touches it.
final class StoreKeeper {
    /// What was found in a store when it was opened.
    struct Opened: Sendable {
        let store: any StoreBackend
        let opening: StoreOpening
        let key: String
        let thread: NIOThreadPool
        /// For what only reads.
        let reading: NIOThreadPool

        /// Ends the threads, once what they were told is done.
        func close() async {
            try? await thread.shutdownGracefully()
            try? await reading.shutdownGracefully()
            store.close()
        }
    }

    private let opened: Opened
    private let eventLoop: any EventLoop
    private let timing: StoreTiming
    private let now: () -> Instant
    private let unixMilliseconds: Int64
    private var journal: Journal
    private(set) var chronicle: Chronicle
    private var timer: (task: Scheduled<Void>, at: Instant)?
    private var heartbeat: RepeatedTask?
    private var sweep: RepeatedTask?
    private var whenWritten: EventLoopPromise<Void>?
    private var isOver = false
    private var writes = MetricHistogram.seconds
    private var lastError: String?

    /// Makes a store ready, and takes over what earlier servers left in it. Waits on a thread that it begins.
    ///
    /// - Parameter unixMilliseconds: The wall clock, now.
    static func open(_ store: any StoreBackend, at unixMilliseconds: Int64) async throws -> Opened {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let reading = NIOThreadPool(numberOfThreads: 1)
        reading.start()
        let fresh = (0..<4).map { _ in UInt64.random(in: .min ... .max) }
        do {
            return try await thread.runIfActive {
                try store.prepare()
                let key = try store.key(orElse: fresh.map { hexadecimal($0) }.joined())
                let opening = try StoreOpening(store, at: unixMilliseconds)
                let chronicle = Chronicle(server: opening.server) { $0 }
                try store.write(opening.closing + [chronicle.serverStarted(version: ServerVersion.current, at: unixMilliseconds)])
                return Opened(store: store, opening: opening, key: key, thread: thread, reading: reading)
            }
        } catch {
            try? await thread.shutdownGracefully()
            try? await reading.shutdownGracefully()
            throw error
        }
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let text = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// - Parameters:
    ///   - now: The event loop's clock.
    ///   - unixMilliseconds: The wall clock at its origin.
    init(
        _ opened: Opened, timing: StoreTiming, eventLoop: any EventLoop, now: @escaping () -> Instant, unixMilliseconds: Int64
    ) {
        self.opened = opened
        self.timing = timing
        self.eventLoop = eventLoop
        self.now = now
        self.unixMilliseconds = unixMilliseconds
        journal = Journal(timing: timing.journal, limits: timing.limits)
        chronicle = Chronicle(server: opened.opening.server, veil: Self.veil(opened.key))
    }

    /// Hides what a text says with the key of the store (HMAC-SHA1, RFC 2104).
    static func veil(_ key: String) -> @Sendable (String) -> String {
        { text in
            let code = HMACSHA1(key: Array(key.utf8))
            let bytes = [UInt8](unsafeUninitializedCapacity: HMACSHA1.size) { out, count in
                Array(text.utf8).withUnsafeBytes { code.authenticate($0, into: UnsafeMutableRawBufferPointer(out)) }
                count = HMACSHA1.size
            }
            return bytes.reduce(into: "") { $0 += hexadecimal(UInt64($1)).suffix(2) }
        }
    }

    /// What earlier servers were told not to let in, and the one-time tokens that they saw.
    func restore(_ gate: inout Gate) {
        let revocations = opened.opening.revocations.compactMap { stored in
            stored.token.map { Revocation.token($0) } ?? stored.identity.map { .identity($0) }
        }
        gate.restore(revocations, veil: Self.veil(opened.key))
        gate.restore(opened.opening.spentTokens)
    }

    /// Bans of earlier servers, and the beat of this one.
    func begin(_ core: inout RoomCore) {
        core.restore(opened.opening.bans, veil: Self.veil(opened.key))
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        heartbeat = eventLoop.scheduleRepeatedTask(
            initialDelay: .nanoseconds(timing.heartbeat.inNanoseconds), delay: .nanoseconds(timing.heartbeat.inNanoseconds)
        ) { _ in bound.value.beat() }
        guard timing.retention != nil else { return }
        sweep = eventLoop.scheduleRepeatedTask(
            initialDelay: .zero, delay: .nanoseconds(timing.sweep.inNanoseconds)
        ) { _ in bound.value.sweepOut() }
    }

    /// The wall clock.
    var unixNow: Int64 { unixMilliseconds + Int64(now().nanoseconds / 1_000_000) }

    var counts: StoreCounts {
        StoreCounts(
            place: opened.store.place, waiting: journal.waiting, written: journal.written, dropped: journal.dropped,
            failures: journal.failures, error: lastError, writes: writes)
    }

    /// Takes down what has happened.
    func take(_ record: RoomRecord) {
        for write in chronicle.write(record, at: unixNow) { journal.add(write, now: now()) }
        setTimer()
    }

    /// Takes down how calls went.
    ///
    /// - Returns: Whether this server knows the participant, or did until lately.
    func take(_ calls: [CallReport], of participant: String) -> Bool {
        guard chronicle.knows(participant) else { return false }
        for write in chronicle.write(calls, of: participant, at: unixNow) { journal.add(write, now: now()) }
        setTimer()
        return true
    }

    private func beat() {
        journal.add(chronicle.serverSeen(at: unixNow), now: now())
        setTimer()
    }

    // MARK: - Writing

    private func setTimer() {
        guard !isOver, let deadline = journal.deadline else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let wait = TimeAmount.nanoseconds(max(0, (deadline - now()).inNanoseconds))
        timer = (eventLoop.scheduleTask(in: wait) { bound.value.due() }, deadline)
    }

    private func due() {
        timer = nil
        write(isLast: false)
        setTimer()
    }

    private func write(isLast: Bool) {
        guard !isOver, var batch = journal.nextBatch(now: now(), isLast: isLast) else { return }
        batch.append(chronicle.serverSeen(at: unixNow))
        let store = opened.store
        let began = now()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        opened.thread.runIfActive(eventLoop: eventLoop) { [batch] in try store.write(batch) }
            .whenComplete { result in bound.value.written(result, began: began) }
    }

    private func written(_ result: Result<Void, any Error>, began: Instant) {
        guard !isOver else { return }
        writes.add((now() - began).inSeconds)
        switch result {
        case .success:
            lastError = nil
            journal.finished(now: now())
        case .failure(let error):
            lastError = "\(error)"
            journal.failed(now: now())
        }
        if let whenWritten {
            // A store that fails now is not waited for.
            guard journal.waiting > 0, !journal.isFailing else {
                self.whenWritten = nil
                whenWritten.succeed(())
                return
            }
            write(isLast: true)
            return
        }
        setTimer()
    }

    private func sweepOut() {
        guard !isOver, let retention = timing.retention else { return }
        sweep(StoreTable.all[...], before: unixNow - retention.inNanoseconds / 1_000_000)
    }

    /// A few rows at a time, so that batches come in between.
    private func sweep(_ tables: ArraySlice<StoreTable>, before: Int64) {
        guard !isOver, let table = tables.first else { return }
        let store = opened.store
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let most = Self.sweptAtOnce
        opened.thread.runIfActive(eventLoop: eventLoop) { try store.remove(from: table, endedBefore: before, most: most) }
            .whenSuccess { count in
                bound.value.sweep(count < most ? tables.dropFirst() : tables, before: before)
            }
    }

    private static let sweptAtOnce = 500

    /// Reads through a way in of its own, so that no batch waits for it.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreBackend) throws -> Value
    ) -> EventLoopFuture<Value> {
        let opened = opened
        return opened.reading.runIfActive(eventLoop: eventLoop) {
            let reader = try opened.store.reader()
            defer { if reader !== opened.store { reader.close() } }
            return try body(reader)
        }
    }

    // MARK: - The end

    private func endTimers() {
        timer?.task.cancel()
        timer = nil
        heartbeat?.cancel()
        sweep?.cancel()
    }

    /// Writes what still waits, and that the server stopped. The future succeeds when it is written, or cannot be.
    func finish(reason: String) -> EventLoopFuture<Void> {
        endTimers()
        journal.add(chronicle.serverStopped(reason: reason, at: unixNow), now: now())
        let promise = eventLoop.makePromise(of: Void.self)
        whenWritten = promise
        write(isLast: true)
        return promise.futureResult
    }

    /// As a process that is killed: what waits is lost.
    func abandon() {
        isOver = true
        endTimers()
    }
}
