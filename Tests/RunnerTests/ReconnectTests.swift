import Foundation
import Measurement
import RTCCore
import RTCPeer
import Reports
import Runner
import Scenario
import Testing

@Suite("Losing things and coming back, in virtual time")
struct ReconnectTests {
    private static let policy = "{ initial: 250ms, factor: 2, max: 4s, jitter: full, attempts: 20 }"

    private func simulate(
        count: Int = 2, duration: String, seed: UInt64? = nil, reconnect: String? = policy, _ timeline: String...
    ) throws -> RunOutcome {
        var text = Calls.text(count: count, duration: duration, timeline: timeline)
        if let reconnect {
            text = text.replacingOccurrences(of: "    subscribe: all", with: "    subscribe: all\n    reconnect: \(reconnect)")
        }
        return try Calls.simulate(try Calls.plan(text, seed: seed))
    }

    private func attempts(_ outcome: RunOutcome) -> [ReconnectAttempt] {
        outcome.measurement.record.bots.flatMap(\.attempts)
    }

    private func kinds(_ outcome: RunOutcome, of bot: Int) -> [RunEvent.Kind] {
        outcome.measurement.record.bots[bot].events.map(\.kind)
    }

    /// From the end of the first fault to media on the track that took longest.
    private func recovery(_ outcome: RunOutcome) throws -> Double {
        let fault = try #require(outcome.result.faults.first)
        #expect(fault.tracks.count == 4)
        return try fault.tracks.map { try #require($0.recovery) }.max() ?? .infinity
    }

    private func expectHonestAccounts(_ outcome: RunOutcome) {
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        let accounts = Accounts(outcome.result)
        #expect(accounts.areBalanced)
        #expect(accounts.unexplained == 0)
        #expect(accounts.foreign == 0)
    }

    @Test("six seconds of silence heal on the old pair, without an attempt")
    func shortBlackout() throws {
        let outcome = try simulate(
            duration: "20s", "{ at: 5s, event: drop, who: \"callers[1]\", do: { blackout: { for: 6s, only: media } } }")
        #expect(attempts(outcome).isEmpty)
        #expect(try recovery(outcome) < 1.5)
        expectHonestAccounts(outcome)
    }

    @Test(
        "forty seconds without media: consent expires, ICE restarts follow, and media is back within the wait in force and 2 s",
        arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func longBlackout(seed: UInt64) throws {
        let outcome = try simulate(
            duration: "60s", seed: seed,
            "{ at: 5s, event: drop, who: \"callers[1]\", do: { blackout: { for: 40s, only: media } } }")
        let tried = attempts(outcome)
        #expect(tried.count >= 3)
        #expect(tried.allSatisfy { $0.kind == .iceRestart || $0.kind == .rejoin })
        #expect(tried.filter { $0.outcome == .succeeded }.count >= 1)
        // Consent was granted less than five seconds before the blackout, and lasts thirty (RFC 7675 §5.1).
        let first = try #require(tried.map(\.lostAt).min())
        #expect((Instant.origin + .seconds(29)...Instant.origin + .seconds(36)).contains(first))
        let bound = try #require(tried.map(\.bound).max())
        #expect(try recovery(outcome) < bound.inSeconds + 2)
        expectHonestAccounts(outcome)
    }

    @Test("signaling killed for fifteen seconds: the session resumes, and media never stops")
    func signalingKilled() throws {
        let outcome = try simulate(
            duration: "40s", "{ at: 5s, event: drop, who: \"callers[0]\", do: { kill: { what: signaling, for: 15s } } }")
        let tried = attempts(outcome)
        #expect(tried.count >= 3)
        #expect(tried.allSatisfy { $0.kind == .signaling })
        #expect(tried.last?.outcome == .succeeded)
        #expect(kinds(outcome, of: 0).contains(.signalingResumed))
        #expect(!kinds(outcome, of: 0).contains(.sessionLost))
        #expect(kinds(outcome, of: 1).contains(.peerReconnecting))
        #expect(kinds(outcome, of: 1).contains(.peerResumed))
        #expect(!kinds(outcome, of: 1).contains(.peerLeft))
        let result = Accounts(outcome.result)
        #expect(result.intact == result.sent)
        expectHonestAccounts(outcome)
    }

    @Test("signaling lost for longer than the server remembers: the bot joins anew, and everybody sees everybody again")
    func sessionLost() throws {
        let outcome = try simulate(
            duration: "70s", reconnect: "{ max: 4s, attempts: 60 }",
            "{ at: 5s, event: drop, who: \"callers[0]\", do: { kill: { what: signaling, for: 40s } } }")
        #expect(kinds(outcome, of: 0).contains(.sessionLost))
        #expect(kinds(outcome, of: 0).filter { $0 == .joined }.count == 2)
        #expect(kinds(outcome, of: 1).contains(.peerLeft))
        #expect(try recovery(outcome) < 6)
        expectHonestAccounts(outcome)
    }

    @Test("a change of address is answered by an ICE restart from the new one, and what came to the old one is named")
    func addressChange() throws {
        let outcome = try simulate(duration: "20s", "{ at: 8s, event: moved, who: \"callers[1]\", do: address_change }")
        #expect(try recovery(outcome) < 1.5)
        #expect(attempts(outcome).contains { $0.kind == .iceRestart && $0.outcome == .succeeded })
        #expect(attempts(outcome).contains { $0.kind == .signaling && $0.outcome == .succeeded })
        let local = try #require(outcome.result.peers.first { $0.bot == "callers[1]" }?.ice.local)
        #expect(local.hasPrefix("100.64."))
        let closed = outcome.result.audit.filter { $0.to == "callers[1]" }.compactMap { $0.causes["closed"] }.reduce(0, +)
        #expect(closed > 0)
        expectHonestAccounts(outcome)
    }

    @Test("killed sockets open again when their time is over, and the call goes on")
    func mediaKilled() throws {
        let outcome = try simulate(
            duration: "25s", "{ at: 8s, event: killed, who: \"callers[0]\", do: { kill: { what: media, for: 3s } } }")
        #expect(try recovery(outcome) < 1.5)
        expectHonestAccounts(outcome)
    }

    @Test("signaling and media killed at once come back together")
    func bothKilled() throws {
        let outcome = try simulate(
            duration: "30s", "{ at: 8s, event: killed, who: \"callers[1]\", do: { kill: { what: both, for: 4s } } }")
        #expect(try recovery(outcome) < 6)
        #expect(kinds(outcome, of: 1).contains(.signalingResumed))
        expectHonestAccounts(outcome)
    }

    @Test("a server that dies is joined anew by all when it is back")
    func serverKilled() throws {
        let outcome = try simulate(
            count: 3, duration: "30s", "{ at: 8s, event: crash, who: all, do: { kill: { what: server, for: 3s } } }")
        for bot in 0..<3 { #expect(kinds(outcome, of: bot).filter { $0 == .joined }.count == 2) }
        #expect(attempts(outcome).filter { $0.kind == .signaling && $0.outcome == .succeeded }.count == 3)
        expectHonestAccounts(outcome)
    }

    @Test("who leaves and comes back is seen again")
    func rejoin() throws {
        let outcome = try simulate(
            count: 3, duration: "20s", "{ at: 5s, event: out, who: \"callers[1]\", do: leave }",
            "{ at: 10s, event: back, who: \"callers[1]\", do: rejoin }")
        #expect(kinds(outcome, of: 1).filter { $0 == .joined }.count == 2)
        #expect(kinds(outcome, of: 0).contains(.peerLeft))
        let back = try #require(outcome.result.faults.first { $0.name == "back" })
        #expect(back.tracks.allSatisfy { ($0.recovery ?? .infinity) < 1 })
        #expect(attempts(outcome).isEmpty)
        expectHonestAccounts(outcome)
    }

    @Test("who leaves for good is gone, and nothing that was on its way is unexplained")
    func leave() throws {
        let outcome = try simulate(count: 3, duration: "12s", "{ at: 5s, who: \"callers[1]\", do: leave }")
        #expect(kinds(outcome, of: 0).contains(.peerLeft))
        expectHonestAccounts(outcome)
    }

    @Test("a microphone that is off withholds its frames, and nobody else's")
    func mute() throws {
        let outcome = try simulate(
            duration: "12s", "{ at: 4s, who: \"callers[0]\", do: { mic: off } }",
            "{ at: 8s, who: \"callers[0]\", do: { mic: on } }")
        let audio = try #require(outcome.result.audit.first { $0.from == "callers[0]" && $0.kind == "audio" })
        #expect(audio.withheld == 200)
        #expect(audio.intact == audio.sent - 200)
        #expect(outcome.result.audit.filter { $0.withheld > 0 }.count == 1)
        expectHonestAccounts(outcome)
    }

    @Test("another file on the same track is one track still, and each of its frames is accounted for")
    func switchDevice() throws {
        let outcome = try simulate(
            duration: "12s",
            "{ at: 4s, who: \"callers[0]\", do: { switch_device: { audio: \(Calls.otherAudio), video: \(Calls.otherVideo) } } }",
            "{ at: 8s, who: \"callers[0]\", do: { switch_device: { audio: \(Calls.otherAudio) } } }")
        #expect(outcome.result.audit.count == 4)
        #expect(kinds(outcome, of: 0).filter { $0 == .deviceSwitched }.count == 3)
        let accounts = Accounts(outcome.result)
        #expect(accounts.intact == accounts.sent)
        let seen = outcome.measurement.record.bots[1].connections.flatMap(\.statistics.tracks).compactMap(\.inbound?.frameWidth)
            .filter { $0 > 0 }
        #expect(seen == [320])
        expectHonestAccounts(outcome)
    }

    @Test("a screen is a track of its own while it is shown, also where both show one at once, and where one is shown again")
    func screens() throws {
        let outcome = try simulate(
            duration: "14s", "{ at: 3s, who: callers, do: { screen: \(Calls.otherVideo) } }",
            "{ at: 7s, who: callers, do: { screen: off } }",
            "{ at: 9s, who: \"callers[0]\", do: { screen: \(Calls.otherVideo) } }")
        let screens = outcome.result.audit.filter { $0.rid != nil }
        #expect(screens.map(\.rid) == ["screen", "screen-2", "screen"])
        // Thirty pictures a second for four seconds, and from the ninth to the end.
        #expect((110...122).contains(screens[0].sent) && (140...152).contains(screens[1].sent))
        let accounts = Accounts(outcome.result)
        #expect(accounts.intact == accounts.sent)
        #expect(outcome.measurement.record.bots[1].lastView?.sources.first?.screen == "on")
        #expect(outcome.measurement.record.bots[1].lastView?.own.screen == "off")
        expectHonestAccounts(outcome)
    }

    @Test("an ICE restart in a healthy call loses nothing")
    func iceRestart() throws {
        let outcome = try simulate(duration: "15s", "{ at: 6s, who: \"callers[0]\", do: ice_restart }")
        #expect(kinds(outcome, of: 0).contains(.iceRestart))
        #expect(
            outcome.measurement.record.bots.flatMap(\.connections).allSatisfy {
                $0.statistics.transport.selectedCandidatePairChanges == 2
            })
        let accounts = Accounts(outcome.result)
        #expect(accounts.intact == accounts.sent)
        expectHonestAccounts(outcome)
    }

    @Test("two restarts that cross each other end in one call")
    func glare() throws {
        let outcome = try simulate(duration: "15s", "{ at: 6s, who: all, do: ice_restart }")
        let accounts = Accounts(outcome.result)
        #expect(accounts.intact == accounts.sent)
        #expect(!kinds(outcome, of: 0).contains(.negotiationFailed))
        #expect(!kinds(outcome, of: 1).contains(.negotiationFailed))
        expectHonestAccounts(outcome)
    }

    @Test("without a policy nobody tries to come back")
    func staysAway() throws {
        let outcome = try simulate(
            duration: "30s", reconnect: nil, "{ at: 5s, who: \"callers[0]\", do: { kill: { what: signaling, for: 5s } } }")
        #expect(attempts(outcome).isEmpty)
        #expect(outcome.result.failures.contains { $0.bot == "callers[0]" && $0.phase == "steady" })
    }

    @Test("the peak without jitter that is calculated is the one that comes without jitter")
    func peak() throws {
        let herd = { (jitter: String) in
            try self.simulate(
                count: 6, duration: "15s", reconnect: "{ initial: 1s, jitter: \(jitter) }",
                "{ at: 5s, who: all, do: { kill: { what: server, for: 500ms } } }")
        }
        let jittered = try #require(try herd("full").result.reconnects)
        let plain = try #require(try herd("none").result.reconnects)
        #expect(plain.peak == 60)
        #expect(plain.peakWithoutJitter == plain.peak)
        #expect(jittered.peakWithoutJitter == plain.peak)
        #expect(jittered.peak < plain.peak)
    }

    @Test("whatever happens to whom, every frame has its outcome and its cause", arguments: 1...40)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let faults = [
            "{ blackout: 2s }", "{ blackout: { for: 35s, only: media } }", "{ blackout: { for: 12s, only: signaling } }",
            "address_change",
            "{ kill: signaling }", "{ kill: { what: media, for: 2s } }", "{ kill: { what: both, for: 3s } }", "ice_restart",
            "{ network: wifi-lossy }", "{ mic: off }", "{ camera: on }",
        ]
        let timeline = (0..<5).map { _ in
            let at = 3 + Int(random.next() % 30)
            return
                "{ at: \(at)s, who: \"callers[\(random.next() % 3)]\", do: \(faults[Int(random.next() % UInt64(faults.count))]) }"
        }
        var text = Calls.text(count: 3, duration: "80s", timeline: timeline)
        text = text.replacingOccurrences(of: "    subscribe: all", with: "    subscribe: all\n    reconnect: \(Self.policy)")
        let outcome = try Calls.simulate(try Calls.plan(text, seed: seed))
        expectHonestAccounts(outcome)
        // All faults are over by 70 s: by the end everybody sends to everybody.
        for bot in outcome.measurement.record.bots {
            let live = bot.connections.filter { connection in connection.statistics.transport.iceState == "connected" }
            #expect(Set(live.map(\.remote)).count == 2, "\(timeline)")
        }
    }
}
