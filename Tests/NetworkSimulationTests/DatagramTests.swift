import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

@Suite("Datagrams between simulated hosts")
struct DatagramTests {
    @Test("a ping takes the wire's delay each way")
    func pingPong() {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(3), service: nil)
        let pong = Probe()
        pong.echoes = true
        let ping = Probe([(.milliseconds(10), .send([1, 2, 3], to: simulation.futureSocket(of: 0)))])
        simulation.add(pong, seed: 1, startAt: .origin)
        simulation.add(ping, seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        let there = simulation.firstSocket(of: 0)
        let here = simulation.firstSocket(of: 1)
        #expect(pong.received == [.init(at: .milliseconds(13), bytes: [1, 2, 3], path: Path(local: there, remote: here))])
        #expect(ping.received == [.init(at: .milliseconds(16), bytes: [1, 2, 3], path: Path(local: here, remote: there))])
        #expect(simulation.now == .seconds(1))
        #expect(simulation.report(of: 1).up.passed == 1)
        #expect(simulation.report(of: 1).down.bytes == 3)
    }

    @Test("hosts have addresses of the benchmark range, sockets ports of their own")
    func addresses() {
        let simulation = Simulation(seed: 1, service: nil)
        let machine = Probe([(.milliseconds(1), .request(.openSocket(token: 5)))])
        simulation.add(Probe(), seed: 1, startAt: .origin)
        simulation.add(machine, seed: 1, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(machine.sockets.map(\.description) == ["198.18.0.2:49152", "198.18.0.2:49153"])
        #expect(machine.told.last?.input == .socketOpened(token: 5, local: machine.sockets[1]))
    }

    @Test("only an open socket receives; the rest is counted as unroutable")
    func sockets() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let nobody = SocketAddress(ipv4: 0xC0A8_0001, port: 9)
        let sender = Probe([
            (.milliseconds(10), .send([1], to: receiver)),
            (.milliseconds(30), .send([2], to: receiver)),
            (.milliseconds(31), .send([3], to: nobody)),
            (.milliseconds(32), .request(.closeSocket(local: simulation.futureSocket(of: 1)))),
            (.milliseconds(33), .send([4], to: receiver)),
        ])
        let target = Probe([(.milliseconds(20), .request(.closeSocket(local: receiver)))])
        simulation.add(target, seed: 1, startAt: .origin)
        simulation.add(sender, seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(target.received.map(\.bytes) == [[1]])
        #expect(simulation.report(of: 1).unroutable == 3)
        #expect(simulation.unroutable == 3)
    }

    @Test("what is asked for on the way to the last datagram is done at once, also where there is none")
    func lateRequest() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let target = Probe([(.milliseconds(20), .requestWithDatagrams(.closeSocket(local: receiver)))])
        simulation.add(target, seed: 1, startAt: .origin)
        simulation.add(Probe([(.milliseconds(30), .send([1], to: receiver))]), seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(target.received.isEmpty)
        #expect(simulation.report(of: 0).ledger.map(\.cause) == [.closed])
    }

    @Test("a datagram held in the down pipe finds its socket closed")
    func closedMeanwhile() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let slow = NetworkProfile(name: "custom", up: .none, down: Impairment(delay: .milliseconds(50)))
        let target = Probe([
            (.origin, .request(.setNetwork(slow))),
            (.milliseconds(20), .request(.closeSocket(local: receiver))),
        ])
        simulation.add(target, seed: 1, startAt: .origin)
        simulation.add(Probe([(.milliseconds(10), .send([1], to: receiver))]), seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(target.received.isEmpty)
        #expect(simulation.unroutable == 1)
    }

    @Test("what comes to a closed socket is in its owner's ledger, whether or not it was under way when the socket closed")
    func closedLedger() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let slow = NetworkProfile(name: "custom", up: .none, down: Impairment(delay: .milliseconds(50)))
        let target = Probe([
            (.origin, .request(.setNetwork(slow))), (.milliseconds(20), .request(.closeSocket(local: receiver))),
        ])
        simulation.add(target, seed: 1, startAt: .origin)
        simulation.add(
            Probe([(.milliseconds(10), .send([1], to: receiver)), (.milliseconds(30), .send([2], to: receiver))]), seed: 2,
            startAt: .origin)
        simulation.run(until: .seconds(1))
        let report = simulation.report(of: 0)
        #expect(report.ledger.map(\.cause) == [.closed, .closed])
        #expect(report.down.dropped(.closed) == 2)
        #expect(report.down.passed == 0)
    }

