internal import NetworkImpairment
internal import RTCCore

extension Simulation {
    /// Takes all datagrams that a machine has to send, into its up pipe or past it.
    ///
    /// - Returns: Whether there were any.
    func takeDatagrams(_ host: Host) -> Bool {
        var didSomething = false
        while true {
            batch.removeAll()
            let drain = host.machine.nextDatagrams(into: &batch)
            let count = batch.count
            for index in 0..<count {
                if let stream = batch[index].stream {
                    write(UnsafeRawBufferPointer(batch.bytes(at: index)), to: stream, of: host)
                    continue
                }
                send(UnsafeRawBufferPointer(batch.bytes(at: index)), on: batch[index].path, from: host)
            }
            if count > 0 { didSomething = true }
            guard drain == .full else { return didSomething }
            precondition(count > 0, "\(host.name) calls an empty batch full")
        }
    }

    private func send(_ datagram: UnsafeRawBufferPointer, on path: Path, from host: Host) {
        guard host.hasOpen(path.local) else {
            host.unroutable += 1
            return
        }
        if host.up.isTransparent {
            host.up.countPassed(size: datagram.count)
        } else {
            guard host.up.offer(datagram, on: path, ecn: host.ecn, now: now) == .pass else { return }
        }
        guard launch(datagram, on: path, host.ecn, from: host) else {
            return host.up.discard(datagram, .nat, hasPassed: true, now: now)
        }
    }

    func releaseUp(_ host: Host) {
        while true {
            var stopped: [UInt8] = []
            let released = host.up.nextRelease(at: now) { bytes, release in
                let mayGo = launch(UnsafeRawBufferPointer(bytes), on: release.path, release.ecn, from: host)
                if !mayGo { stopped = Array(bytes) }
            }
            if !stopped.isEmpty { stopped.withUnsafeBytes { host.up.discard($0, .nat, hasPassed: true, now: now) } }
            guard released else { return }
        }
    }

    /// - Returns: `false` where a NAT stopped it.
    private func launch(_ datagram: UnsafeRawBufferPointer, on path: Path, _ ecn: ECN, from host: Host) -> Bool {
        guard !path.remote.isMulticast else {
            spread(datagram, on: path, ecn, from: host)
            return true
        }
        var source = path.local
        let destination: Int
        switch route(from: &source, to: path.remote, host) {
        case .slot(let slot): destination = slot
        case .nowhere:
            host.unroutable += 1
            return true
        case .stopped: return false
        }
        fly(datagram, to: destination, on: Path(local: path.remote, remote: source), ecn, from: host)
        return true
    }

    /// Sends to all other members of a group on the same network; a group with none is no error.
    private func spread(_ datagram: UnsafeRawBufferPointer, on path: Path, _ ecn: ECN, from host: Host) {
        for member in hosts where member !== host && member.realm == host.realm && member.isMember(of: path.remote) {
            var local = member.address
            local.port = path.remote.port
            fly(datagram, to: member.index, on: Path(local: local, remote: path.local), ecn, from: host)
        }
    }

    /// - Parameter path: As the destination sees it.
    private func fly(_ datagram: UnsafeRawBufferPointer, to destination: Int, on path: Path, _ ecn: ECN, from host: Host) {
        let flight = Wires.Flight(
            source: host.index, destination: destination, size: datagram.count, ecn: ecn, path: path)
        guard let slot = wires.launch(datagram, flight) else {
            preconditionFailure("\(limits.datagramsOnWires) datagrams are on the wires at once; the last came from \(host.name)")
        }
        events.push(.arrival(slot: slot), at: now + wireDelay)
    }

    /// A datagram reaches the edge of its host's network: through its NATs, then the down pipe, or past that straight to the machine.
    func arrive(_ slot: Int) {
        var flight = wires.flight(slot)
        defer { wires.land(slot) }
        let bytes = wires.bytes(slot)
        guard let index = enter(&flight), hosts[index].passesUDP else {
            hosts[flight.source].up.discard(UnsafeRawBufferPointer(bytes), .nat, hasPassed: true, now: now)
            return
        }
        let host = hosts[index]
        guard host.hasOpen(flight.path.local) else {
            hosts[flight.source].unroutable += 1
            host.down.discard(UnsafeRawBufferPointer(bytes), hasPassed: false, now: now)
            return
        }
        if host.down.isTransparent {
            host.down.countPassed(size: bytes.count)
            deliver(bytes, on: flight.path, flight.ecn, to: host)
            drain(host)
        } else if host.down.offer(UnsafeRawBufferPointer(bytes), on: flight.path, ecn: flight.ecn, now: now) == .pass {
            deliver(bytes, on: flight.path, flight.ecn, to: host)
            drain(host)
        }
        serve(host)
    }

    /// - Returns: Whether one was due.
    func releaseDown(_ host: Host) -> Bool {
        var late: [UInt8] = []
        let released = host.down.nextRelease(at: now) { bytes, release in
            if host.hasOpen(release.path.local) {
                deliver(bytes, on: release.path, release.ecn, to: host)
            } else {
                if let source = owner(of: release.path.remote) { source.unroutable += 1 }
                late = Array(bytes)
            }
        }
        if !late.isEmpty { late.withUnsafeBytes { host.down.discard($0, hasPassed: true, now: now) } }
        if released, host.state == .running { drain(host) }
        return released
    }

    private func deliver(_ bytes: UnsafeMutableRawBufferPointer, on path: Path, _ ecn: ECN, to host: Host) {
        var span = bytes.mutableBytes
        host.machine.receive(&span, on: path, ecn: ecn, arrivedAt: now, now: now)
    }
}
