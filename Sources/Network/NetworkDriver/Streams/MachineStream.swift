internal import CStarlingSocket
internal import RTCCore

/// One byte stream of a machine: a TCP connection, with TLS where it was asked for.
///
///               connected            handshake, or no TLS
///   connecting ───────────▶ securing ────────────────────▶ open
///       │                      │                             │
///       └──────── 5 s, refused, broken, untrusted ───────────┴──▶ gone
final class MachineStream {
    enum Phase {
        case connecting
        case securing
        case open
    }

    /// For whom it is there.
    enum Owner {
        /// The machine itself, which has a number of its own for it.
        case machine(token: UInt64)
        case signaling(WebSocketConnection)
    }

    /// What it keeps unsent at most of a machine's, in bytes: what half a second of video takes. What comes on top is dropped, a whole write at
    /// a time.
    static let unsentLimit = 128 * 1024

    let owner: Owner
    let target: StreamTarget
    let descriptor: Int32
    let local: SocketAddress
    /// Its place in the worker's table of streams, and what tells it from earlier ones there.
    let index: Int
    let generation: UInt32
    unowned let host: Host
    let openBy: Instant
    let tls: TLSClient?
    var phase = Phase.connecting
    /// A blackout lasts until then: nothing is read or written.
    var heldUntil: Instant?
    private(set) var unsent: [UInt8] = []
    private var sent = 0
    /// What epoll was told last.
    private var isReading = false
    private var isWriting = false

    init(
        owner: Owner, target: StreamTarget, descriptor: Int32, local: SocketAddress, index: Int, generation: UInt32, host: Host,
        openBy: Instant, tls: TLSClient?
    ) {
        self.owner = owner
        self.target = target
        self.descriptor = descriptor
        self.local = local
        self.index = index
        self.generation = generation
        self.host = host
        self.openBy = openBy
        self.tls = tls
    }

    var epollToken: UInt64 { UInt64(generation) << 32 | UInt64(index) | WorkerLoop.streamBit }

    /// The machine's number for it.
    var token: UInt64? {
        if case .machine(let token) = owner { token } else { nil }
    }

    /// All that was written has been sent.
    var isDone: Bool { sent == unsent.count }

    private var limit: Int {
        switch owner {
        case .machine: Self.unsentLimit
        case .signaling: WebSocketConnection.unsentLimit
        }
    }

    /// When its worker must look after it.
    var deadline: Instant? {
        earliest(phase == .open ? nil : openBy, heldUntil)
    }

    /// Puts all of it behind what is unsent; `false` where that would be too much, or there is no way to send it yet.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard phase == .open, unsent.count - sent + bytes.count <= limit else { return false }
        if let tls { return tls.write(bytes) }
        unsent.append(contentsOf: bytes)
        return true
    }

    /// Moves what the handshake and the records want sent behind what is unsent.
    func takeRecords(by buffer: UnsafeMutableRawBufferPointer) {
        guard let tls else { return }
        while true {
            let count = tls.take(into: buffer)
            guard count > 0 else { return }
            unsent.append(contentsOf: buffer[..<count])
        }
    }

    /// Sends what the system takes.
    ///
    /// - Returns: An errno where the connection is broken.
    func flush() -> Int32? {
        guard heldUntil == nil, phase != .connecting else { return nil }
        var failure: Int32?
        unsent.withUnsafeBytes { bytes in
            while sent < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = starling_tcp_send(descriptor, rest.baseAddress, rest.count)
                guard count > 0 else {
                    if starling_would_block(count) == 0 { failure = Int32(truncatingIfNeeded: -count) }
                    return
                }
                sent += Int(count)
            }
        }
        if sent == unsent.count {
            unsent.removeAll(keepingCapacity: unsent.capacity <= Self.unsentLimit)
            sent = 0
        } else if sent > Self.unsentLimit / 2 {
            unsent.removeFirst(sent)
            sent = 0
        }
        return failure
    }

    /// Tells epoll what is waited for.
    func watch(_ epoll: Int32) {
        let isHeld = heldUntil != nil
        let reads = !isHeld && phase != .connecting
        let writes = !isHeld && (phase == .connecting || sent < unsent.count)
        guard reads != isReading || writes != isWriting else { return }
        isReading = reads
        isWriting = writes
        _ = starling_epoll_watch(epoll, descriptor, epollToken, reads ? 1 : 0, writes ? 1 : 0)
    }
}