    @Test("after a change of address sockets open elsewhere, are reached there, and the old one is closed")
    func changeOfAddress() {
        let simulation = Simulation(seed: 1, service: nil)
        let old = simulation.futureSocket(of: 0)
        let moving = Probe([
            (.milliseconds(20), .request(.changeAddress)), (.milliseconds(21), .request(.openSocket(token: 2))),
        ])
        let new = SocketAddress(ipv4: 0x6440_0000, port: Probe.firstPort + 1)
        let sender = Probe([
            (.milliseconds(10), .send([1], to: old)), (.milliseconds(30), .send([2], to: old)),
            (.milliseconds(40), .send([3], to: new)),
        ])
        simulation.add(moving, seed: 1, startAt: .origin)
        simulation.add(sender, seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(moving.sockets == [old, new])
        #expect(moving.received.map(\.bytes) == [[1], [3]])
        #expect(simulation.report(of: 0).ledger.map(\.cause) == [.closed])
    }

    @Test("both ends' impairments add up: A's way up, the wire, B's way down")
    func impairments() {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(1), service: nil)
        let profile = { (up: Int, down: Int) in
            NetworkProfile(
                name: "custom", up: Impairment(delay: .milliseconds(up)), down: Impairment(delay: .milliseconds(down)))
        }
        let pong = Probe([(.origin, .request(.setNetwork(profile(20, 30))))])
        pong.echoes = true
        let ping = Probe([
            (.origin, .request(.setNetwork(profile(5, 7)))),
            (.milliseconds(100), .send([9], to: simulation.futureSocket(of: 0))),
        ])
        simulation.add(pong, seed: 1, startAt: .origin)
        simulation.add(ping, seed: 2, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(pong.received.map(\.at) == [.milliseconds(136)])
        #expect(ping.received.map(\.at) == [.milliseconds(164)])
    }

    @Test("a blackout cuts both directions from its very start to its very end, and the ledger knows")
    func blackout() {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(1), service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let plan: [(at: Instant, action: Probe.Action)] = (0..<100).map { index in
            (.milliseconds(UInt64(10 * index + 10)), .send([UInt8(index)], to: receiver))
        }
        let pong = Probe([(.milliseconds(300), .request(.blackout(.milliseconds(200), .all)))])
        pong.echoes = true
        let ping = Probe(plan)
        simulation.add(pong, seed: 1, startAt: .origin)
        simulation.add(ping, seed: 2, startAt: .origin)
        simulation.run(until: .seconds(2))
        // Sent at 300 … 490 ms, these arrive within the blackout; the one of 290 ms was answered before it.
        let expected = (0..<100).map { UInt8($0) }.filter { !(29...48).contains($0) }
        #expect(pong.received.map { $0.bytes[0] } == expected)
        #expect(ping.received.map { $0.bytes[0] } == expected)
        let report = simulation.report(of: 0)
        #expect(report.down.dropped(.blackout) == 20)
        #expect(report.ledger.count == 20)
        #expect(
            report.ledger.allSatisfy { $0.direction == .down && $0.time >= .milliseconds(300) && $0.time < .milliseconds(500) })
        #expect(simulation.report(of: 0).ledger.count == 20)
        #expect(simulation.report(of: 1).ledger.isEmpty)
    }

    @Test("a machine begins at its time, and gets nothing before")
    func start() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let late = Probe()
        simulation.add(late, seed: 1, startAt: .seconds(5))
        let sends: [(at: Instant, action: Probe.Action)] = (1...9).map {
            (.seconds(Double($0)), .send([UInt8($0)], to: receiver))
        }
        simulation.add(Probe(sends), seed: 2, startAt: .origin)
        simulation.run(until: .seconds(10))
        #expect(late.told.first?.at == .seconds(5))
        #expect(late.received.map { $0.bytes[0] } == [5, 6, 7, 8, 9])
        #expect(simulation.unroutable == 4)
    }

    @Test("a batch that is full is emptied and filled again")
    func manyAtOnce() {
        let simulation = Simulation(seed: 1, service: nil)
        let receiver = simulation.futureSocket(of: 0)
        let target = Probe()
        simulation.add(target, seed: 1, startAt: .origin)
        let sends: [(at: Instant, action: Probe.Action)] = (0..<1000).map {
            (.seconds(1), .send([UInt8($0 % 251)], to: receiver))
        }
        simulation.add(Probe(sends), seed: 2, startAt: .origin)
        simulation.run(until: .seconds(2))
        #expect(target.received.map { $0.bytes[0] } == (0..<1000).map { UInt8($0 % 251) })
    }
}

extension Simulation {
    /// The first socket of a host that is still to be added.
    func futureSocket(of index: Int) -> SocketAddress {
        SocketAddress(ipv4: 0xC612_0001 + UInt32(index), port: Probe.firstPort)
    }
}
