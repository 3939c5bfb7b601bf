import Foundation
import RTCCore
import Scenario
import SignalingClients
import SignalingProtocol
import Testing

@Suite("Mappings")
struct MappingTests {
    private let whole = """
        mapping: Typed objects
        protocol: websocket
        event: kind
        offers: lower-id
        id: { event: welcome, where: { v: 2, fine: true, word: "3" }, id: you.id }
        say:
          hello: { kind: hello, v: 2, fine: true, word: "3", nothing: null }
          join: [a, "in ${room} as ${name}", "${id}"]
          offer: { sdp: "${description}" }
          answer: "${sdp}"
          keepalive: { every: 20s, message: { kind: alive } }
        hear:
          joined: { event: joined, people: . }
          offer: { event: offer, from: from, sdp: data.sdp }
          answer: { event: answer, sdp: sdp }
        """

    private func errors(_ text: String) -> [String] {
        do throws(ScenarioErrors) {
            _ = try RoomMapping.parse(text, path: "m.yaml")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    @Test("a whole one is read, each value as YAML means it")
    func reads() throws {
        let mapping = try RoomMapping.parse(whole, path: "m.yaml")
        #expect(mapping.eventPath == MessagePath("kind") && mapping.offers == .lowerID)
        let conditions: [RoomMapping.Rule.Condition] = [
            .init(path: MessagePath(["v"]), value: 2), .init(path: MessagePath(["fine"]), value: .bool(true)),
            .init(path: MessagePath(["word"]), value: "3"),
        ]
        #expect(mapping.identity == .told(.init(event: "welcome", conditions: conditions), MessagePath(["you", "id"])))
        #expect(
            mapping.said.join
                == .array([
                    .value("a"), .pieces([.text("in "), .hole(.room), .text(" as "), .hole(.name)]), .hole(.id),
                ]))
        #expect(mapping.said.hello?.holes == [] && mapping.said.keepalive?.interval == .seconds(20))
        #expect(mapping.heard.joined?.people == MessagePath([]))
    }

    @Test(
        "what is wrong is named with its line and what to write instead",
        arguments: [
            ("${description}", "${descripton}", "m.yaml:9:17: '${descripton}' has no value here; there are: "),
            ("offers: lower-id", "offers: newcommer", "m.yaml:4:9: 'newcommer' is not an offerer; did you mean 'newcomer'?"),
            ("${id}\"]", "${sdp}\"]", "m.yaml:8:38: '${sdp}' has no value here"),
            ("event: joined, people: .", "ack: true", "m.yaml:13:18: only Socket.IO has acknowledgements"),
            ("data.sdp", "data..sdp", "m.yaml:14:43: 'data..sdp' is not a path"),
            ("from: from, sdp: data.sdp", "from: from", "m.yaml:14:10: a signal needs 'sdp'"),
            ("  answer: { event: answer, sdp: sdp }", "", "m.yaml:13:3: what is heard needs 'answer'"),
            ("say:", "namespace: /x\nsay:", "m.yaml:6:12: 'namespace' is for Socket.IO"),
            ("every: 20s", "every: 20", "m.yaml:11:23: '20' has no unit"),
            ("every: 20s", "every: 1ms", "m.yaml:11:23: a bot that says something so often floods its server"),
        ])
    func diagnostics(what: String, wrong: String, message: String) {
        let found = errors(whole.replacing(what, with: wrong))
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(
        "what no server of Socket.IO takes is refused",
        arguments: [
            ("join: [join,", "join: [connect,", "m.yaml:5:9: 'connect' is not for applications: write a list"),
            ("join: [join, \"${room}\"]", "join: { room: a }", "m.yaml:5:9: data that a packet of this kind does not have"),
            ("answer: [answer,", "answer: [[answer],", "m.yaml:7:11: an event begins with its name"),
            ("say:", "auth: \"${token}\"\nsay:", "m.yaml:4:7: data that a packet of this kind does not have: write an object"),
            ("say:", "namespace: \"/a,b\"\nsay:", "m.yaml:4:12: a namespace has no comma"),
        ])
    func socketIO(what: String, wrong: String, message: String) {
        let text = """
            mapping: Socket.IO
            protocol: socketio
            offers: newcomer
            say:
              join: [join, "${room}"]
              offer: [offer, "${description}"]
              answer: [answer, "${description}"]
            hear:
              offer: { event: offer, sdp: 1 }
              answer: { event: answer, sdp: 1 }
            """
        #expect(errors(text) == [])
        let found = errors(text.replacing(what, with: wrong))
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(
        "a number beyond the integers of JSON is one with an exponent", arguments: ["-9223372036854775808", "9007199254740992"])
    func largeNumbers(number: String) throws {
        let mapping = try RoomMapping.parse(whole.replacing("[a,", with: "[\(number),"), path: "m.yaml")
        guard case .array(let items) = mapping.said.join else { throw ScenarioErrors(errors: []) }
        #expect(items.first == .value(.number(try #require(Double(number)))))
    }

    @Test("ten thousand damaged ones are read or refused")
    func mutations() {
        var random = SplitMix64(seed: 7)
        let corpus = Array(whole.utf8)
        for _ in 0..<10_000 {
            var bytes = corpus
            for _ in 0...Int(random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: corpus[place % corpus.count..<min(corpus.count, place + 7)], at: place)
                }
                if bytes.isEmpty { bytes = corpus }
            }
            let found = errors(String(decoding: bytes, as: UTF8.self))
            #expect(found.allSatisfy { $0.hasPrefix("m.yaml") })
        }
    }

    @Test("every shipped mapping is right")
    func shipped() throws {
        let folder = SchemaTests.root.appending(path: "scenarios/mappings")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(files.count >= 6)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            #expect(throws: Never.self) { try RoomMapping.parse(text, path: file) }
        }
    }

