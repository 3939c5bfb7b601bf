import NetworkImpairment
import NetworkSimulation
import RTCCore
import Testing

/// A server that tells everyone what one says, and does a few things on command.
private final class Chatter: SignalingService {
    private(set) var log: [String] = []
    private var open: [UInt64] = []
    private var outputs: [SignalingOutput] = []
    var tick: Instant?

    func opened(_ connection: UInt64, url: String, now: Instant) {
        log.append("\(now.nanoseconds / 1_000_000) opened \(connection) \(url)")
        open.append(connection)
        outputs.append(.send(connection: connection, "welcome"))
    }

    func received(_ text: String, on connection: UInt64, now: Instant) {
        log.append("\(now.nanoseconds / 1_000_000) \(connection): \(text)")
        if text == "throw me out" {
            open.removeAll { $0 == connection }
            outputs.append(.send(connection: connection, "as you wish"))
            outputs.append(.close(connection: connection, code: 4003, reason: "kicked"))
            outputs.append(.send(connection: connection, "too late"))
        } else {
            for other in open { outputs.append(.send(connection: other, text)) }
        }
    }

    func closed(_ connection: UInt64, code: UInt16?, now: Instant) {
        log.append("\(now.nanoseconds / 1_000_000) \(code == nil ? "lost" : "closed") \(connection)")
        open.removeAll { $0 == connection }
    }

    var deadline: Instant? { tick }

    func advance(to now: Instant) {
        tick = nil
        for connection in open { outputs.append(.send(connection: connection, "tick")) }
    }

    func nextOutput() -> SignalingOutput? {
        outputs.isEmpty ? nil : outputs.removeFirst()
    }
}

@Suite("Signaling in the simulation")
struct SignalingTests {
    private let chatter = Chatter()

