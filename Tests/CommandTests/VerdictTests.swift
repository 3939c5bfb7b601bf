import Foundation
import Testing

@Suite("The program's verdicts", .serialized, .timeLimit(.minutes(10)))
struct VerdictTests {
    @Test("simulated calls pass, and two processes write the same bytes of one seed, other bytes of another")
    func acrossProcesses() throws {
        let folder = try Workspace()
        try folder.scenario(
            duration: "6s", network: "{ both: { loss: { rate: 5%, burst: 4 }, delay: 20ms, jitter: 5ms } }")
        for (out, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
            let ending = try Starling.run(["simulate", "call.yaml", "--seed", seed, "--out", out], in: folder)
            #expect(ending.status == 0, "\(ending.output)\(ending.complaint)")
        }
        let events = try folder.data("a/events.ndjson")
        #expect(events.count > 500)
        #expect(try folder.data("b/events.ndjson") == events)
        #expect(try folder.data("b/result.json") == folder.data("a/result.json"))
        #expect(try folder.data("b/junit.xml") == folder.data("a/junit.xml"))
        #expect(try folder.data("c/events.ndjson") != events)
    }

    @Test("a clean call on real sockets passes; each peer shows its ICE, DTLS and SRTP; nothing is left")
    func pass() throws {
        let folder = try Workspace()
        try folder.scenario(asserts: ["video.frames.intact min == 100%"])
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder)
        let result = try folder.object("out/result.json")
        // Beside other tests the machine may be too busy for a valid run: then it must say so, and nothing else.
        #expect(ending.status == 0 || ending.status == 3, "\(ending.output)\(ending.complaint)")
        #expect((result["assertions"] as? [[String: Any]])?.allSatisfy { $0["status"] as? String == "pass" } == true)
        #expect(ending.complaint.isEmpty)
        #expect(ending.output.contains("replay  starling run call.yaml --seed 7"))
        let peers = try #require(result["peers"] as? [[String: Any]])
        #expect(peers.count == 2)
        for peer in peers {
            #expect((peer["ice"] as? [String: Any])?["remote"] as? String != nil)
            #expect((peer["dtls"] as? [String: Any])?["version"] as? String == "FEFD")
            #expect((peer["srtp"] as? [String: Any])?["cipher"] as? String != nil)
        }
        #expect(Set(folder.files).isSuperset(of: ["out/result.json", "out/events.ndjson", "out/junit.xml"]))
        #expect(!folder.files.contains { $0.contains("probe") })
    }

    @Test("no media at all is a fail", arguments: ["run", "simulate"])
    func noMedia(command: String) throws {
        let folder = try Workspace()
        try folder.scenario(duration: "2s", audio: nil, video: nil)
        let ending = try Starling.run([command, "call.yaml", "--out", "out"], in: folder)
        #expect(ending.status == 1)
        #expect(ending.output.contains("FAIL  call, seed 7"))
        #expect(ending.output.contains("✗ seen == 100%"))
        #expect(ending.output.contains("no media was ever due between two bots"))
        #expect(try folder.object("out/result.json")["verdict"] as? String == "fail")
    }

    @Test("a network that loses everything from the start is never a pass", arguments: ["run", "simulate"])
    func everythingLost(command: String) throws {
        let folder = try Workspace()
        try folder.scenario(duration: "3s", network: "{ both: { loss: 100% } }", asserts: ["video.latency p95 < 1s"])
        let ending = try Starling.run([command, "call.yaml", "--out", "out"], in: folder)
        #expect([1, 4].contains(ending.status), "\(ending.output)")
        #expect(try folder.object("out/result.json")["verdict"] as? String == "fail")
    }

    @Test("a peer that never gets in: the others cannot make up for it, and the phase is told", arguments: ["run", "simulate"])
    func oneOutside(command: String) throws {
        let folder = try Workspace()
        try folder.scenario(
            duration: "7s", timeline: ["{ at: 0s, event: hole, who: \"callers[1]\", do: { blackout: 60s } }"])
        let ending = try Starling.run([command, "call.yaml", "--out", "out"], in: folder)
        #expect(ending.status == 1, "\(ending.output)")
        #expect(ending.output.contains("✗ joined == 100%"))
        #expect(ending.output.contains("1 of 2 bots got in"))
        let failures = try #require(try folder.object("out/result.json")["failures"] as? [[String: Any]])
        #expect(failures.map { $0["bot"] as? String } == ["callers[1]"])
        #expect(["connect", "signaling"].contains(failures.first?["phase"] as? String))
    }

    @Test("a target that nobody listens at: 4 within ten seconds, with a report")
    func unreachable() throws {
        let folder = try Workspace()
        try folder.scenario(target: "ws://127.0.0.1:9/ws", duration: "60s")
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder, limit: 10)
        #expect(ending.status == 4)
        #expect(ending.output.contains("nobody got in: connect: connection refused by 127.0.0.1:9"))
        #expect(try folder.object("out/result.json")["exitCode"] as? Int == 4)
    }

    @Test("a target that accepts and then says nothing: 4 within ten seconds")
    func silentTarget() throws {
        let folder = try Workspace()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                #expect(bind(listener, raw, length) == 0)
                #expect(listen(listener, 16) == 0)
                #expect(getsockname(listener, raw, &length) == 0)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        try folder.scenario(target: "ws://127.0.0.1:\(port)/ws", duration: "60s")
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder, limit: 10)
        #expect(ending.status == 4)
        #expect(ending.output.contains("nobody got in: connect: "))
    }

    @Test("a generator that is stopped for three seconds in mid-run: the run is invalid")
    func stopped() throws {
        let folder = try Workspace()
        try folder.scenario(duration: "9s")
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder) { line, child in
            // In the midst of the call, by the program's own account.
            guard line.hasPrefix("  5 s of 9 s") else { return }
            child.send(SIGSTOP)
            // The stop itself is what is tested; it has to last for real seconds.
            Thread.sleep(forTimeInterval: 3)
            child.send(SIGCONT)
        }
        #expect(ending.status == 3, "\(ending.output)")
        #expect(ending.output.contains("INVALID  call, seed 7"))
        #expect(ending.output.contains("the generator stood still: a frame left "))
        #expect(try folder.object("out/result.json")["verdict"] as? String == "invalid")
        #expect(try folder.text("out/junit.xml").contains("<error message=\"the generator stood still"))
    }

    @Test("Ctrl-C drains and reports, with 130")
    func interrupted() throws {
        let folder = try Workspace()
        try folder.scenario(duration: "60s")
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder) { line, child in
            if line.hasPrefix("  5 s of 60 s") { child.send(SIGINT) }
        }
        #expect(ending.status == 130)
        #expect(!ending.wasKilled)
        #expect(ending.seconds < 15)
        #expect(ending.output.contains("interrupted before its end"))
        let result = try folder.object("out/result.json")
        #expect(result["verdict"] as? String == "invalid")
        #expect((result["audit"] as? [[String: Any]])?.count == 4)
        #expect(folder.exists("out/events.ndjson") && folder.exists("out/junit.xml"))
    }

    @Test("the second Ctrl-C ends it at once")
    func interruptedTwice() throws {
        let folder = try Workspace()
        try folder.scenario(duration: "60s")
        let ending = try Starling.run(["run", "call.yaml", "--out", "out"], in: folder) { line, child in
            if line.hasPrefix("  5 s of 60 s") || line.hasPrefix("  interrupted") { child.send(SIGINT) }
        }
        #expect(ending.status == 130)
        #expect(ending.seconds < 12)
    }

    @Test("several scenarios: one folder each, one JUnit file for all, and the worst exit code")
    func several() throws {
        let folder = try Workspace()
        try folder.scenario("good.yaml", title: "\"A call of ${STARLING_TEST_PLAIN}\"")
        try folder.scenario("worse.yaml", asserts: ["video.latency p95 < 1us"])
        let ending = try Starling.run(
            ["simulate", "good.yaml", "worse.yaml", "--quiet", "--out", "out"], in: folder,
            environment: ["STARLING_TEST_PLAIN": "canary-0815"])
        #expect(ending.status == 1)
        #expect(folder.exists("out/1-good/result.json") && folder.exists("out/2-worse/result.json"))
        let junit = try folder.text("out/junit.xml")
        #expect(junit.contains("<testsuite name=\"good\"") && junit.contains("<testsuite name=\"worse\""))
        for file in folder.files where file.hasPrefix("out/") { #expect(!(try folder.text(file).contains("canary-0815"))) }
    }
}