    @Test("a target with a mapping has its file, and one without refuses it")
    func targets() throws {
        let mapped = "target: { protocol: socketio, url: embedded, mapping: m.yaml, token: t0k3n }"
        let text = wholeScenario.replacing("target: { protocol: starling, url: embedded, mode: mesh }", with: mapped)
        let scenario = try parse(text)
        #expect(scenario.target.mapping?.path == "m.yaml" && scenario.target.token == "t0k3n")
        #expect(scenario.secrets.contains("t0k3n"))
        func messages(_ target: String) -> [String] {
            do throws(ScenarioErrors) {
                _ = try parse(text.replacing(mapped, with: target))
                return []
            } catch {
                return error.errors.map(\.message)
            }
        }
        #expect(messages("target: { protocol: socketio, url: embedded }") == ["the target needs 'mapping': add 'mapping: …'"])
        #expect(
            messages("target: { url: embedded, mapping: m.yaml }")
                == ["'mapping' is for 'protocol: socketio' and 'protocol: websocket': take it out"])
    }

    @Test("a program is started and not called, and needs no mapping")
    func programs() throws {
        let target = "target: { protocol: exec, command: [python3, adapter.py], token: t0k3n }"
        let native = "target: { protocol: starling, url: embedded, mode: mesh }"
        let scenario = try parse(wholeScenario.replacing(native, with: target))
        #expect(scenario.target.address == .program(["python3", "adapter.py"]))
        #expect(scenario.target.mapping?.rooms == .program && scenario.target.token == "t0k3n")
        for (wrong, message) in [
            ("{ protocol: exec, url: \"ws://h\", command: [x] }", "a program is started, not called"),
            ("{ protocol: exec }", "the target needs 'command'"),
            ("{ protocol: exec, command: [] }", "a program is expected here"),
            ("{ url: embedded, command: [x] }", "'command' is for 'protocol: exec'"),
        ] {
            do throws(ScenarioErrors) {
                _ = try parse(wholeScenario.replacing(native, with: "target: \(wrong)"))
                Issue.record("\(wrong) was taken")
            } catch {
                #expect(error.errors.contains { $0.message.hasPrefix(message) }, "\(error)")
            }
        }
    }

    @Test("a file for another protocol than the target's is refused where the target names it")
    func wrongFile() throws {
        let mapping = try RoomMapping.parse(whole, path: "m.yaml")
        let target = "target: { protocol: socketio, url: embedded, mapping: m.yaml }"
        let scenario = try parse(
            wholeScenario.replacing("target: { protocol: starling, url: embedded, mode: mesh }", with: target))
        #expect(throws: ScenarioErrors.self) { try scenario.loadingMapping { _ throws(ScenarioErrors) in mapping } }
    }
}
