public import NetworkImpairment
public import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCWire

/// A TURN server (RFC 8656) as a machine, for the simulation: UDP and streams to clients, UDP to peers, long-term and ephemeral
/// credentials, permissions, channels, lifetimes. It never finishes.
///
///     client ── request, ChannelData, Send ──▶ first socket or stream ──┐
///                                                                      allocation ── its own socket ──▶ peer
///     client ◀── answer, ChannelData, Data ────────────────────────────┘
public final class RelayHost: StreamListener {
    /// What it has done so far.
    public struct Statistics: Hashable, Sendable {
        public var allocations = 0
        /// Requests, and streams beyond those that may be open.
        public var refused = 0
        public var released = 0
        /// Datagrams from clients to peers.
        public var relayedOut = 0
        /// Datagrams from peers to clients.
        public var relayedIn = 0
        /// Of those, without a channel.
        public var indications = 0
        /// From peers without permission, or for peers without.
        public var unpermitted = 0
        public var malformed = 0
    }

    /// Bytes of a client's or a peer's datagram: with an indication around it, it fits a slot.
    static let longestDatagram = DatagramBatch.slotSize - 64

    let configuration: RelayConfiguration
    public internal(set) var statistics = Statistics()
    var allocations: [Allocation] = []
    private var first: SocketAddress?
    private var requests: [HostRequest] = [.openSocket(token: 0)]
    private var outgoing: [(way: Way, bytes: [UInt8])] = []
    private var streams: [(token: UInt64, remote: SocketAddress, frames: TURNFrames)] = []
    private var nextToken: UInt64 = 1
    private var isDead = false

    public init(_ configuration: RelayConfiguration) {
        self.configuration = configuration
    }

    /// Where clients find it; `nil` before its socket is open.
    public var address: SocketAddress? { first }

    /// Allocations that stand.
    public var allocationCount: Int { allocations.count { $0.relayed != nil } }

    // MARK: - HostedMachine

    public var deadline: Instant? {
        guard !isDead else { return nil }
        var next = configuration.diesAt
        for allocation in allocations { next = earliest(next, allocation.expiresAt) }
        return next
    }

    public func advance(to now: Instant) {
        if let diesAt = configuration.diesAt, now >= diesAt, !isDead {
            isDead = true
            for stream in streams { requests.append(.closeStream(token: stream.token)) }
            outgoing.removeAll()
            return
        }
        for allocation in allocations where allocation.expiresAt <= now { end(allocation) }
        allocations.removeAll { $0.expiresAt <= now }
    }

    func end(_ allocation: Allocation) {
        if let relayed = allocation.relayed { requests.append(.closeSocket(local: relayed)) }
    }

