import HandmadeTokens
import Measurement
import NetworkImpairment
import RTCCore
import RTCPeer
import Reports
import Runner
import Testing

@Suite("Runs in virtual time")
struct SimulatedRunTests {
    private static let lossy = Calls.text(
        duration: "8s", network: "{ both: { loss: { rate: 5%, burst: 4 }, delay: 20ms, jitter: 5ms } }",
        timeline: ["{ at: 4s, event: drop, who: \"callers[1]\", do: { blackout: 1s } }"])

    @Test("the same seed gives the same bytes, another seed gives others")
    func repeatable() throws {
        let first = try Calls.simulate(try Calls.plan(Self.lossy))
        let again = try Calls.simulate(try Calls.plan(Self.lossy))
        let other = try Calls.simulate(try Calls.plan(Self.lossy, seed: 8))
        let events = EventLog.encode(first.measurement.record)
        #expect(events.count > 1000)
        #expect(EventLog.encode(again.measurement.record) == events)
        let stats = StatsLog.encode(first.measurement.record)
        #expect(stats.count > 10_000)
        #expect(StatsLog.encode(again.measurement.record) == stats)
        #expect(again.result.encoded() == first.result.encoded())
        #expect(EventLog.encode(other.measurement.record) != events)
        #expect(other.result.encoded() != first.result.encoded())
    }

    @Test("the server in virtual time asks for tokens, too: sessions are refreshed, and what is forged or expired is refused")
    func tokens() throws {
        let text = Calls.text(duration: "16s").replacing(
            ", mode: mesh }", with: ", token_secret: 0123456789abcdef0123456789abcdef }"
        )
        .replacing("    subscribe: all\n", with: "    token: { session: 10s }\n")
        let bad = ["forged", "expired"].map { "  - { name: \($0), count: 1, room: \"test-{run}\", token: { flaw: \($0) } }\n" }
        let plan = try Calls.plan(text + bad.joined())
        let record = try SimulatedRun.perform(plan, media: Calls.library(), tokenKeys: HandmadeTokens())
        #expect(record.bots.map { $0.joinedAt != nil } == [true, true, false, false])
        #expect(record.bots[2].failure?.reason.contains("signature") == true)
        #expect(record.bots[3].failure?.reason.contains("expired") == true)
        let counts = record.bots[..<2].map { bot in bot.events.count { $0.kind == .joined } }
        #expect(counts == [1, 1])
    }

