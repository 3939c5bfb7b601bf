internal import NIOCore
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    func takeMail() {
        letters.removeAll(keepingCapacity: true)
        shared.mailbox.take(into: &letters)
        let now = clock.now
        for letter in letters {
            switch letter {
            case .host(let slot, let seed, let startAt, let make):
                timers.set(slot, to: add(slot, seed, startAt, make).startAt)
            case .visit(let slot, let visit):
                receive(visit, at: hosts[slot], now: now)
            case .signaling(let slot, let connection, let event):
                receive(event, from: connection, at: hosts[slot], now: now)
            case .gone(let connection):
                connections[connection] = nil
            case .stop:
                isStopping = true
            }
        }
        letters.removeAll(keepingCapacity: true)
    }

    /// Answers those who wrote before the mailbox closed, and too late for a turn of the loop.
    func receiveLast(_ letters: [Mail]) {
        let now = clock.now
        for letter in letters {
            switch letter {
            case .host(let slot, let seed, let startAt, let make):
                _ = add(slot, seed, startAt, make).machine(at: now)
            case .visit(let slot, let visit):
                visit(hosts[slot].machine(at: now), hosts[slot].report())
            case .signaling, .gone, .stop:
                break
            }
        }
    }

    private func add(
        _ slot: Int, _ seed: UInt64, _ startAt: Instant, _ make: @escaping @Sendable (Instant) -> any HostedMachine
    ) -> Host {
        precondition(slot == hosts.count, "machines arrive in the order of their slots")
        let host = Host(
            slot: slot, seed: seed, startAt: startAt, signalingTimeout: configuration.signalingTimeout, make: make)
        hosts.append(host)
        return host
    }

    private func receive(_ visit: @escaping Visit, at host: Host, now: Instant) {
        publish(at: now)
        guard let machine = host.machine else {
            host.waitingVisits.append(visit)
            return
        }
        visit(machine, host.report())
        guard !host.isFinished else { return }
        drain(host, at: now)
        retireIfDone(host)
        reschedule(host)
    }

    private func receive(_ event: SignalingEvent, from connection: UInt64, at host: Host, now: Instant) {
        guard connection == host.connectionNumber, !host.isFinished else { return }
        if case .closed = event { host.connection = nil }
        host.line.arrived(event, now: now)
        pumpSignaling(host, at: now)
        drain(host, at: now)
        retireIfDone(host)
        reschedule(host)
    }

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
            case .send(let text): host.connection?.send(text)
            case .close(let code, let reason): host.connection?.close(code: code, reason: reason)
            case .abandon:
                host.connection?.abandon()
                host.connection = nil
                host.connectionNumber = 0
            }
        }
        host.lineDeadline = host.line.deadline
    }

    private func openSignaling(_ url: String, by deadline: Instant, for host: Host, at now: Instant) {
        if let earlier = host.connection { earlier.close(code: 1001, reason: "") }
        connectionCount += 1
        let number = connectionCount
        let slot = host.slot
        let mailbox = shared.mailbox
        let deliver: @Sendable (SignalingEvent) -> Void = { event in
            mailbox.post(.signaling(slot: slot, connection: number, event))
        }
        let loop = configuration.signalingGroup.next()
        let connection: any SignalingWire =
            ProgramAddress.command(in: url) == nil
            ? SignalingConnection(on: loop, deliver: deliver) : ProgramConnection(on: loop, deliver: deliver)
        connection.whenGone.whenComplete { _ in mailbox.post(.gone(connection: number)) }
        connections[number] = connection
        host.connection = connection
        host.connectionNumber = number
        connection.open(url, subprotocol: configuration.signalingSubprotocol, within: deadline - now)
    }
}
