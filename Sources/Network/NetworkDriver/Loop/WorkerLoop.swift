internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore

/// What a worker's thread runs: one epoll instance, the sockets of its machines, their deadlines and their mail.
///
/// Made, used and emptied on that thread alone.
final class WorkerLoop {
    struct SocketSlot {
        var descriptor: Int32
        var host: Host
        var local: SocketAddress
        /// Told apart from an earlier socket in the same place.
        var generation: UInt32
        /// The kernel's count of drops when last seen.
        var drops: UInt32
        /// The machine has closed it.
        var isClosed = false
    }

    static let mailboxToken = UInt64.max
    static let eventCapacity = 256
    static let publishInterval: Int64 = 10_000_000
    static let mappingInterval: Int64 = 1_000_000_000

    let configuration: WorkerConfiguration
    let clock: DriverClock
    let shared: WorkerShared

    private let granularity: UInt64

    let epoll: Int32
    var hosts: [Host] = []
    var timers = DeadlineHeap()
    var sockets: [SocketSlot?] = []
    var freeSockets: [Int] = []
    /// Of sockets and streams.
    var socketGeneration: UInt32 = 0
    var streams: [MachineStream?] = []
    var freeStreams: [Int] = []
    /// Whom streams with TLS trust; read with the first.
    var trust: TLSTrust?
    /// Whom signaling over TLS trusts; read with the first.
    var signalingTrust: TLSTrust?
    let streamBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 64)
    var letters: [Mail] = []
    var isStopping = false

    let slab: OpaquePointer
    let received: UnsafeMutablePointer<starling_received>
    let tokens: UnsafeMutablePointer<UInt64>
    var batch: DatagramBatch
    let outgoing: UnsafeMutablePointer<starling_outgoing>
    var outgoingCount = 0
    var segmentation: Int32

    var programs: [UInt64: ProgramConnection] = [:]
    /// Signaling connections so far, programs among them.
    var connectionCount: UInt64 = 0
    /// Those with something to send at the end of the turn.
    var unflushed: [WebSocketConnection] = []

    var health = WorkerHealth()
    var sent = starling_sent()
    var published = Instant.origin
    var mapping: RealtimeMapping
    var mapped = Instant.origin

    init(shared: WorkerShared, configuration: WorkerConfiguration, clock: DriverClock) {
        precondition(configuration.receiveBatch > 0 && configuration.sendBatch > 0, "a batch holds at least one datagram")
        self.shared = shared
        self.configuration = configuration
        self.clock = clock
        granularity = UInt64(max(0, configuration.timerGranularity.inNanoseconds))
        epoll = starling_epoll_new()
        precondition(epoll >= 0, "no descriptor left for a worker's epoll: \(errorText(-epoll))")
        guard let slab = starling_receive_slab_new(configuration.receiveBatch, DatagramBatch.slotSize) else {
            preconditionFailure("no memory for a worker's receive slab")
        }
        self.slab = slab
        received = .allocate(capacity: configuration.receiveBatch)
        tokens = .allocate(capacity: Self.eventCapacity)
        batch = DatagramBatch(capacity: configuration.sendBatch)
        outgoing = .allocate(capacity: configuration.sendBatch)
        segmentation = configuration.usesSegmentation ? 1 : 0
        mapping = clock.mapRealtime()
        mapped = clock.now
        let added = starling_epoll_add(epoll, shared.mailbox.descriptor, Self.mailboxToken)
        precondition(added == 0, "a worker cannot watch its mailbox: \(errorText(-added))")
    }

    deinit {
        starling_receive_slab_free(slab)
        received.deallocate()
        tokens.deallocate()
        outgoing.deallocate()
        streamBuffer.deallocate()
    }

    /// Runs until ``Mail/stop`` comes, then closes all that is open.
    func run() {
        while !isStopping {
            let count = starling_epoll_wait(epoll, tokens, Int32(Self.eventCapacity), timeout())
            precondition(count >= 0, "a worker cannot wait: \(errorText(-count))")
            health.turns += 1
            starling_use_huge_pages()
            for index in 0..<Int(count) {
                let token = tokens[index]
                if token == Self.mailboxToken {
                    takeMail()
                } else if token & Self.streamBit != 0 {
                    receiveStream(token)
                } else {
                    receive(token)
                }
            }
            fireTimers()
            if !unflushed.isEmpty { flushSignaling(at: clock.now) }
        }
        closeEverything()
    }

    /// Nanoseconds until something is due, or -1 for ever.
    private func timeout() -> Int64 {
        while let first = timers.first {
            guard let actual = hosts[first.slot].wakeAt else {
                timers.remove(first.slot)
                continue
            }
            guard actual > first.time else { break }
            timers.set(first.slot, to: actual)
        }
        let now = clock.now
        guard let first = timers.first else {
            publish(at: now)
            return -1
        }
        let wait = max(0, now.nanoseconds(to: roundedUp(first.time)))
        if wait >= Self.publishInterval || published.nanoseconds(to: now) >= Self.publishInterval { publish(at: now) }
        return wait
    }

    private func roundedUp(_ time: Instant) -> Instant {
        guard granularity > 1 else { return time }
        let rest = time.nanoseconds % granularity
        return rest == 0 ? time : Instant(nanoseconds: time.nanoseconds + granularity - rest)
    }

    private func fireTimers() {
        let turn = clock.now
        while let first = timers.first, first.time <= turn {
            let host = hosts[first.slot]
            guard let due = host.wakeAt else {
                timers.remove(first.slot)
                continue
            }
            guard due <= turn else {
                timers.set(first.slot, to: due)
                continue
            }
            let now = clock.now
            health.lag.record(nanoseconds: due.nanoseconds(to: now))
            serve(host, at: now)
            host.wakeAt = host.nextWake()
            guard let next = host.wakeAt else {
                timers.remove(first.slot)
                continue
            }
            if next <= now { health.immediateDeadlines += 1 }
            let nextTurn = Instant(nanoseconds: turn.nanoseconds + 1)
            timers.set(first.slot, to: max(next, nextTurn))
        }
    }

    /// Reads a machine's deadline again after something was done with it.
    func reschedule(_ host: Host) {
        host.wakeAt = host.nextWake()
        guard let wake = host.wakeAt else { return }
        if let scheduled = timers.time(of: host.slot), scheduled <= wake { return }
        timers.set(host.slot, to: wake)
    }

    /// Does all that is due for a machine.
    private func serve(_ host: Host, at now: Instant) {
        if host.machine == nil { begin(host, at: now) }
        guard let machine = host.machine else { return }
        if !host.webSockets.isEmpty { advanceSignaling(of: host, at: now) }
        if !host.isFinished {
            releaseIncoming(host, machine, at: now)
            pumpSignaling(host, at: now)
            if !host.streams.isEmpty { advanceStreams(of: host, at: now) }
            if let deadline = machine.deadline, deadline <= now { machine.advance(to: now) }
            drain(host, at: now)
        }
        releaseOutgoing(host, at: now)
        retireIfDone(host, at: now)
    }

    private func begin(_ host: Host, at now: Instant) {
        starling_use_huge_pages()
        let machine = host.machine(at: now)
        let visits = host.waitingVisits
        host.waitingVisits = []
        for visit in visits { visit(machine, host.report()) }
    }
}
