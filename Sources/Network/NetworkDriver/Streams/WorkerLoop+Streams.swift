internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    /// Tells streams' events from those of sockets.
    static let streamBit: UInt64 = 1 << 31
    /// Reads at one event, so that a fast stream does not keep the others waiting.
    private static let readsPerEvent = 4

    func openStream(_ token: UInt64, _ target: StreamTarget, for host: Host, _ machine: any HostedMachine, at now: Instant) {
        do throws(StreamEnd) {
            let stream = try connectStream(
                target, .machine(token: token), from: localAddress(of: host), for: host,
                openBy: now + configuration.signalingTimeout)
            stream.heldUntil = host.streamsHeldUntil.flatMap { $0 > now ? $0 : nil }
            host.streams.append(stream)
            stream.watch(epoll)
        } catch {
            machine.receive(.streamClosed(token: token, reason: error.reason(target)), now: now)
        }
    }

    /// Begins a stream that is not watched yet.
    func connectStream(
        _ target: StreamTarget, _ owner: MachineStream.Owner, from local: SocketAddress, for host: Host, openBy: Instant
    ) throws(StreamEnd) -> MachineStream {
        var tls: TLSClient?
        if let name = target.tlsName {
            do throws(TLSTrust.Failure) {
                tls = TLSClient(try trusted(by: owner), name: name)
            } catch {
                throw .insecure(error.reason)
            }
            guard tls != nil else { throw .insecure("'\(name)' is no name for a TLS server") }
        }
        var local = local.forSystem
        local.port = 0
        var remote = target.remote.forSystem
        var bound = starling_address()
        let descriptor = starling_tcp_connect(&local, &remote, &bound)
        guard descriptor >= 0 else { throw .system(-descriptor, isConnected: false) }
        let index = freeStreams.popLast() ?? streams.count
        socketGeneration &+= 1
        let stream = MachineStream(
            owner: owner, target: target, descriptor: descriptor, local: SocketAddress(bound), index: index,
            generation: socketGeneration, host: host, openBy: openBy, tls: tls)
        if index == streams.count { streams.append(stream) } else { streams[index] = stream }
        return stream
    }

    private func trusted(by owner: MachineStream.Owner) throws(TLSTrust.Failure) -> TLSTrust {
        if case .signaling = owner {
            if let signalingTrust { return signalingTrust }
            let made = try TLSTrust(file: configuration.signalingAuthorities)
            signalingTrust = made
            return made
        }
        if let trust { return trust }
        let made = try TLSTrust(file: configuration.certificateAuthorities)
        trust = made
        return made
    }

    /// Something happened on a stream: it is connected, has something to read, or takes more.
    func receiveStream(_ token: UInt64) {
        let index = Int(truncatingIfNeeded: token & (Self.streamBit - 1))
        guard index < streams.count, let stream = streams[index], UInt64(stream.generation) == token >> 32 else { return }
        let host = stream.host
        let now = clock.now
        switch stream.owner {
        case .machine:
            guard !host.isFinished else { return }
            progress(stream, at: now)
            drain(host, at: now)
            retireIfDone(host, at: now)
            reschedule(host)
        case .signaling(let connection):
            progress(stream, at: now)
            attend(connection, at: now)
            goOn(with: host, at: now)
        }
    }

    private func progress(_ stream: MachineStream, at now: Instant) {
        if stream.phase == .connecting {
            let error = starling_tcp_error(stream.descriptor)
            guard error == 0 else { return end(stream, .system(error, isConnected: false), at: now) }
            stream.phase = .securing
            stream.takeRecords(by: streamBuffer)
        }
        open(stream, at: now)
        for _ in 0..<Self.readsPerEvent {
            let count = Int(starling_tcp_receive(stream.descriptor, streamBuffer.baseAddress, streamBuffer.count))
            guard count > 0 else {
                if starling_would_block(Int64(count)) != 0 { break }
                return end(stream, count == 0 ? .closed : .system(Int32(-count), isConnected: true), at: now)
            }
            take(count, from: stream, at: now)
            if let over = stream.tls?.end {
                _ = stream.flush()
                return end(stream, over, at: now)
            }
            // What is left, if there is any, has the worker called again.
            if count < streamBuffer.count { break }
        }
        flush(stream, at: now)
    }

    /// Its owner hears that the stream is open as soon as it is.
    private func open(_ stream: MachineStream, at now: Instant) {
        guard stream.phase == .securing, stream.tls?.isOpen ?? true else { return }
        stream.phase = .open
        switch stream.owner {
        case .machine(let token): stream.host.machine?.receive(.streamOpened(token: token, local: stream.local), now: now)
        case .signaling(let connection):
            connection.connected()
            attend(connection, at: now)
        }
    }

    private func take(_ count: Int, from stream: MachineStream, at now: Instant) {
        let arrived = UnsafeMutableRawBufferPointer(rebasing: streamBuffer[..<count])
        guard let tls = stream.tls else { return hand(arrived, of: stream, at: now) }
        tls.put(UnsafeRawBufferPointer(arrived))
        open(stream, at: now)
        while true {
            let size = tls.read(into: streamBuffer)
            guard size > 0 else { break }
            hand(UnsafeMutableRawBufferPointer(rebasing: streamBuffer[..<size]), of: stream, at: now)
        }
        stream.takeRecords(by: streamBuffer)
    }

    private func hand(_ bytes: UnsafeMutableRawBufferPointer, of stream: MachineStream, at now: Instant) {
        switch stream.owner {
        case .machine(let token):
            var span = bytes.mutableBytes
            stream.host.machine?.receive(&span, onStream: token, now: now)
        case .signaling(let connection):
            connection.client.receive(UnsafeRawBufferPointer(bytes))
        }
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
    func flushStreams(of host: Host, at now: Instant) {
        var index = 0
        while index < host.streams.count {
            let stream = host.streams[index]
            flush(stream, at: now)
            if index < host.streams.count, host.streams[index] === stream { index += 1 }
        }
    }

    private func flush(_ stream: MachineStream, at now: Instant) {
        if let error = stream.flush() { return end(stream, .system(error, isConnected: true), at: now) }
        stream.watch(epoll)
    }

    /// Gives up what takes too long to open, and goes on after a blackout.
    func advanceStreams(of host: Host, at now: Instant) {
        for stream in host.streams {
            if let end = stream.heldUntil, end <= now {
                stream.heldUntil = nil
                flush(stream, at: now)
            }
            if stream.phase != .open, stream.openBy <= now { end(stream, .late(configuration.signalingTimeout), at: now) }
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
        while let stream = host.streams.last {
            release(stream)
            if let token = stream.token { machine.receive(.streamClosed(token: token, reason: reason), now: now) }
        }
    }

    func closeStream(_ token: UInt64, of host: Host) {
        guard let stream = host.streams.first(where: { $0.token == token }) else { return }
        sayGoodbye(on: stream)
        release(stream)
    }

    /// The last record of a stream with TLS, where it can be sent.
    func sayGoodbye(on stream: MachineStream) {
        stream.tls?.close()
        stream.takeRecords(by: streamBuffer)
        _ = stream.flush()
    }

    private func end(_ stream: MachineStream, _ end: StreamEnd, at now: Instant) {
        guard streams[stream.index] === stream else { return }
        switch stream.owner {
        case .machine(let token):
            release(stream)
            stream.host.machine?.receive(.streamClosed(token: token, reason: end.reason(stream.target)), now: now)
        case .signaling(let connection):
            streamEnded(end, of: connection, at: now)
        }
    }

    func release(_ stream: MachineStream) {
        starling_epoll_remove(epoll, stream.descriptor)
        starling_close(stream.descriptor)
        streams[stream.index] = nil
        freeStreams.append(stream.index)
        stream.host.streams.removeAll { $0 === stream }
    }
}