    public func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .socketOpened(0, let local): first = local
        case .socketOpened(let token, let local): opened(token, local, now)
        case .streamClosed(let token, _): forget(stream: token)
        default: break
        }
    }

    private func forget(stream: UInt64) {
        streams.removeAll { $0.token == stream }
        for allocation in allocations where allocation.client.stream == stream { end(allocation) }
        allocations.removeAll { $0.client.stream == stream }
    }

    private func opened(_ token: UInt64, _ local: SocketAddress, _ now: Instant) {
        guard let allocation = allocations.first(where: { $0.token == token }) else {
            requests.append(.closeSocket(local: local))
            return
        }
        allocation.relayed = local
        statistics.allocations += 1
        if let answer = allocation.waiting {
            allocation.waiting = nil
            send(to: allocation.client) { slot in
                var writer = STUNWriter(slot, .success, .allocate, answer.id)
                writer.append(.xorRelayedAddress, xor: local)
                writer.append(.xorMappedAddress, xor: allocation.client.remote)
                writer.append(.lifetime, allocation.lifetime)
                answer.key.sign(&writer)
                return writer.finish()
            }
        }
    }

    /// Opens a socket for a new allocation, whose answer waits for it.
    func allocate(_ client: Way, user: String, lifetime: UInt32, _ answer: PendingAnswer, _ now: Instant) {
        let allocation = Allocation(
            client: client, user: user, token: nextToken, lifetime: lifetime, expiresAt: now + .seconds(Int64(lifetime)),
            request: answer.id)
        nextToken += 1
        allocation.waiting = answer
        allocations.append(allocation)
        requests.append(.openSocket(token: allocation.token))
    }

    public func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {
        guard !isDead else { return }
        datagram.withUnsafeMutableBytes { bytes in
            if path.local == first {
                take(UnsafeRawBufferPointer(bytes), from: Way(path: path, stream: nil), now)
            } else if let allocation = allocations.first(where: { $0.relayed == path.local }) {
                hand(UnsafeRawBufferPointer(bytes), from: path.remote, to: allocation, now)
            }
        }
    }

    public func accept(stream: UInt64, at local: SocketAddress, from remote: SocketAddress, now: Instant) -> Bool {
        guard !isDead, local == first else { return false }
        guard streams.count < configuration.streams else {
            statistics.refused += 1
            return false
        }
        streams.append((stream, remote, TURNFrames()))
        return true
    }

    public func receive(_ bytes: inout MutableRawSpan, onStream stream: UInt64, now: Instant) {
        guard !isDead, let known = streams.first(where: { $0.token == stream }), let first else { return }
        let way = Way(path: Path(local: first, remote: known.remote), stream: stream)
        bytes.withUnsafeMutableBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                rest = UnsafeRawBufferPointer(rebasing: rest[known.frames.put(rest)...])
                while let frame = known.frames.next() { take(UnsafeRawBufferPointer(frame), from: way, now) }
                guard !known.frames.isBroken else {
                    statistics.malformed += 1
                    requests.append(.closeStream(token: stream))
                    return forget(stream: stream)
                }
            }
        }
    }

    /// A peer's datagram, for the client of the allocation.
    private func hand(_ bytes: UnsafeRawBufferPointer, from peer: SocketAddress, to allocation: Allocation, _ now: Instant) {
        guard allocation.permits(peer, at: now) else {
            statistics.unpermitted += 1
            return
        }
        // Whatever is put around it: four bytes and padding, or an indication.
        guard bytes.count <= Self.longestDatagram else {
            statistics.malformed += 1
            return
        }
        statistics.relayedIn += 1
        if let channel = allocation.channels.first(where: { $0.peer == peer && $0.until > now }) {
            var data = [UInt8](repeating: 0, count: 4)
            data[0] = UInt8(truncatingIfNeeded: channel.number >> 8)
            data[1] = UInt8(truncatingIfNeeded: channel.number)
            data[2] = UInt8(truncatingIfNeeded: bytes.count >> 8)
            data[3] = UInt8(truncatingIfNeeded: bytes.count)
            data += Array(bytes)
            while allocation.client.stream != nil, data.count % 4 != 0 { data.append(0) }
            outgoing.append((allocation.client, data))
        } else {
            statistics.indications += 1
            send(to: allocation.client) { slot in
                var writer = STUNWriter(slot, .indication, .data, STUNTransactionID(high: 0, low: UInt64(statistics.relayedIn)))
                writer.append(.xorPeerAddress, xor: peer)
                writer.append(.data, value: bytes)
                return writer.finish(fingerprint: false)
            }
        }
    }

    /// A client's datagram, for a peer.
    func pass(_ bytes: UnsafeRawBufferPointer, from allocation: Allocation, to peer: SocketAddress, _ now: Instant) {
        guard let relayed = allocation.relayed, allocation.permits(peer, at: now) else {
            statistics.unpermitted += 1
            return
        }
        guard bytes.count <= Self.longestDatagram else {
            statistics.malformed += 1
            return
        }
        statistics.relayedOut += 1
        outgoing.append((Way(path: Path(local: relayed, remote: peer), stream: nil), Array(bytes)))
    }

    func send(to way: Way, _ write: (UnsafeMutableRawBufferPointer) -> Int) {
        withUnsafeTemporaryAllocation(byteCount: DatagramBatch.slotSize, alignment: 8) { slot in
            let size = write(slot)
            if size > 0 { outgoing.append((way, Array(slot[..<size]))) }
        }
    }

    public func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        while let next = outgoing.first {
            guard !batch.isFull else { return .full }
            let copy = { (slot: UnsafeMutableRawBufferPointer) -> Int in
                slot.copyBytes(from: next.bytes)
                return next.bytes.count
            }
            if let stream = next.way.stream {
                batch.append(toStream: stream, on: next.way.path, copy)
            } else {
                batch.append(on: next.way.path, copy)
            }
            outgoing.removeFirst()
        }
        return .drained
    }

    public func nextRequest() -> HostRequest? { requests.isEmpty ? nil : requests.removeFirst() }
}
