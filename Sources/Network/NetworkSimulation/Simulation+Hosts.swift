internal import NetworkImpairment
internal import RTCCore

extension Simulation {
    /// Does all that is due at a host now, and plans when to come back.
    func serve(_ host: Host) {
        while true {
            if releaseDown(host) { continue }
            guard host.state == .running, let deadline = host.machine.deadline, deadline <= now else { break }
            host.machine.advance(to: now)
            let didSomething = drain(host)
            guard host.watch.allows(didSomething, at: now, limits) else {
                preconditionFailure(
                    "hot loop: \(host.name) wants to be advanced to \(now) without end; its deadline stays at \(deadline) (seed \(seed))"
                )
            }
        }
        releaseUp(host)
        if host.up.ledgerCount + host.down.ledgerCount > 4096 { host.collectLedgers() }
        plan(host)
    }

    private func plan(_ host: Host) {
        var wish = earliest(host.up.deadline, host.down.deadline)
        if host.state == .running { wish = earliest(wish, host.machine.deadline) }
        guard let wish, host.alarm.needs(wish) else { return }
        let time = max(wish, now)
        host.alarm.set(at: time, order: events.push(.host(host.index), at: time))
    }

    /// Takes what a machine wants done, then what it sends, then tells it what came of it, until there is nothing of either.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    func drain(_ host: Host) -> Bool {
        var didSomething = false
        while true {
            var isDone = true
            while host.state != .finished, let request = host.machine.nextRequest() {
                didSomething = true
                perform(request, for: host)
            }
            if takeDatagrams(host) {
                didSomething = true
                isDone = false
            }
            // What was sent, or not sent any more, may have been the last that a socket was needed for.
            if host.state != .finished, let request = host.machine.nextRequest() {
                didSomething = true
                isDone = false
                perform(request, for: host)
            }
            if host.state == .finishing {
                retire(host)
                return true
            }
            guard !host.inputs.isEmpty else {
                if isDone { return didSomething }
                continue
            }
            host.machine.receive(host.inputs.removeFirst(), now: now)
        }
    }

    private func perform(_ request: HostRequest, for host: Host) {
        switch request {
        case .openSocket(let token):
            if let local = host.openSocket() {
                host.inputs.append(.socketOpened(token: token, local: local))
            } else {
                host.inputs.append(
                    .socketFailed(token: token, reason: "all \(Host.ports.count) ports of \(host.address.host) are open"))
            }
        case .openMulticastSocket(let token, let group):
            if let local = host.openMulticastSocket(group) {
                host.inputs.append(.socketOpened(token: token, local: local))
            } else {
                host.inputs.append(.socketFailed(token: token, reason: "port \(group.port) of \(host.address.host) is taken"))
            }
        case .closeSocket(let local):
            host.closeSocket(local)
        case .openStream(let token, let target):
            openStream(token, target, for: host)
        case .closeStream(let token):
            closeStream(token, of: host)
        case .openSignaling(let url):
            openSignaling(url, for: host)
        case .sendSignaling(let text):
            sendSignaling(text, for: host)
        case .closeSignaling(let code, let reason):
            closeSignaling(code, reason, for: host)
        case .setNetwork(let profile):
            host.up.set(profile.up, at: now)
            host.down.set(profile.down, at: now)
        case .markECN(let ecn):
            host.ecn = ecn
        case .blackout(let duration, let scope):
            blackout(host, for: duration, scope)
        case .changeAddress:
            changeAddress(of: host)
            breakStreams(of: host)
        case .cutSignaling(let duration):
            cutSignaling(host, for: duration)
        case .finished:
            host.state = .finishing
        }
    }

    private func blackout(_ host: Host, for duration: Duration, _ scope: BlackoutScope) {
        if scope.cutsMedia {
            host.up.blackout(from: now, for: duration)
            host.down.blackout(from: now, for: duration)
            holdStreams(of: host, for: duration)
        }
        guard scope.cutsSignaling else { return }
        host.blackoutEnd = max(host.blackoutEnd, now + duration)
        for connection in host.connections {
            connection.up.blackout(from: now, for: duration)
            connection.down.blackout(from: now, for: duration)
        }
    }

    /// Ends a machine's life: its sockets close, its signaling connection closes, what it sent before still travels.
    private func retire(_ host: Host) {
        host.state = .finished
        finishedCount += 1
        host.inputs.removeAll()
        host.closeAllSockets()
        closeAllStreams(of: host)
        abandonSignaling(of: host)
    }
}
