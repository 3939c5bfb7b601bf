import Foundation
import Testing

@Suite("starling networks")
struct NetworksTests {
    @Test("docs/networks.md is what the command measures; UPDATE_NETWORKS=1 writes it")
    func document() throws {
        let folder = try Workspace()
        let ending = try Starling.run(["networks", "--measure"], in: folder, limit: 300)
        let file = "\(Starling.root)/docs/networks.md"
        if ProcessInfo.processInfo.environment["UPDATE_NETWORKS"] == "1" {
            try ending.output.write(toFile: file, atomically: true, encoding: .utf8)
        }
        #expect(ending.status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == ending.output)
    }

    @Test("lists each network with what it does")
    func list() throws {
        let folder = try Workspace()
        let ending = try Starling.run(["networks"], in: folder)
        #expect(ending.status == 0)
        let text = ending.output.replacingOccurrences(of: "\u{A0}", with: " ")
        #expect(text.contains("  str0m-wifi-lossy"))
        #expect(text.contains("in bursts of 2, 15 ms delay, ± 10 ms jitter, at most 50 Mbps"))
        #expect(text.contains("  call-drop               testrtc-call-drop"))
        #expect(text.contains("down: 1% loss, 100 ms delay") || text.contains("down: 1 % loss, 100 ms delay"))
    }

    @Test("a trace that it makes plays in a scenario, and the same seed makes the same")
    func trace() throws {
        let folder = try Workspace()
        let made = try Starling.run(
            ["networks", "trace", "verizon-lte-down", "--seconds", "30", "--seed", "4", "--out", "lte.csv"], in: folder)
        #expect(made.status == 0)
        let shown = try Starling.run(["networks", "trace", "verizon-lte-down", "--seconds", "30", "--seed", "4"], in: folder)
        #expect(shown.output == (try folder.text("lte.csv")))
        try folder.scenario(network: "{ down: { trace: lte.csv, queue: codel } }")
        let ending = try Starling.run(["simulate", "call.yaml", "--out", "out"], in: folder)
        #expect(ending.status == 0)
        #expect(try folder.text("out/report.html").contains("trace lte.csv"))
    }

    @Test(
        "what is wrong with a trace is said with both files and the line",
        arguments: [
            (
                "lte.csv", "t_ms,rate_kbps\n0,500\n0,600\n",
                "call.yaml:11:31: lte.csv:3: the time 0 does not come after the line above"
            ),
            ("other.csv", "1\n", "call.yaml:11:31: lte.csv: there is no such file"),
        ])
    func wrongTrace(file: String, text: String, message: String) throws {
        let folder = try Workspace()
        try folder.write(text, to: file)
        try folder.scenario(network: "{ down: { trace: lte.csv } }")
        for command in ["check", "simulate"] {
            let ending = try Starling.run([command, "call.yaml"], in: folder)
            #expect(ending.status == 2)
            #expect(ending.complaint.contains(message))
        }
    }

    @Test("a recording that is not known, and a length that is none, are told apart")
    func wrongArguments() throws {
        let folder = try Workspace()
        let unknown = try Starling.run(["networks", "trace", "lte"], in: folder)
        #expect(unknown.status == 2)
        #expect(unknown.complaint.contains("'lte' is not a recording; there are: att-lte-driving-down"))
        let endless = try Starling.run(["networks", "trace", "verizon-lte-down", "--seconds", "0"], in: folder)
        #expect(endless.status == 2)
        #expect(endless.complaint.contains("a trace has from 1 to 86400 seconds"))
    }

    @Test("congestion marks are in the result: what the stage set, and what each peer saw")
    func marks() throws {
        let folder = try Workspace()
        try folder.scenario(network: "{ up: { mark: 20% } }\n    ecn: ect0")
        let ending = try Starling.run(["simulate", "call.yaml", "--out", "out"], in: folder)
        #expect(ending.status == 0)
        let result = try folder.object("out/result.json")
        let network = try #require(result["network"] as? [[String: Any]])
        let peers = try #require(result["peers"] as? [[String: Any]])
        let set = network.filter { $0["direction"] as? String == "up" }.compactMap { $0["marked"] as? Int }.reduce(0, +)
        let seen = peers.compactMap { ($0["ecn"] as? [String: Any])?["packetsReceivedWithCe"] as? Int }.reduce(0, +)
        let capable = peers.compactMap { ($0["ecn"] as? [String: Any])?["packetsReceivedWithEct0"] as? Int }.reduce(0, +)
        #expect(set > 50)
        // What is still under way when a bot hangs up is seen by nobody.
        #expect(seen <= set && seen >= set - 5)
        #expect(capable > seen)
    }
}
