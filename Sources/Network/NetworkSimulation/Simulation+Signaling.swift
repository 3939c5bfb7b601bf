internal import NetworkImpairment
internal import RTCCore

extension Simulation {
    func openSignaling(_ url: String, for host: Host) {
        precondition(
            host.connection?.isClosedByMachine ?? true, "\(host.name) opens a signaling connection beside the one it has")
        let connection = Connection(
            number: connections.count, host: host, delay: wireDelay, openBy: now + limits.signalingTimeout)
        connections.append(connection)
        host.inputs.removeAll { if case .signalingClosed = $0 { true } else { false } }
        host.connection = connection
        host.connections.append(connection)
        let rest = host.blackoutEnd - now
        connection.up.blackout(from: now, for: rest)
        connection.down.blackout(from: now, for: rest)
        if host.cutEnd > now {
            connection.isClosedByService = true
            connection.down.offer(.closed(code: nil, reason: "unreachable"), now: now)
        } else {
            connection.up.offer(.open(url: url), now: now)
        }
        plan(connection)
    }

    /// Breaks a machine's connection and keeps others from opening.
    func cutSignaling(_ host: Host, for duration: Duration) {
        host.cutEnd = max(host.cutEnd, now + duration)
        guard let connection = host.connection, !connection.isClosedByMachine else { return }
        breakOff(connection)
        host.inputs.append(.signalingClosed(code: nil, reason: "the connection broke"))
    }

    /// What is on its way is lost; the machine hears nothing more of the connection, and the service that it is gone.
    private func breakOff(_ connection: Connection) {
        if connection.host.connection === connection { connection.host.connection = nil }
        connection.openBy = nil
        connection.isClosedByMachine = true
        connection.up.removeAll()
        connection.down.removeAll()
        guard connection.isKnownToService else {
            discard(connection)
            return
        }
        connection.isClosedByService = true
        connection.up.offer(.broken, now: now)
        plan(connection)
    }

    private func discard(_ connection: Connection) {
        connections[connection.number] = nil
        connection.host.connections.removeAll { $0 === connection }
    }

    func sendSignaling(_ text: String, for host: Host) {
        guard let connection = host.connection, !connection.isClosedByMachine else { return }
        connection.up.offer(.text(text), now: now)
        plan(connection)
    }

    /// The machine hears that the connection is closed when the service's answer is back.
    func closeSignaling(_ code: UInt16, _ reason: String, for host: Host) {
        guard let connection = host.connection, !connection.isClosedByMachine else { return }
        guard connection.openBy == nil else {
            breakOff(connection)
            host.inputs.append(.signalingClosed(code: nil, reason: "closed before it was open"))
            return
        }
        connection.isClosedByMachine = true
        connection.up.offer(.close(code: code, reason: reason), now: now)
        plan(connection)
    }

    func abandonSignaling(of host: Host) {
        closeSignaling(1001, "finished", for: host)
        host.connection = nil
    }

    /// Does all that is due on a connection now.
    func serve(_ connection: Connection) {
        while true {
            if let message = connection.up.nextRelease(at: now) {
                handUp(message, on: connection)
            } else if let message = connection.down.nextRelease(at: now) {
                handDown(message, on: connection)
            } else {
                break
            }
        }
        if let openBy = connection.openBy, openBy <= now {
            breakOff(connection)
            let limit = limits.signalingTimeout.inSeconds
            tell(connection.host, .signalingClosed(code: nil, reason: "connection timed out after \(limit) s"))
            return
        }
        if connection.up.isEmpty, connection.down.isEmpty, connection.isClosedByMachine, connection.isClosedByService {
            discard(connection)
            return
        }
        plan(connection)
    }

    private func plan(_ connection: Connection) {
        let wish = earliest(earliest(connection.up.deadline, connection.down.deadline), connection.openBy)
        guard let wish, connection.alarm.needs(wish) else { return }
        let time = max(wish, now)
        connection.alarm.set(at: time, order: events.push(.connection(connection.number), at: time))
    }

    private func handUp(_ message: Connection.Upward, on connection: Connection) {
        let number = UInt64(connection.number)
        switch message {
        case .open(let url):
            guard !connection.isClosedByService else { return }
            guard let service else {
                connection.isClosedByService = true
                connection.down.offer(.closed(code: nil, reason: "nobody listens at \(url)"), now: now)
                return
            }
            connection.isKnownToService = true
            connection.down.offer(.opened, now: now)
            service.opened(number, url: url, now: now)
            serve(service)
        case .text(let text):
            guard !connection.isClosedByService else { return }
            service?.received(text, on: number, now: now)
            serve(service)
        case .close(let code, let reason):
            if !connection.isClosedByService {
                connection.isClosedByService = true
                connection.down.offer(.closed(code: code, reason: reason), now: now)
            }
            guard connection.isKnownToService else { return }
            service?.closed(number, code: code, now: now)
            serve(service)
        case .broken:
            guard connection.isKnownToService else { return }
            service?.closed(number, code: nil, now: now)
            serve(service)
        }
    }

    private func handDown(_ message: Connection.Downward, on connection: Connection) {
        let host = connection.host
        let isKnownToMachine = host.connection === connection && host.state == .running
        let input: HostInput
        if case .text = message {} else { connection.openBy = nil }
        switch message {
        case .opened: input = .signalingOpened
        case .text(let text): input = .signalingReceived(text)
        case .closed(let code, let reason):
            input = .signalingClosed(code: code, reason: reason)
            if host.connection === connection { host.connection = nil }
            if !connection.isClosedByMachine {
                connection.isClosedByMachine = true
                connection.up.offer(.close(code: code ?? 1006, reason: reason), now: now)
            }
        }
        if isKnownToMachine { tell(host, input) }
    }

    private func tell(_ host: Host, _ input: HostInput) {
        guard host.state == .running else { return }
        host.machine.receive(input, now: now)
        drain(host)
        serve(host)
    }

    /// Lets the service do what is due, takes its outputs, and plans when to come back.
    func serve(_ service: (any SignalingService)?) {
        guard let service else { return }
        takeOutputs(of: service)
        while let deadline = service.deadline, deadline <= now {
            service.advance(to: now)
            let didSomething = takeOutputs(of: service)
            guard serviceWatch.allows(didSomething, at: now, limits) else {
                preconditionFailure(
                    "hot loop: the signaling service (\(type(of: service))) wants to be advanced to \(now) without end (seed \(seed))"
                )
            }
        }
        guard let wish = service.deadline, serviceAlarm.needs(wish) else { return }
        serviceAlarm.set(at: wish, order: events.push(.service, at: wish))
    }

    @discardableResult
    private func takeOutputs(of service: any SignalingService) -> Bool {
        var didSomething = false
        while let output = service.nextOutput() {
            didSomething = true
            switch output {
            case .send(let number, let text):
                guard let connection = liveConnection(number) else { continue }
                connection.down.offer(.text(text), now: now)
                plan(connection)
            case .close(let number, let code, let reason):
                guard let connection = liveConnection(number) else { continue }
                connection.isClosedByService = true
                connection.down.offer(.closed(code: code, reason: reason), now: now)
                plan(connection)
            }
        }
        return didSomething
    }

    /// A connection to which the service may still say something.
    private func liveConnection(_ number: UInt64) -> Connection? {
        guard number < UInt64(connections.count), let connection = connections[Int(number)], !connection.isClosedByService else {
            return nil
        }
        return connection
    }
}
