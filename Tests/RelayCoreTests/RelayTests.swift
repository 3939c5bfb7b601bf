import NetworkImpairment
import NetworkSimulation
import RTCCore
import RTCCrypto
import RTCICE
import RelayCore
import Testing

/// Two callers at hosts 0 and 1, TURN servers from host 2 on.
private struct World {
    let simulation: Simulation
    let callers: [Caller]
    let hosts: [RelayHost]

    static func address(_ server: Int) -> SocketAddress { Simulation.firstSocket(of: 2 + server) }

    static func configuration(_ change: (inout RelayConfiguration) -> Void = { _ in }) -> RelayConfiguration {
        var configuration = RelayConfiguration()
        configuration.users = ["alice": "secret one"]
        change(&configuration)
        return configuration
    }

    static func server(
        _ number: Int = 0, _ transport: TURNTransport = .udp, user: String = "alice", password: String = "secret one"
    ) -> TURNServer {
        TURNServer(address: address(number), transport: transport, username: user, credential: password)
    }

    init(
        _ servers: [TURNServer], _ configurations: [RelayConfiguration] = [World.configuration()],
        policy: IceTransportPolicy = .relay, hangsUpAt: Instant? = nil, isBehindNAT: Bool = false
    ) {
        let simulation = Simulation(seed: 5, wireDelay: .milliseconds(10), service: Switchboard())
        callers = [
            Caller(.controlling, seed: 1, servers: servers, policy: policy, hangsUpAt: hangsUpAt),
            Caller(.controlled, seed: 2, servers: servers, policy: policy, hangsUpAt: hangsUpAt),
        ]
        hosts = configurations.map { RelayHost($0) }
        for (index, caller) in callers.enumerated() {
            simulation.add(caller, seed: UInt64(index), startAt: .origin, isBehindNAT: isBehindNAT)
        }
        for (index, host) in hosts.enumerated() { simulation.addServer(host, seed: UInt64(index)) }
        self.simulation = simulation
    }

    func run(_ seconds: Double) { simulation.run(until: .seconds(seconds)) }
}

@Suite("Relayed calls, RFC 8656")
struct RelayTests {
    @Test("with relays alone everything goes through the server, over channels", arguments: TURNTransport.allCases)
    func relayOnly(transport: TURNTransport) {
        let world = World([World.server(0, transport)])
        world.run(5)
        for caller in world.callers {
            #expect(caller.arrivals.count > 230 && caller.longestGap(until: 5) < 0.1)
            #expect(caller.paths.allSatisfy { $0.local.host == World.address(0).host && $0.remote.host == World.address(0).host })
            #expect(caller.agent.counters.relayedPacketsSent > 230)
            let local = caller.agent.candidatePairs.first { $0.nominated }?.local
            #expect(local?.kind == .relayed && local?.relayProtocol == transport && local?.url == World.server(0, transport).url)
        }
        let statistics = world.hosts[0].statistics
        #expect(statistics.allocations == 2 && statistics.malformed == 0)
        #expect(statistics.relayedOut > 460 && statistics.indications < 40)
        #expect(world.simulation.unroutable == 0)
    }

    @Test("a relayed call counts what its peers sent, and not what was wrapped around it", arguments: TURNTransport.allCases)
    func counts(transport: TURNTransport) {
        let world = World([World.server(0, transport)])
        world.run(5)
        for (caller, other) in [(world.callers[0], world.callers[1]), (world.callers[1], world.callers[0])] {
            let counters = caller.agent.counters
            #expect(counters.relayedPacketsReceived == UInt64(caller.taken.packets))
            #expect(counters.relayedBytesReceived == UInt64(caller.taken.bytes))
            // What is missing is on its way, or was sent before the other side let it in.
            let missing = other.agent.counters.relayedPacketsSent - counters.relayedPacketsReceived
            #expect(missing < 10)
            #expect(other.agent.counters.relayedBytesSent - counters.relayedBytesReceived < missing * 120 + 1)
        }
    }

