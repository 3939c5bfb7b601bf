import Foundation
import HandmadeRecords
import Measurement
import RTCCore
import Reports
import Testing

@Suite("events.ndjson")
struct EventLogTests {
    private func lines(_ call: HandmadeCall) throws -> [[String: Any]] {
        try EventLog.encode(call.record).split(separator: 10).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    @Test("one object a line, by time, then by bot, then as they happened")
    func order() throws {
        var call = HandmadeCall()
        call.events = [
            RunEvent(at: .seconds(2), bot: "callers[1]", kind: .joined, detail: "room"),
            RunEvent(at: .seconds(2), bot: "callers[0]", kind: .iceState, peer: "callers[1]", detail: "checking"),
            RunEvent(at: .seconds(2), bot: "callers[0]", kind: .iceState, peer: "callers[1]", detail: "connected"),
            RunEvent(at: .seconds(1), bot: "callers[1]", kind: .started),
        ]
        let lines = try lines(call)
        #expect(lines.map { $0["at"] as? Double } == [1, 2, 2, 2])
        #expect(lines.map { $0["bot"] as? String } == ["callers[1]", "callers[0]", "callers[0]", "callers[1]"])
        #expect(lines.map { $0["detail"] as? String } == [nil, "checking", "connected", "room"])
        #expect(lines[1]["event"] as? String == "ice_state")
        #expect(lines[1]["peer"] as? String == "callers[1]")
        #expect(lines[0]["peer"] == nil)
    }

    @Test("hostile texts stay on their line")
    func hostile() throws {
        var call = HandmadeCall()
        let text = "a\"b\\c\nd\u{0}\u{2028}e"
        call.events = [RunEvent(at: .seconds(1), bot: "callers[0]", kind: .refused, detail: text)]
        #expect(try lines(call).map { $0["detail"] as? String } == [text])
    }

    @Test("nobody, nothing: no line")
    func empty() {
        #expect(EventLog.encode(HandmadeCall().record).isEmpty)
    }
}
