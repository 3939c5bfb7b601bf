internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    /// Tells streams' events from those of sockets.
    static let streamBit: UInt64 = 1 << 31
    /// Reads at one event, so that a fast stream does not keep the others waiting.
    private static let readsPerEvent = 4

    func openStream(_ token: UInt64, _ target: StreamTarget, for host: Host, _ machine: any HostedMachine, at now: Instant) {
        var tls: TLSClient?
        if let name = target.tlsName {
            do throws(TLSTrust.Failure) {
                let trust = try trusted()
                tls = TLSClient(trust, name: name)
            } catch {
                return machine.receive(.streamClosed(token: token, reason: error.reason), now: now)
            }
            guard tls != nil else {
                return machine.receive(.streamClosed(token: token, reason: "'\(name)' is no name for a TLS server"), now: now)
            }
        }
        var local = localAddress(of: host).forSystem
        local.port = 0
        var remote = target.remote.forSystem
        var bound = starling_address()
        let descriptor = starling_tcp_connect(&local, &remote, &bound)
        guard descriptor >= 0 else {
            return machine.receive(.streamClosed(token: token, reason: failure(to: target, -descriptor)), now: now)
        }
        let index = streams.firstIndex { $0 == nil } ?? streams.count
        socketGeneration &+= 1
        let stream = MachineStream(
            token: token, target: target, descriptor: descriptor, local: SocketAddress(bound), index: index,
            generation: socketGeneration, host: host, openBy: now + configuration.signalingTimeout, tls: tls)
        stream.heldUntil = host.streamsHeldUntil.flatMap { $0 > now ? $0 : nil }
        if index == streams.count { streams.append(stream) } else { streams[index] = stream }
        host.streams.append(stream)
        stream.watch(epoll)
    }

    private func trusted() throws(TLSTrust.Failure) -> TLSTrust {
        if let trust { return trust }
        let made = try TLSTrust(file: configuration.certificateAuthorities)
        trust = made
        return made
    }

    private func failure(to target: StreamTarget, _ error: Int32) -> String {
        "\(errorText(error)) by \(target.remote)"
    }

    /// Something happened on a stream: it is connected, has something to read, or takes more.
    func receiveStream(_ token: UInt64) {
        let index = Int(truncatingIfNeeded: token & (Self.streamBit - 1))
        guard index < streams.count, let stream = streams[index], UInt64(stream.generation) == token >> 32,
            let machine = stream.host.machine, !stream.host.isFinished
        else { return }
        let now = clock.now
        progress(stream, machine, at: now)
        let host = stream.host
        drain(host, at: now)
        retireIfDone(host)
        reschedule(host)
    }

    private func progress(_ stream: MachineStream, _ machine: any HostedMachine, at now: Instant) {
        if stream.phase == .connecting {
            let error = starling_tcp_error(stream.descriptor)
            guard error == 0 else { return end(stream, machine, failure(to: stream.target, error), at: now) }
            stream.phase = .securing
            stream.takeRecords(by: streamBuffer)
        }
        open(stream, machine, at: now)
        for _ in 0..<Self.readsPerEvent {
            let count = Int(starling_tcp_receive(stream.descriptor, streamBuffer.baseAddress, streamBuffer.count))
            guard count > 0 else {
                if starling_would_block(Int64(count)) != 0 { break }
                let reason =
                    count == 0 ? "\(stream.target.remote) closed the connection" : failure(to: stream.target, Int32(-count))
                return end(stream, machine, reason, at: now)
            }
            take(count, from: stream, machine, at: now)
            if let reason = stream.tls?.end {
                _ = stream.flush()
                return end(stream, machine, "\(stream.target.remote): \(reason)", at: now)
            }
        }
        flush(stream, machine, at: now)
    }

    /// The machine hears that the stream is open as soon as it is.
    private func open(_ stream: MachineStream, _ machine: any HostedMachine, at now: Instant) {
        guard stream.phase == .securing, stream.tls?.isOpen ?? true else { return }
        stream.phase = .open
        machine.receive(.streamOpened(token: stream.token, local: stream.local), now: now)
    }

    private func take(_ count: Int, from stream: MachineStream, _ machine: any HostedMachine, at now: Instant) {
        let arrived = UnsafeMutableRawBufferPointer(rebasing: streamBuffer[..<count])
        guard let tls = stream.tls else {
            var span = arrived.mutableBytes
            return machine.receive(&span, onStream: stream.token, now: now)
        }
        tls.put(UnsafeRawBufferPointer(arrived))
        open(stream, machine, at: now)
        while true {
            let size = tls.read(into: streamBuffer)
            guard size > 0 else { break }
            var span = UnsafeMutableRawBufferPointer(rebasing: streamBuffer[..<size]).mutableBytes
            machine.receive(&span, onStream: stream.token, now: now)
        }
        stream.takeRecords(by: streamBuffer)
    }

    /// Puts what a machine wrote behind what its stream has yet to send.
    func write(_ bytes: UnsafeMutableRawBufferPointer, to token: UInt64, of host: Host, at now: Instant) {
        guard let stream = host.streams.first(where: { $0.token == token }), stream.write(UnsafeRawBufferPointer(bytes)) else {
            health.streamWritesDropped += 1
            return
        }
        stream.takeRecords(by: streamBuffer)
    }

    /// Sends what is unsent on a machine's streams.
    func flushStreams(of host: Host, _ machine: any HostedMachine, at now: Instant) {
        var index = 0
        while index < host.streams.count {
            let stream = host.streams[index]
            flush(stream, machine, at: now)
            if index < host.streams.count, host.streams[index] === stream { index += 1 }
        }
    }

    private func flush(_ stream: MachineStream, _ machine: any HostedMachine, at now: Instant) {
        if let error = stream.flush() { return end(stream, machine, failure(to: stream.target, error), at: now) }
        stream.watch(epoll)
    }

    /// Gives up what takes too long to open, and goes on after a blackout.
    func advanceStreams(of host: Host, _ machine: any HostedMachine, at now: Instant) {
        for stream in host.streams {
            if let end = stream.heldUntil, end <= now {
                stream.heldUntil = nil
                flush(stream, machine, at: now)
            }
            if stream.phase != .open, stream.openBy <= now {
                let limit = configuration.signalingTimeout.inWords
                end(stream, machine, "\(stream.target.remote) did not answer within \(limit)", at: now)
            }
        }
    }

    func holdStreams(of host: Host, until end: Instant) {
        let until = max(host.streamsHeldUntil ?? end, end)
        host.streamsHeldUntil = until
        for stream in host.streams {
            stream.heldUntil = until
            stream.watch(epoll)
        }
    }

    func breakStreams(of host: Host, _ machine: any HostedMachine, _ reason: String, at now: Instant) {
        while let stream = host.streams.last { end(stream, machine, reason, at: now) }
    }

    func closeStream(_ token: UInt64, of host: Host) {
        guard let stream = host.streams.first(where: { $0.token == token }) else { return }
        stream.tls?.close()
        stream.takeRecords(by: streamBuffer)
        _ = stream.flush()
        release(stream)
    }

    private func end(_ stream: MachineStream, _ machine: any HostedMachine, _ reason: String, at now: Instant) {
        guard streams[stream.index] === stream else { return }
        release(stream)
        machine.receive(.streamClosed(token: stream.token, reason: reason), now: now)
    }

    func release(_ stream: MachineStream) {
        starling_epoll_remove(epoll, stream.descriptor)
        starling_close(stream.descriptor)
        streams[stream.index] = nil
        stream.host.streams.removeAll { $0 === stream }
    }
}