    @Test("a wrong password fails gathering with the server's reason", arguments: TURNTransport.allCases)
    func wrongPassword(transport: TURNTransport) throws {
        let server = World.server(0, transport, password: "guess")
        let world = World([server])
        world.run(5)
        for caller in world.callers {
            let failures = try #require(
                caller.events.compactMap { if case .gatheringFailed(let failures) = $0 { failures } else { nil } }.first)
            #expect(failures.map(\.description) == ["401 Unauthenticated from \(server.url)"])
            #expect(caller.paths.isEmpty && caller.agent.counters.relaysFailed == 1)
        }
    }

    @Test("where all kinds are allowed, a wrong password costs the relay and not the call")
    func wrongPasswordWithAll() {
        let world = World([World.server(password: "guess")], policy: .all)
        world.run(5)
        for caller in world.callers {
            #expect(caller.arrivals.count > 230 && caller.agent.counters.relaysFailed == 1)
            #expect(!caller.events.contains { if case .gatheringFailed = $0 { true } else { false } })
        }
    }

    @Test("where all kinds are allowed, the direct way wins")
    func directWins() {
        let world = World([World.server()], policy: .all)
        world.run(5)
        #expect(world.callers.allSatisfy { $0.paths.last?.remote.host != World.address(0).host })
        #expect(world.hosts[0].statistics.allocations == 2)
    }

    @Test("a server that does not answer is replaced by the next within four seconds")
    func silentServer() {
        let nowhere = SocketAddress(ipv4: 0xC612_0800, port: 3478)
        let world = World([TURNServer(address: nowhere, username: "a", credential: "b"), World.server()])
        world.run(8)
        for caller in world.callers {
            #expect(caller.arrivals.first.map { $0.at.seconds < 4 } ?? false)
            #expect(caller.agent.counters.relaysFailed == 1)
        }
    }

    @Test("a server that has no room is replaced by the next")
    func quota() {
        let world = World(
            [World.server(0), World.server(1)], [World.configuration { $0.quota = 0 }, World.configuration()])
        world.run(3)
        #expect(world.callers.allSatisfy { $0.arrivals.count > 100 })
        #expect(world.hosts[0].statistics.allocations == 0 && world.hosts[1].statistics.allocations == 2)
    }

    @Test("a server sends on to another one", arguments: TURNTransport.allCases)
    func alternate(transport: TURNTransport) {
        let world = World(
            [World.server(0, transport)], [World.configuration { $0.alternate = World.address(1) }, World.configuration()])
        world.run(3)
        #expect(world.callers.allSatisfy { $0.arrivals.count > 100 })
        #expect(world.hosts[1].statistics.allocations == 2)
    }

    @Test("a server that dies in a call is replaced, and the call goes on", arguments: TURNTransport.allCases)
    func death(transport: TURNTransport) {
        let world = World(
            [World.server(0, transport), World.server(1, transport)],
            [World.configuration { $0.diesAt = .seconds(5) }, World.configuration()])
        world.run(20)
        for caller in world.callers {
            #expect(caller.longestGap(until: 20) < (transport == .udp ? 5 : 1))
            #expect(caller.paths.last?.local.host == World.address(1).host)
            #expect(caller.events.contains { if case .relayReplaced = $0 { true } else { false } })
            #expect(caller.agent.counters.relaysFailed == 1)
        }
        #expect(world.hosts[1].allocationCount == 2)
    }

    @Test(
        "an allocation outlives its lifetime, its permissions, its channels and its nonces", arguments: [TURNTransport.udp, .tcp])
    func refreshes(transport: TURNTransport) {
        let configuration = World.configuration {
            $0.lifetime = 60
            $0.nonceLifetime = .seconds(100)
        }
        let world = World([World.server(0, transport)], [configuration])
        world.run(700)
        #expect(world.callers.allSatisfy { $0.longestGap(until: 700) < 0.1 && $0.agent.counters.relaysFailed == 0 })
        #expect(world.hosts[0].statistics.allocations == 2 && world.hosts[0].statistics.unpermitted == 0)
        #expect(world.hosts[0].statistics.refused > 10)
    }

    @Test("an outage of everything ends on the same allocation where there is one server")
    func outage() {
        let world = World([World.server()])
        world.callers[0].darkAt = .seconds(3)
        world.run(20)
        #expect(world.hosts[0].statistics.allocations == 2)
        for caller in world.callers {
            #expect((8..<10).contains(caller.longestGap(until: 20)))
            #expect(!caller.events.contains { if case .relayReplaced = $0 { true } else { false } })
        }
    }

    @Test("hanging up gives the allocation back", arguments: TURNTransport.allCases)
    func release(transport: TURNTransport) {
        let world = World([World.server(0, transport)], hangsUpAt: .seconds(2))
        world.run(3)
        #expect(world.hosts[0].allocationCount == 0 && world.hosts[0].statistics.released == 2)
    }

    @Test("an ephemeral user is let in until it expires")
    func ephemeral() {
        let expiry = WallClock.simulation.unixSeconds(at: .seconds(100))
        let credential = EphemeralCredential(secret: "shared", user: "bot", expiry: expiry)
        let server = World.server(user: credential.username, password: credential.password)
        let configuration = World.configuration {
            $0.secret = "shared"
            $0.wallClock = .simulation
            $0.lifetime = 600
        }
        let world = World([server], [configuration])
        world.run(3)
        #expect(world.callers.allSatisfy { $0.arrivals.count > 100 })
        let expired = EphemeralCredential(secret: "shared", user: "bot", expiry: WallClock.simulation.unixSeconds(at: .origin))
        let late = World([World.server(user: expired.username, password: expired.password)], [configuration])
        late.run(3)
        #expect(late.callers.allSatisfy { $0.arrivals.isEmpty && $0.agent.counters.relaysFailed == 1 })
    }

    @Test("the password of an ephemeral user is the base 64 of an HMAC-SHA1")
    func vector() {
        // printf 1433895918:mbzrxpgjys | openssl dgst -sha1 -hmac my_secret -binary | base64
        let credential = EphemeralCredential(secret: "my_secret", user: "mbzrxpgjys", expiry: 1_433_895_918)
        #expect(credential.username == "1433895918:mbzrxpgjys")
        #expect(credential.password == "nFTTdjfbvsa0uZjmN2UbQlOw7No=")
    }
}