    @Test("live counters and the audit tell one story: frames, freezes, and latencies that add up")
    func oneStory() throws {
        let outcome = try Calls.simulate(try Calls.plan(Self.lossy))
        let result = outcome.result
        for kind in ["audio", "video"] {
            var merged = Histogram()
            for row in result.audit where row.kind == kind { merged.merge(try #require(row.latency)) }
            #expect(merged == result.metrics["\(kind).latency"]?.histogram)
            #expect(merged.count > 100)
        }
        for peer in result.peers {
            let row = try #require(result.audit.first { $0.from == peer.remote && $0.to == peer.bot && $0.kind == "video" })
            let inbound = try #require(
                peer.stats.values.map(\.report).first { $0.type == .inboundRTP && $0["kind"] == .text("video") })
            #expect(inbound["framesReceived"] == .integer(Int64(row.intact)))
            guard case .integer(let decoded) = inbound["framesDecoded"], case .integer(let dropped) = inbound["framesDropped"],
                case .integer(let freezes) = inbound["freezeCount"]
            else {
                Issue.record("no frames in \(inbound.id)")
                continue
            }
            #expect(decoded + dropped <= Int64(row.intact) && decoded > 0)
            // A second of blackout is a freeze for whoever counts.
            #expect(freezes >= 1)
            #expect(inbound["starlingOpenFreezeDuration"] == .number(0))
        }
        #expect(result.voice.count == 2)
        #expect(result.voice.allSatisfy { $0.mos >= 1 && $0.mos < 3 && $0.ppl > 5 && $0.profile == "opusEstimate" })
    }

    @Test("the shipped scenarios pass", arguments: ["two-callers", "two-callers-clean"])
    func shipped(name: String) throws {
        let outcome = try Calls.simulate(try Calls.shipped(name))
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        #expect(outcome.judgement.status.rawValue == 0)
        let accounts = Accounts(outcome.result)
        #expect(accounts.tracks == 4)
        #expect(accounts.areBalanced)
        #expect(accounts.unexplained == 0)
        #expect(accounts.foreign == 0)
    }

    @Test("on a clean network every frame that was sent arrived whole", arguments: [2, 4])
    func clean(count: Int) throws {
        let outcome = try Calls.simulate(try Calls.plan(Calls.text(count: count, duration: "6s")))
        let accounts = Accounts(outcome.result)
        #expect(accounts.tracks == count * (count - 1) * 2)
        #expect(accounts.areBalanced)
        #expect(accounts.intact == accounts.sent)
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
    }

    @Test("under loss every frame that is damaged or missing names its packet", arguments: [UInt64(1), 2, 3])
    func explained(seed: UInt64) throws {
        let outcome = try Calls.simulate(try Calls.plan(Self.lossy, seed: seed))
        let accounts = Accounts(outcome.result)
        #expect(accounts.areBalanced)
        #expect(accounts.intact < accounts.sent)
        #expect(accounts.unexplained == 0)
        #expect(accounts.foreign == 0)
    }

    @Test("ICE, DTLS and SRTP of every peer are in the result")
    func transport() throws {
        let result = try Calls.simulate(try Calls.plan(Calls.text(duration: "3s"))).result
        #expect(result.peers.count == 2)
        for peer in result.peers {
            #expect(peer.ice.local != nil && peer.ice.remote != nil && peer.ice.responsesReceived > 0)
            #expect(peer.dtls.version == "FEFD")
            #expect(peer.dtls.cipher?.isEmpty == false)
            #expect(peer.srtp.cipher?.isEmpty == false)
            #expect(peer.srtp.packetsSent > 100 && peer.srtp.packetsReceived > 100)
            #expect(peer.srtp.authenticationFailures == 0)
        }
        #expect(Set(result.peers.map(\.dtls.role)) == ["client", "server"])
        #expect(Set(result.peers.map(\.ice.role)) == ["controlling", "controlled"])
    }

    @Test(
        "after six seconds of silence media flows again within three, and the result tells of it", arguments: [UInt64(7), 8, 9])
    func blackout(seed: UInt64) throws {
        let text = Calls.text(
            duration: "14s", timeline: ["{ at: 3s, event: drop, who: \"callers[1]\", do: { blackout: 6s } }"],
            asserts: ["recovery p95 < 3s", "outage max > 5s"])
        let outcome = try Calls.simulate(try Calls.plan(text, seed: seed))
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        let fault = try #require(outcome.result.faults.first)
        #expect([fault.start, fault.end] == [3, 9])
        #expect(fault.tracks.count == 4)
        #expect(fault.tracks.allSatisfy { ($0.recovery ?? .infinity) < 3 && $0.outage > 5.9 && $0.outage < 9 })
        #expect(outcome.result.audit.allSatisfy { $0.missing + $0.damaged > 100 && $0.causes["blackout"] ?? 0 > 100 })
        #expect(Accounts(outcome.result).unexplained == 0)
    }

    @Test("a blackout that outlasts the run is never a pass")
    func endlessBlackout() throws {
        let text = Calls.text(
            duration: "8s", timeline: ["{ at: 3s, event: drop, who: \"callers[1]\", do: { blackout: 60s } }"],
            asserts: ["recovery p95 < 3s"])
        let outcome = try Calls.simulate(try Calls.plan(text))
        #expect(outcome.judgement.status == .failed)
    }

    @Test("a bot that begins in a black hole never gets in, and the others cannot make up for it")
    func blackHole() throws {
        let text = Calls.text(
            duration: "8s", timeline: ["{ at: 0s, event: hole, who: \"callers[1]\", do: { blackout: 60s } }"])
        let outcome = try Calls.simulate(try Calls.plan(text))
        #expect(outcome.judgement.status == .failed)
        #expect(outcome.result.failures.map(\.bot) == ["callers[1]"])
    }

    @Test("nobody gets in: 4, and the phase is told")
    func nobody() throws {
        let text = Calls.text(duration: "8s", timeline: ["{ at: 0s, event: hole, who: all, do: { blackout: 60s } }"])
        let outcome = try Calls.simulate(try Calls.plan(text))
        #expect(outcome.judgement.status == .unreachable)
        #expect(outcome.judgement.reasons.first?.hasPrefix("nobody got in: ") == true)
    }

    @Test("sixty virtual seconds of two callers; how long they took is printed, not judged")
    func speed() throws {
        let plan = try Calls.plan(Calls.text(duration: "60s"))
        _ = try Calls.library()
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try Calls.simulate(plan)
        print("sixty virtual seconds of two callers took \(clock.now - start)")
        #expect(outcome.judgement.verdict == .pass, "\(outcome.judgement.reasons)")
        #expect(outcome.result.achieved.packets > 10_000)
    }
}

@Suite("Loss is what was asked for, in virtual time")
struct SimulatedLossTests {
    @Test("5 % in bursts of four, per bot and direction, and together over all seeds")
    func gilbertElliott() throws {
        let text = Calls.text(duration: "30s", network: "{ both: { loss: { rate: 5%, burst: 4 } } }")
        var offered = 0.0
        var lost = 0.0
        for seed in UInt64(1)...6 {
            let outcome = try Calls.simulate(try Calls.plan(text, seed: seed))
            #expect(outcome.result.network.count == 4)
            for row in outcome.result.network {
                let bound = tolerance(loss: 0.05, burst: 4, datagrams: Double(row.offered))
                #expect(bound < 0.04, "too few datagrams to judge: \(row.offered)")
                #expect(abs(row.loss - 0.05) < bound, "\(row.bot) \(row.direction), seed \(seed): \(row.loss)")
                #expect(row.dropped.keys.sorted() == ["loss"])
                offered += Double(row.offered)
                lost += Double(row.dropped["loss"] ?? 0)
            }
            // A packet passes the sender's uplink and the receiver's downlink.
            let seen = try #require(outcome.result.metrics["network.loss"]?.mean)
            #expect(abs(seen - 0.0975) < 0.03, "seed \(seed): \(seen)")
        }
        let bound = tolerance(loss: 0.05, burst: 4, datagrams: offered)
        #expect(bound < 0.008)
        #expect(abs(lost / offered - 0.05) < bound, "\(lost) of \(offered)")
    }
}
