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
            case .resolved(let slot, let connection, let addresses):
                resolved(addresses, for: connection, at: hosts[slot], now: now)
            case .gone(let connection):
                programs[connection] = nil
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
            case .signaling, .resolved, .gone, .stop:
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
        retireIfDone(host, at: now)
        reschedule(host)
    }
}
