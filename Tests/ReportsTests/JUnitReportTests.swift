import Foundation
import FoundationXML
import HandmadeRecords
import Measurement
import Reports
import Testing

/// What an XML parser of somebody else's finds in a report.
private final class Reader: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        var parent: String?
    }

    private(set) var elements: [Element] = []
    private var open: [String] = []

    init(_ bytes: [UInt8]) throws {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        try #require(parser.parse(), "not well formed: \(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(Element(name: elementName, attributes: attributes, parent: open.last))
        open.append(elementName)
    }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func all(_ name: String) -> [[String: String]] { elements.filter { $0.name == name }.map(\.attributes) }
}

@Suite("junit.xml")
struct JUnitReportTests {
    @Test("a scenario is a suite, an assertion a case, and what does not hold a failure")
    func shape() throws {
        let result = try HandmadeResult.result(HandmadeCall(), ["video.latency p95 < 1ms", "video.latency p95 < 1s"])
        let reader = try Reader(JUnitReport.encode([result]))
        #expect(reader.all("testsuites").first?["tests"] == "5")
        #expect(reader.all("testsuites").first?["failures"] == "1")
        #expect(reader.all("testsuite").first?["name"] == "by-hand")
        #expect(reader.all("testsuite").first?["errors"] == "0")
        #expect(
            reader.all("testcase").compactMap { $0["name"] } == [
                "the run is valid", "joined == 100%", "seen == 100%", "video.latency p95 < 1ms", "video.latency p95 < 1s",
            ])
        #expect(reader.all("failure").map { $0["message"] } == ["video.latency p95 is 20 ms (60 samples) and should be < 1 ms"])
        #expect(reader.all("property").contains { $0["name"] == "replay" && $0["value"] == result.replay })
    }

    @Test("a run that proved nothing is an error, though every assertion holds")
    func invalid() throws {
        var call = HandmadeCall()
        call.generator.socketDrops = 3
        let reader = try Reader(JUnitReport.encode([try HandmadeResult.result(call)]))
        #expect(reader.all("testsuites").first?["errors"] == "1")
        #expect(reader.all("error").first?["message"]?.contains("socket buffers") == true)
    }

    @Test("an assertion that had nothing to compare is an error")
    func nothingToCompare() throws {
        let reader = try Reader(JUnitReport.encode([try HandmadeResult.result(HandmadeCall(), ["audio.latency p95 < 1s"])]))
        #expect(reader.all("error").map { $0["message"] } == ["there is no sample of audio.latency"])
    }

    @Test("several scenarios are several suites in one file, and their counts are summed")
    func several() throws {
        var bad = HandmadeCall()
        bad.generator.isInterrupted = true
        let results = [try HandmadeResult.result(HandmadeCall()), try HandmadeResult.result(bad)]
        let reader = try Reader(JUnitReport.encode(results))
        #expect(reader.all("testsuite").count == 2)
        #expect(reader.all("testsuites").first?["tests"] == "6")
        #expect(reader.all("testsuites").first?["errors"] == "1")
        #expect(try Reader(JUnitReport.encode([])).all("testsuites").count == 1)
    }

    @Test(
        "hostile names come through, or lose what XML cannot hold",
        arguments: [
            ("\"><!--", "\"><!--"), ("a&b<c>'d'", "a&b<c>'d'"), ("]]>", "]]>"), ("tab\tline\nend\r", "tab\tline\nend\r"),
            ("nul\u{0}bell\u{7}esc\u{1B}", "nulbellesc"), ("\u{FFFE}x\u{FFFF}", "x"), ("ü 語 🐦", "ü 語 🐦"),
            ("&amp;&#0;<!DOCTYPE x>", "&amp;&#0;<!DOCTYPE x>"), ("", ""),
        ])
    func hostile(name: String, read: String) throws {
        var result = try HandmadeResult.result(HandmadeCall(), ["video.latency p95 < 1ms"])
        result.scenario.name = name
        result.scenario.path = name
        result.replay = name
        result.reasons = [name]
        result.assertions[2].text = name
        result.assertions[2].explanation = name
        let reader = try Reader(JUnitReport.encode([result]))
        #expect(reader.all("testsuite").first?["name"] == read)
        #expect(reader.all("testcase").last?["name"] == read)
        #expect(reader.all("testcase").last?["file"] == read)
        #expect(reader.all("failure").first?["message"] == read)
        #expect(reader.all("property").last?["value"] == read)
    }

    /// What Jenkins, GitLab and GitHub's readers have in common: which element may stand where, with which attributes.
    private static let shapes: [String: (children: Set<String>, needed: Set<String>, allowed: Set<String>)] = [
        "testsuites": (["testsuite"], ["tests", "failures", "errors", "time"], ["name"]),
        "testsuite": (["properties", "testcase"], ["name", "tests", "failures", "errors", "skipped", "time"], ["file"]),
        "properties": (["property"], [], []), "property": ([], ["name", "value"], []),
        "testcase": (["failure", "error"], ["name", "classname", "time", "file"], ["line"]),
        "failure": ([], ["message", "type"], []), "error": ([], ["message", "type"], []),
    ]

    @Test("every element stands where readers look for it, with the attributes that they ask for, and seconds have a point")
    func common() throws {
        var failing = try HandmadeResult.result(HandmadeCall(), ["video.latency p95 < 1ms", "audio.latency p95 < 1s"])
        failing.addEvidence(HandmadeCall().measurement, networks: [])
        failing.assertions[2].line = 17
        let refusal = Refusal(
            name: "wrong", path: "calls/wrong.yaml", exitCode: 2,
            reasons: [.init(text: "calls/wrong.yaml:4:1: no", line: 4, column: 1), .init(text: "calls/wrong.yaml:9:1: never")])
        let reader = try Reader(JUnitReport.encode([failing], refusals: [refusal]))
        #expect(reader.elements.first?.name == "testsuites")
        for element in reader.elements {
            let shape = try #require(Self.shapes[element.name], "\(element.name) is no element of JUnit")
            let attributes = Set(element.attributes.keys)
            #expect(attributes.isSuperset(of: shape.needed), "\(element)")
            #expect(attributes.isSubset(of: shape.needed.union(shape.allowed)), "\(element)")
            if let parent = element.parent { #expect(Self.shapes[parent]?.children.contains(element.name) == true) }
            if let time = element.attributes["time"] { #expect(time.wholeMatch(of: /[0-9]+\.[0-9]{3}/) != nil) }
            for name in ["tests", "failures", "errors", "skipped", "line"] {
                if let value = element.attributes[name] { #expect(Int(value) != nil) }
            }
        }
        let cases = reader.all("testcase")
        #expect(cases.compactMap { $0["line"] } == ["17", "4"])
        #expect(cases.allSatisfy { $0["classname"]?.hasPrefix("starling.") == true })
        let sum = cases.reduce(0.0) { $0 + (Double($1["time"] ?? "") ?? .nan) }
        #expect(sum == Double(reader.all("testsuites")[0]["time"] ?? ""))
        #expect(reader.all("error").last?["message"] == "calls/wrong.yaml:4:1: no")
    }

    @Test("any text at all leaves the file well formed", arguments: [UInt64(1), 2, 3])
    func fuzzed(seed: UInt64) throws {
        var random = SystemlessRandom(state: seed)
        var result = try HandmadeResult.result(HandmadeCall(), ["video.latency p95 < 1ms"])
        for _ in 0..<300 {
            var text = String.UnicodeScalarView()
            for _ in 0..<20 {
                let value = random.next() % (random.next() % 2 == 0 ? 0x80 : 0x11_0000)
                if let scalar = Unicode.Scalar(UInt32(value)) { text.append(scalar) }
            }
            result.assertions[2].text = String(text)
            result.assertions[2].explanation = String(text)
            _ = try Reader(JUnitReport.encode([result]))
        }
    }
}

private struct SystemlessRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
