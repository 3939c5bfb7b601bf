internal import NetworkImpairment
internal import RTCCore

extension Simulation {
    /// What machines call the streams that others have opened to them.
    private static let acceptedTokens: UInt64 = 1 << 63

    func openStream(_ token: UInt64, _ target: StreamTarget, for host: Host) {
        host.streamCount &+= 1
        let port = Host.ports.upperBound - host.streamCount % UInt16(Host.ports.count / 2)
        let stream = ByteStream(
            number: streams.count, client: host, token: token,
            local: SocketAddress(ipv4: UInt32(truncatingIfNeeded: host.address.low), port: port), remote: target.remote,
            delay: wireDelay, openBy: now + limits.signalingTimeout)
        streams.append(stream)
        hold(stream, for: host.streamsHeldUntil - now)
        stream.up.offer(.open, now: now)
        plan(stream)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to token: UInt64, of host: Host) {
        guard let stream = stream(token, of: host) else {
            host.unroutable += 1
            return
        }
        if stream.client.host === host, stream.client.token == token {
            stream.up.offer(.bytes(Array(bytes)), now: now)
        } else {
            stream.down.offer(.bytes(Array(bytes)), now: now)
        }
        plan(stream)
    }

    func closeStream(_ token: UInt64, of host: Host) {
        guard let stream = stream(token, of: host) else { return }
        close(stream, by: host, "closed by the other side")
    }

    func breakStreams(of host: Host) {
        for stream in streams.compactMap({ $0 }) where isEnd(host, of: stream) {
            let token = stream.client.host === host ? stream.client.token : stream.server?.token
            close(stream, by: host, "the other side's address has changed")
            if let token { host.inputs.append(.streamClosed(token: token, reason: "the address has changed")) }
        }
    }

    func closeAllStreams(of host: Host) {
        for stream in streams.compactMap({ $0 }) where isEnd(host, of: stream) {
            close(stream, by: host, "closed by the other side")
        }
    }

    func holdStreams(of host: Host, for duration: Duration) {
        host.streamsHeldUntil = max(host.streamsHeldUntil, now + duration)
        for stream in streams.compactMap({ $0 }) where stream.client.host === host || stream.server?.host === host {
            hold(stream, for: duration)
        }
    }

    private func hold(_ stream: ByteStream, for duration: Duration) {
        stream.up.blackout(from: now, for: duration)
        stream.down.blackout(from: now, for: duration)
    }

    /// Whether a host has an end of the stream that is not over for it.
    private func isEnd(_ host: Host, of stream: ByteStream) -> Bool {
        if stream.client.host === host { return !stream.client.isOver }
        return stream.server.map { $0.host === host && !$0.isOver } ?? false
    }

    private func stream(_ token: UInt64, of host: Host) -> ByteStream? {
        for case .some(let stream) in streams {
            if stream.client.host === host, stream.client.token == token, !stream.client.isOver { return stream }
            if let server = stream.server, server.host === host, server.token == token, !server.isOver { return stream }
        }
        return nil
    }

    private func close(_ stream: ByteStream, by host: Host, _ reason: String) {
        if stream.client.host === host {
            stream.client.isOver = true
            stream.up.offer(.closed(reason: reason), now: now)
        } else {
            stream.server?.isOver = true
            stream.down.offer(.closed(reason: reason), now: now)
        }
        plan(stream)
    }

    /// Does all that is due on a stream now.
    func serve(_ stream: ByteStream) {
        while true {
            if let message = stream.up.nextRelease(at: now) {
                handUp(message, on: stream)
            } else if let message = stream.down.nextRelease(at: now) {
                handDown(message, on: stream)
            } else {
                break
            }
        }
        if let openBy = stream.openBy, openBy <= now {
            stream.openBy = nil
            fail(stream, "\(stream.remote) did not answer within \(limits.signalingTimeout)")
        }
        plan(stream)
        if stream.isOver, stream.up.isEmpty, stream.down.isEmpty { streams[stream.number] = nil }
    }

    private func plan(_ stream: ByteStream) {
        guard let wish = earliest(earliest(stream.up.deadline, stream.down.deadline), stream.openBy), stream.alarm.needs(wish)
        else { return }
        let time = max(wish, now)
        stream.alarm.set(at: time, order: events.push(.stream(stream.number), at: time))
    }

    /// The client's attempt has come to nothing; a server that knows of it hears that it is over.
    private func fail(_ stream: ByteStream, _ reason: String) {
        guard !stream.client.isOver else { return }
        stream.client.isOver = true
        stream.up.removeAll()
        if stream.server != nil { stream.up.offer(.closed(reason: "closed by the other side"), now: now) }
        tellStream(stream.client.host, .streamClosed(token: stream.client.token, reason: reason))
    }

    private func handUp(_ message: ByteStream.Message, on stream: ByteStream) {
        switch message {
        case .open:
            accept(stream)
        case .opened:
            break
        case .bytes(let bytes):
            if let server = stream.server, !server.isOver { deliver(bytes, to: server) }
        case .closed(let reason):
            guard let server = stream.server, !server.isOver else { return }
            stream.server?.isOver = true
            tellStream(server.host, .streamClosed(token: server.token, reason: reason))
        }
    }

    private func accept(_ stream: ByteStream) {
        guard let (host, source) = listener(at: stream.remote, for: stream), host.state == .running,
            let listener = host.machine as? any StreamListener
        else {
            stream.down.offer(.closed(reason: "Connection refused by \(stream.remote)"), now: now)
            return
        }
        hold(stream, for: host.streamsHeldUntil - now)
        let token = Self.acceptedTokens + UInt64(stream.number)
        guard listener.accept(stream: token, at: stream.remote, from: source, now: now) else {
            stream.down.offer(.closed(reason: "Connection refused by \(stream.remote)"), now: now)
            return
        }
        stream.server = ByteStream.End(host: host, token: token)
        stream.down.offer(.opened, now: now)
        drain(host)
        serve(host)
    }

    /// The host at the far end of a stream, and how it sees the near end. NATs and firewalls let streams out, and none in.
    private func listener(at remote: SocketAddress, for stream: ByteStream) -> (host: Host, source: SocketAddress)? {
        var source = stream.local
        var realm = stream.client.host.realm
        while true {
            if let host = owner(of: remote), host.realm == realm { return (host, source) }
            guard realm != Self.outside else { return nil }
            source = SocketAddress(ipv4: UInt32(truncatingIfNeeded: nats[realm].address.low), port: source.port)
            realm = nats[realm].realm
        }
    }

    private func handDown(_ message: ByteStream.Message, on stream: ByteStream) {
        let client = stream.client
        guard !client.isOver else { return }
        switch message {
        case .open:
            break
        case .opened:
            stream.openBy = nil
            tellStream(client.host, .streamOpened(token: client.token, local: stream.local))
        case .bytes(let bytes):
            deliver(bytes, to: client)
        case .closed(let reason):
            stream.openBy = nil
            stream.client.isOver = true
            tellStream(client.host, .streamClosed(token: client.token, reason: reason))
        }
    }

    private func deliver(_ bytes: [UInt8], to end: ByteStream.End) {
        guard end.host.state == .running else { return }
        var bytes = bytes
        bytes.withUnsafeMutableBytes { buffer in
            var span = buffer.mutableBytes
            end.host.machine.receive(&span, onStream: end.token, now: now)
        }
        drain(end.host)
        serve(end.host)
    }

    private func tellStream(_ host: Host, _ input: HostInput) {
        guard host.state == .running else { return }
        host.machine.receive(input, now: now)
        drain(host)
        serve(host)
    }
}
