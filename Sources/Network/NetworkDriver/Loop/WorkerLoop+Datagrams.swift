internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    /// Takes one batch from a socket, hands it to its machine, and then takes what the machine has to say.
    func receive(_ token: UInt64) {
        let index = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard let socket = sockets[index], UInt64(socket.generation) == token >> 32 else { return }
        let count = Int(starling_receive(slab, socket.descriptor, received))
        guard count > 0, let machine = socket.host.machine, !socket.host.isFinished else { return }
        health.receiveCalls += 1
        let host = socket.host
        let now = clock.now
        if mapped.nanoseconds(to: now) >= Self.mappingInterval {
            mapping = clock.mapRealtime()
            mapped = now
        }
        for place in 0..<count {
            let datagram = received[place]
            health.datagramsReceived += 1
            health.bytesReceived += UInt64(datagram.size)
            if datagram.drops != 0 { countDrops(datagram.drops, index) }
            guard datagram.is_truncated == 0, let start = datagram.bytes else {
                health.datagramsTruncated += 1
                continue
            }
            let bytes = UnsafeMutableRawBufferPointer(start: start, count: Int(datagram.size))
            guard !socket.isClosed else {
                host.down.discard(UnsafeRawBufferPointer(bytes), hasPassed: false, now: now)
                continue
            }
            let path = Path(local: socket.local, remote: SocketAddress(datagram.source))
            let ecn = ECN(rawValue: datagram.ecn) ?? .notECT
            if host.down.isTransparent {
                host.down.countPassed(size: bytes.count)
            } else {
                guard case .pass = host.down.offer(UnsafeRawBufferPointer(bytes), on: path, ecn: ecn, now: now) else { continue }
            }
            let arrivedAt = datagram.realtime == 0 ? now : min(now, mapping.instant(ofRealtime: datagram.realtime))
            var span = bytes.mutableBytes
            machine.receive(&span, on: path, ecn: ecn, arrivedAt: arrivedAt, now: now)
        }
        drain(host, at: now)
        retireIfDone(host, at: now)
        reschedule(host)
    }

    func countDrops(_ drops: UInt32, _ index: Int) {
        guard let before = sockets[index]?.drops else { return }
        health.receiveBufferDrops += UInt64(drops &- before)
        sockets[index]?.drops = drops
    }

    /// Hands a machine what its impairment stage lets out now.
    func releaseIncoming(_ host: Host, _ machine: any HostedMachine, at now: Instant) {
        guard !host.down.isTransparent else { return }
        while let due = host.down.deadline, due <= now {
            var late: [UInt8] = []
            let isReleased = host.down.nextRelease(at: now) { bytes, release in
                guard host.descriptor(of: release.path.local) != nil else {
                    late = Array(bytes)
                    return
                }
                var span = bytes.mutableBytes
                machine.receive(&span, on: release.path, ecn: release.ecn, arrivedAt: release.dueAt, now: now)
            }
            if !late.isEmpty { late.withUnsafeBytes { host.down.discard($0, hasPassed: true, now: now) } }
            guard isReleased else { break }
        }
    }

    /// Takes a machine's requests and datagrams until there are none.
    func drain(_ host: Host, at now: Instant) {
        guard let machine = host.machine else { return }
        var request = machine.nextRequest()
        while true {
            while let asked = request {
                perform(asked, for: host, machine, at: now)
                request = machine.nextRequest()
            }
            while true {
                let state = machine.nextDatagrams(into: &batch)
                if !batch.isEmpty {
                    sendBatch(of: host, at: now)
                    batch.removeAll()
                }
                guard case .full = state else { break }
            }
            request = machine.nextRequest()
            if request == nil { return }
        }
    }

    private func sendBatch(of host: Host, at now: Instant) {
        let isTransparent = host.up.isTransparent
        for index in 0..<batch.count {
            let entry = batch[index]
            let bytes = batch.bytes(at: index)
            if let stream = entry.stream {
                write(bytes, to: stream, of: host, at: now)
                continue
            }
            guard let descriptor = host.descriptor(of: entry.path.local) else {
                host.unroutable += 1
                health.datagramsUnroutable += 1
                continue
            }
            if isTransparent {
                host.up.countPassed(size: entry.size)
            } else {
                guard case .pass = host.up.offer(UnsafeRawBufferPointer(bytes), on: entry.path, ecn: host.ecn, now: now) else {
                    continue
                }
            }
            enqueue(bytes, on: entry.path, host.ecn, descriptor)
        }
        flush()
        if !host.streams.isEmpty { flushStreams(of: host, at: now) }
    }

    /// Sends what a machine's impairment stage lets out now.
    func releaseOutgoing(_ host: Host, at now: Instant) {
        guard !host.up.isTransparent else { return }
        while host.up.nextRelease(
            at: now,
            { bytes, release in
                // It was sent before the socket was closed.
                let closed = host.closedSockets.first { $0.local == release.path.local }?.descriptor
                guard let descriptor = host.descriptor(of: release.path.local) ?? closed else { return }
                enqueue(bytes, on: release.path, release.ecn, descriptor)
                flush()
            })
        {}
    }

    private func enqueue(_ bytes: UnsafeMutableRawBufferPointer, on path: Path, _ ecn: ECN, _ descriptor: Int32) {
        outgoing[outgoingCount] = starling_outgoing(
            bytes: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, size: UInt32(bytes.count), fd: descriptor,
            destination: path.remote.forSystem, ecn: ecn.rawValue)
        outgoingCount += 1
        health.bytesSent += UInt64(bytes.count)
    }

    private func flush() {
        guard outgoingCount > 0 else { return }
        starling_send(outgoing, outgoingCount, &segmentation, &sent)
        outgoingCount = 0
    }
}