    private func run(_ plans: [[(at: Instant, action: Probe.Action)]], until end: Instant = .seconds(10)) -> [Probe] {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10), service: chatter)
        let probes = plans.map { Probe(opensSocket: false, $0) }
        for (index, probe) in probes.enumerated() { simulation.add(probe, seed: UInt64(index), startAt: .origin) }
        simulation.run(until: end)
        return probes
    }

    private func says(_ text: String, at milliseconds: UInt64) -> (at: Instant, action: Probe.Action) {
        (.milliseconds(milliseconds), .request(.sendSignaling(text)))
    }

    private let opens: (at: Instant, action: Probe.Action) = (.origin, .request(.openSignaling(url: "ws://room")))

    @Test("opens, speaks and closes with the wire's delay each way, in order")
    func life() {
        let closes: (at: Instant, action: Probe.Action) = (
            .milliseconds(100), .request(.closeSignaling(code: 1000, reason: "bye"))
        )
        let probe = run([[opens, says("one", at: 0), says("two", at: 50), closes, says("unheard", at: 105)]])[0]
        #expect(chatter.log == ["10 opened 1 ws://room", "10 1: one", "60 1: two", "110 closed 1"])
        #expect(
            probe.told == [
                .init(at: .milliseconds(20), input: .signalingOpened),
                .init(at: .milliseconds(20), input: .signalingReceived("welcome")),
                .init(at: .milliseconds(20), input: .signalingReceived("one")),
                .init(at: .milliseconds(70), input: .signalingReceived("two")),
                .init(at: .milliseconds(120), input: .signalingClosed(code: 1000, reason: "bye")),
            ])
    }

    @Test("what one says reaches all, in the order in which the service heard it")
    func order() {
        let probes = run([
            [opens, says("a", at: 100), says("c", at: 101), says("d", at: 101)],
            [opens, says("b", at: 100), says("e", at: 101)],
        ])
        let texts = probes.map { $0.told.compactMap { if case .signalingReceived(let text) = $0.input { text } else { nil } } }
        #expect(texts[0] == ["welcome", "a", "b", "c", "d", "e"])
        #expect(texts[1] == texts[0])
    }

    @Test("the service closes with a code, once, and hears that it is closed")
    func kicked() {
        let probe = run([[opens, says("throw me out", at: 100), says("still here", at: 105)]])[0]
        #expect(chatter.log == ["10 opened 1 ws://room", "110 1: throw me out", "130 closed 1"])
        #expect(
            probe.told.suffix(2) == [
                .init(at: .milliseconds(120), input: .signalingReceived("as you wish")),
                .init(at: .milliseconds(120), input: .signalingClosed(code: 4003, reason: "kicked")),
            ])
    }

    @Test("a machine that was thrown out may come back under a new number")
    func again() {
        let reopens: (at: Instant, action: Probe.Action) = (.milliseconds(200), .request(.openSignaling(url: "ws://again")))
        let probe = run([[opens, says("throw me out", at: 100), reopens]])[0]
        #expect(chatter.log.last == "210 opened 2 ws://again")
        #expect(probe.told.last?.input == .signalingReceived("welcome"))
    }

    @Test("a machine that closes and opens at once hears no more of the old connection")
    func replaced() {
        let closes: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.closeSignaling(code: 1000, reason: "")))
        let reopens: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.openSignaling(url: "ws://again")))
        let probe = run([[opens, closes, reopens]])[0]
        #expect(chatter.log.suffix(2) == ["110 closed 1", "110 opened 2 ws://again"])
        #expect(!probe.told.contains { if case .signalingClosed = $0.input { true } else { false } })
    }

    @Test("a blackout holds text both ways until it ends, and loses none")
    func blackout() {
        let cut: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.blackout(.seconds(1), .all)))
        let probes = run([
            [opens, says("on its way", at: 95), cut, says("during", at: 500), says("after", at: 1200)],
            [opens, says("from outside", at: 300)],
        ])
        #expect(chatter.log.suffix(4) == ["310 2: from outside", "1110 1: on its way", "1110 1: during", "1210 1: after"])
        let heard = probes[0].told.suffix(4)
        #expect(
            heard.map(\.input) == ["from outside", "on its way", "during", "after"].map { HostInput.signalingReceived($0) })
        #expect(heard.map(\.at) == [.milliseconds(1110), .milliseconds(1120), .milliseconds(1120), .milliseconds(1220)])
    }

    @Test("a connection opened within a blackout opens after it")
    func openedInBlackout() {
        let cut: (at: Instant, action: Probe.Action) = (.origin, .request(.blackout(.seconds(1), .all)))
        let late: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.openSignaling(url: "ws://room")))
        let probe = run([[cut, late]])[0]
        #expect(probe.told.first == .init(at: .milliseconds(1020), input: .signalingOpened))
    }

    @Test("a machine that is thrown out, or whose attempt failed, may open again and again")
    func reopened() {
        let reopen = { (at: UInt64) -> (at: Instant, action: Probe.Action) in
            (.milliseconds(at), .request(.openSignaling(url: "ws://again")))
        }
        let cut: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.cutSignaling(for: .milliseconds(250))))
        let probe = run([[opens, cut, reopen(200), reopen(300), reopen(400), says("back", at: 450)]])[0]
        #expect(chatter.log == ["10 opened 1 ws://room", "110 lost 1", "410 opened 4 ws://again", "460 4: back"])
        #expect(
            probe.told == [
                .init(at: .milliseconds(20), input: .signalingOpened),
                .init(at: .milliseconds(20), input: .signalingReceived("welcome")),
                .init(at: .milliseconds(100), input: .signalingClosed(code: nil, reason: "the connection broke")),
                .init(at: .milliseconds(210), input: .signalingClosed(code: nil, reason: "unreachable")),
                .init(at: .milliseconds(310), input: .signalingClosed(code: nil, reason: "unreachable")),
                .init(at: .milliseconds(420), input: .signalingOpened),
                .init(at: .milliseconds(420), input: .signalingReceived("welcome")),
                .init(at: .milliseconds(470), input: .signalingReceived("back")),
            ])
    }

    @Test("a cut loses what is on its way, in both directions")
    func cutLoses() {
        let cut: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.cutSignaling(for: .zero)))
        let probes = run([
            [opens, says("lost", at: 95), cut, says("on nothing", at: 105)], [opens, says("to the lost", at: 85)],
        ])
        #expect(chatter.log.suffix(2) == ["95 2: to the lost", "110 lost 1"])
        #expect(probes[0].told.last?.input == .signalingClosed(code: nil, reason: "the connection broke"))
    }

    @Test("a cut breaks an attempt to connect too, and without a connection only forbids one")
    func cutEarly() {
        let cut = { (at: UInt64) -> (at: Instant, action: Probe.Action) in
            (.milliseconds(at), .request(.cutSignaling(for: .milliseconds(50))))
        }
        let late: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.openSignaling(url: "ws://room")))
        let probes = run([[opens, cut(5)], [cut(0), late]])
        #expect(
            probes[0].told == [.init(at: .milliseconds(5), input: .signalingClosed(code: nil, reason: "the connection broke"))])
        #expect(probes[1].told.map(\.input) == [.signalingOpened, .signalingReceived("welcome")])
        #expect(chatter.log == ["110 opened 2 ws://room"])
    }

    @Test("an attempt that a blackout outlasts fails after five seconds")
    func attemptTimesOut() {
        let cut: (at: Instant, action: Probe.Action) = (.milliseconds(5), .request(.blackout(.seconds(7), .all)))
        let again: (at: Instant, action: Probe.Action) = (.seconds(6), .request(.openSignaling(url: "ws://again")))
        let probe = run([[opens, cut, again]])[0]
        #expect(
            probe.told == [
                .init(at: .seconds(5), input: .signalingClosed(code: nil, reason: "connection timed out after 5.0 s")),
                .init(at: .milliseconds(7025), input: .signalingOpened),
                .init(at: .milliseconds(7025), input: .signalingReceived("welcome")),
            ])
        #expect(chatter.log == ["7015 opened 2 ws://again"])
    }

    @Test("an attempt can be given up, and another made at once")
    func givenUp() {
        let cut: (at: Instant, action: Probe.Action) = (.origin, .request(.blackout(.seconds(1), .all)))
        let closes = { (at: UInt64) -> (at: Instant, action: Probe.Action) in
            (.milliseconds(at), .request(.closeSignaling(code: 1000, reason: "never mind")))
        }
        let again: (at: Instant, action: Probe.Action) = (.milliseconds(300), .request(.openSignaling(url: "ws://again")))
        let probe = run([[cut, opens, closes(100), again, closes(400), again]])[0]
        #expect(
            probe.told == [
                .init(at: .milliseconds(100), input: .signalingClosed(code: nil, reason: "closed before it was open")),
                .init(at: .milliseconds(1020), input: .signalingOpened),
                .init(at: .milliseconds(1020), input: .signalingReceived("welcome")),
            ])
        #expect(chatter.log == ["1010 opened 3 ws://again"])
    }

    @Test("a service that is taken down breaks every connection, refuses others, and another takes its place")
    func outage() {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10), service: chatter)
        let second = Chatter()
        let again = { (at: UInt64) -> (at: Instant, action: Probe.Action) in
            (.milliseconds(at), .request(.openSignaling(url: "ws://again")))
        }
        let probe = Probe(opensSocket: false, [opens, says("too late", at: 95), again(200), again(600), says("hello", at: 700)])
        simulation.add(probe, seed: 1, startAt: .origin)
        simulation.takeServiceDown(at: .milliseconds(100), for: .milliseconds(400)) { now in
            #expect(now == .milliseconds(500))
            return second
        }
        simulation.run(until: .seconds(1))
        #expect(chatter.log == ["10 opened 1 ws://room"])
        #expect(second.log == ["610 opened 3 ws://again", "710 3: hello"])
        #expect(
            probe.told.dropFirst(2) == [
                .init(at: .milliseconds(110), input: .signalingClosed(code: nil, reason: "the server broke the connection")),
                .init(at: .milliseconds(220), input: .signalingClosed(code: nil, reason: "nobody listens at ws://again")),
                .init(at: .milliseconds(620), input: .signalingOpened),
                .init(at: .milliseconds(620), input: .signalingReceived("welcome")),
                .init(at: .milliseconds(720), input: .signalingReceived("hello")),
            ])
    }

    @Test("the service has its own deadlines")
    func deadline() {
        chatter.tick = .milliseconds(700)
        let probe = run([[opens]])[0]
        #expect(probe.told.last == .init(at: .milliseconds(710), input: .signalingReceived("tick")))
    }

    @Test("a machine's end closes its connection")
    func finished() {
        let ends: (at: Instant, action: Probe.Action) = (.milliseconds(100), .request(.finished))
        let probes = run([[opens, says("last words", at: 100), ends], [opens]])
        #expect(chatter.log.suffix(2) == ["110 1: last words", "110 closed 1"])
        #expect(probes[1].told.last?.input == .signalingReceived("last words"))
    }

    @Test("without a service nobody answers, and time passes before that is known")
    func nobody() {
        let simulation = Simulation(seed: 1, wireDelay: .milliseconds(10), service: nil)
        let probe = Probe(opensSocket: false, [opens])
        simulation.add(probe, seed: 1, startAt: .origin)
        simulation.run(until: .seconds(1))
        #expect(
            probe.told == [
                .init(at: .milliseconds(20), input: .signalingClosed(code: nil, reason: "nobody listens at ws://room"))
            ])
    }
}
