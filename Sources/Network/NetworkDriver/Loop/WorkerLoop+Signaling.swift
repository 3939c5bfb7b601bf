internal import NIOCore
internal import NIOPosix
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    /// Moves what is due on a machine's signaling connection, both ways.
    func pumpSignaling(_ host: Host, at now: Instant) {
        performOrders(host, at: now)
        if let machine = host.machine {
            while let input = host.line.nextInput(at: now) { machine.receive(input, now: now) }
        }
        host.lineDeadline = host.line.deadline
    }

    /// Moves what a machine wants done on its signaling connection. What it is to hear waits for the next turn, when it has asked for
    /// all that it wants.
    func performOrders(_ host: Host, at now: Instant) {
        while let order = host.line.nextOrder(at: now) {
            switch order {
            case .open(let url, let deadline): openSignaling(url, by: deadline, for: host, at: now)
            case .send(let text): say(text, for: host)
            case .close(let code, let reason): closeSignaling(of: host, code: code, reason: reason, at: now)
            case .abandon: abandonSignaling(of: host)
            }
        }
        host.lineDeadline = host.line.deadline
    }

    private func openSignaling(_ url: String, by deadline: Instant, for host: Host, at now: Instant) {
        closeSignaling(of: host, code: 1001, reason: "", at: now)
        connectionCount += 1
        host.connectionNumber = connectionCount
        guard ProgramAddress.command(in: url) == nil else { return startProgram(url, by: deadline, for: host, at: now) }
        let parsed: SignalingURL
        do throws(SignalingURL.Malformed) {
            parsed = try SignalingURL(url)
        } catch {
            return host.line.arrived(.closed(code: nil, reason: error.description), now: now)
        }
        let connection = WebSocketConnection(
            connectionCount, parsed, subprotocol: configuration.signalingSubprotocol, for: host, openBy: deadline)
        host.webSockets.append(connection)
        host.connection = .webSocket(connection)
        guard let address = RTCCore.SocketAddress(parsed.host, port: parsed.port) else { return resolve(connection) }
        connection.found([address])
        connect(connection, at: now)
    }

    private func startProgram(_ command: String, by deadline: Instant, for host: Host, at now: Instant) {
        let number = connectionCount
        let slot = host.slot
        let mailbox = shared.mailbox
        let program = ProgramConnection(on: configuration.signalingGroup.next()) { event in
            mailbox.post(.signaling(slot: slot, connection: number, event))
        }
        program.whenGone.whenComplete { _ in mailbox.post(.gone(connection: number)) }
        programs[number] = program
        host.connection = .program(program)
        program.open(command)
    }

    /// The system's resolver blocks, and so has a thread of its own.
    private func resolve(_ connection: WebSocketConnection) {
        let (number, slot, url, mailbox) = (connection.number, connection.host.slot, connection.url, shared.mailbox)
        NIOThreadPool.singleton.submit { _ in
            mailbox.post(.resolved(slot: slot, connection: number, HostName.addresses(of: url.host, port: url.port)))
        }
    }

    func resolved(_ addresses: [RTCCore.SocketAddress], for number: UInt64, at host: Host, now: Instant) {
        guard let connection = host.webSockets.first(where: { $0.number == number }), connection.client.isOpening else { return }
        if addresses.isEmpty {
            connection.client.streamEnded(.unresolved(host: connection.url.host))
        } else {
            connection.found(addresses)
            connect(connection, at: now)
        }
        attend(connection, at: now)
        goOn(with: host, at: now)
    }

    /// Begins a stream to the first place that there is one to.
    private func connect(_ connection: WebSocketConnection, at now: Instant) {
        var failure = SignalingFailure.broken
        while let address = connection.nextAddress(at: now) {
            let target = StreamTarget(remote: address, tlsName: connection.url.isSecure ? connection.url.host : nil)
            do throws(StreamEnd) {
                // Its own address is for media; the system chooses the one for signaling.
                let local = RTCCore.SocketAddress(ipv4: 0, port: 0)
                let stream = try connectStream(
                    target, .signaling(connection), from: local, for: connection.host, openBy: connection.openBy)
                connection.stream = stream
                return stream.watch(epoll)
            } catch {
                failure = error.failure
            }
        }
        connection.client.streamEnded(failure)
        attend(connection, at: now)
    }

    private func say(_ text: String, for host: Host) {
        switch host.connection {
        case .webSocket(let connection):
            connection.client.send(text)
            guard !connection.isUnflushed else { return }
            connection.isUnflushed = true
            unflushed.append(connection)
        case .program(let program): program.send(text)
        case nil: break
        }
    }

    /// Sends at the end of a turn what machines have said in it.
    func flushSignaling(at now: Instant) {
        while let connection = unflushed.popLast() {
            connection.isUnflushed = false
            attend(connection, at: now)
            reschedule(connection.host)
        }
    }

    func closeSignaling(of host: Host, code: UInt16, reason: String, at now: Instant) {
        switch host.connection {
        case .webSocket(let connection):
            connection.client.close(code: code, reason: reason)
            connection.waitForEnd(from: now)
            attend(connection, at: now)
        case .program(let program): program.close(code: code, reason: reason)
        case nil: break
        }
    }

    private func abandonSignaling(of host: Host) {
        switch host.connection {
        case .webSocket(let connection): letGo(of: connection)
        case .program(let program): program.abandon()
        case nil: break
        }
        host.connection = nil
        host.connectionNumber = 0
    }

    /// Reads nothing for a while, so that not even a ping is answered.
    func holdSignaling(of host: Host, until end: Instant) {
        guard case .webSocket(let connection) = host.connection, let stream = connection.stream else { return }
        stream.heldUntil = max(stream.heldUntil ?? end, end)
        stream.watch(epoll)
    }

    /// Sends what a connection has to send, notes what it has to say, and lets go of it once it is done.
    func attend(_ connection: WebSocketConnection, at now: Instant) {
        let host = connection.host
        if let stream = connection.stream, stream.phase == .open {
            if connection.client.hasOutgoing {
                let isTaken = connection.client.takeOutgoing { stream.write($0) }
                stream.takeRecords(by: streamBuffer)
                if !isTaken { connection.client.streamEnded(.system("it takes too little of what is sent")) }
            }
            if let error = stream.flush() { connection.client.streamEnded(SignalingFailure(error, isConnected: true)) }
            stream.watch(epoll)
        }
        while let event = connection.client.nextEvent() {
            guard connection.number == host.connectionNumber, !host.isFinished else { continue }
            if case .closed = event { host.connection = nil }
            host.line.arrived(event, now: now)
        }
        host.lineDeadline = host.line.deadline
        guard connection.client.isOver else { return }
        connection.waitForEnd(from: now)
        if connection.stream?.isDone ?? true { letGo(of: connection) }
    }

    /// Gives up what takes too long, tries elsewhere, and goes on after a blackout.
    func advanceSignaling(of host: Host, at now: Instant) {
        for connection in host.webSockets {
            if let stream = connection.stream, let end = stream.heldUntil, end <= now {
                stream.heldUntil = nil
                attend(connection, at: now)
            }
            if connection.isToTryNext(at: now) {
                if let stream = connection.stream { release(stream) }
                connection.stream = nil
                connect(connection, at: now)
            }
            guard connection.isOverdue(at: now) else { continue }
            let isConnected = connection.stream.map { $0.phase != .connecting } ?? false
            let timeout = configuration.signalingTimeout
            connection.client.streamEnded(isConnected ? .handshakeTimeout(timeout) : .timeout(timeout))
            attend(connection, at: now)
            letGo(of: connection)
        }
    }

    /// A connection's stream is over; another place may be tried where it has not come about.
    func streamEnded(_ end: StreamEnd, of connection: WebSocketConnection, at now: Instant) {
        guard let stream = connection.stream else { return }
        let hadBegun = stream.phase != .connecting
        release(stream)
        connection.stream = nil
        if !hadBegun, connection.hasUntried { return connect(connection, at: now) }
        connection.client.streamEnded(end.failure)
        attend(connection, at: now)
    }

    func letGo(of connection: WebSocketConnection) {
        if let stream = connection.stream {
            if stream.phase == .open { sayGoodbye(on: stream) }
            release(stream)
        }
        connection.stream = nil
        connection.host.webSockets.removeAll { $0 === connection }
    }

    /// News came for a machine outside of its own turn.
    func goOn(with host: Host, at now: Instant) {
        if !host.isFinished {
            pumpSignaling(host, at: now)
            drain(host, at: now)
            retireIfDone(host, at: now)
        }
        reschedule(host)
    }

    func receive(_ event: SignalingEvent, from program: UInt64, at host: Host, now: Instant) {
        guard program == host.connectionNumber, !host.isFinished else { return }
        if case .closed = event { host.connection = nil }
        host.line.arrived(event, now: now)
        goOn(with: host, at: now)
    }
}
