import HandmadeRecords
import Measurement
import RTCCore
import Testing

@Suite("Metrics of the room")
struct RoomMetricTests {
    private func event(_ seconds: Double, _ bot: Int, _ kind: RunEvent.Kind, _ peer: Int? = nil, _ detail: String? = nil)
        -> RunEvent
    {
        RunEvent(
            at: .seconds(seconds), bot: "callers[\(bot)]", kind: kind, peer: peer.map { "callers[\($0)]" }, detail: detail)
    }

    private func record(_ events: [RunEvent] = [], views: [RoomView?] = [nil, nil]) -> RunRecord {
        var record = HandmadeCall().record
        let joined = [event(0, 0, .joined), event(0, 1, .joined)]
        for bot in record.bots.indices {
            record.bots[bot].events = (joined + events).filter { $0.bot == record.bots[bot].name }
            record.bots[bot].lastView = views[bot]
        }
        return record
    }

    private func value(_ metric: String, _ record: RunRecord) throws -> Double? {
        let measurement = RunMeasurement(record)
        return try Assertion(parsing: "\(metric) == 100%", events: []).evaluate(measurement).value
    }

    private func view(
        _ others: [String], hands: [String]? = nil, sees: [RoomView.Sources] = [], own: RoomView.Sources? = nil
    ) -> RoomView {
        RoomView(others: others, hands: hands, sources: sees, own: own ?? on)
    }

    private let on = RoomView.Sources(microphone: "on", camera: "on")
    private let dark = RoomView.Sources(microphone: "on", camera: "off")

    @Test("a message that comes twice is as wrong as one that never comes")
    func delivery() throws {
        let written = [event(1, 0, .chatSent, nil, "a"), event(2, 0, .chatSent, nil, "b")]
        let first = event(1, 1, .chatReceived, 0, "a")
        let second = event(2, 1, .chatReceived, 0, "b")
        #expect(try value("chat.delivered", record(written + [first, second])) == 1)
        #expect(try value("chat.delivered", record(written + [first])) == 0.5)
        #expect(try value("chat.delivered", record(written + [first, second, second])) == 0.5)
        let twice = [event(1, 0, .chatSent, nil, "a"), event(2, 0, .chatSent, nil, "a"), first, first]
        #expect(try value("chat.delivered", record(twice)) == 1)
    }

    @Test("a message is due to those who were in the room when it was written, and to whom it was written")
    func due() throws {
        let gone = event(2, 1, .left)
        let late = event(3, 0, .chatSent, nil, "late")
        let heard = [event(1, 0, .chatSent, nil, "a"), event(1, 1, .chatReceived, 0, "a")]
        #expect(try value("chat.delivered", record(heard + [gone, late])) == 1)
        let elsewhere = event(1, 0, .chatSent, 2, "for another")
        #expect(try value("chat.delivered", record(heard + [elsewhere])) == 1)
        let lost = [event(3, 0, .chatSent, nil, "into the dark"), event(4, 1, .sessionLost)]
        #expect(try value("chat.delivered", record(heard + lost)) == nil)
    }

    @Test("what only one of two got is not out of order, and what both got must be in one order")
    func order() throws {
        func read(_ bot: Int, _ texts: [String]) -> [RunEvent] {
            texts.map { RunEvent(at: .seconds(1), bot: "callers[\(bot)]", kind: .chatReceived, peer: "x", detail: $0) }
        }
        #expect(try value("chat.order", record(read(0, ["a", "b", "c"]) + read(1, ["a", "c"]))) == 1)
        #expect(try value("chat.order", record(read(0, ["a", "b"]) + read(1, ["b", "a"]))) == 0)
    }

    @Test("a guest from elsewhere is no ghost, but a bot that has left is one")
    func roster() throws {
        let both = [view(["callers[1]", "a browser"]), view(["callers[0]"])]
        #expect(try value("roster.agreement", record(views: both)) == 1)
        #expect(try value("roster.agreement", record(views: [view(["callers[1]"]), nil])) == 0)
        #expect(try value("roster.agreement", record(views: [view([]), view(["callers[0]"])])) == 0.5)
    }

    @Test("the same hands in another order are another queue")
    func hands() throws {
        let one = view(["callers[1]"], hands: ["callers[0]", "callers[1]"])
        #expect(
            try value("hands.agreement", record(views: [one, view(["callers[0]"], hands: ["callers[0]", "callers[1]"])])) == 1)
        #expect(
            try value("hands.agreement", record(views: [one, view(["callers[0]"], hands: ["callers[1]", "callers[0]"])])) == 0.5)
        #expect(try value("hands.agreement", record(views: [view([]), view([])])) == nil)
    }

    @Test("a camera that is off and shown as on is wrong")
    func sources() throws {
        let viewer = view(["callers[1]"], sees: [on])
        #expect(try value("sources.agreement", record(views: [viewer, view(["callers[0]"], sees: [on])])) == 1)
        #expect(try value("sources.agreement", record(views: [viewer, view(["callers[0]"], sees: [on], own: dark)])) == 0.5)
        #expect(try value("sources.agreement", record(views: [view(["callers[1]"]), view(["callers[0]"])])) == nil)
        let showing = RoomView.Sources(microphone: "on", camera: "on", screen: "on")
        #expect(
            try value("sources.agreement", record(views: [viewer, view(["callers[0]"], sees: [on], own: showing)])) == 0.5)
    }

    private func reporting(_ events: [RunEvent], _ reports: [CallStatement] = []) -> RunRecord {
        var record = record(events)
        record.bots[1].reports = reports
        record.bots[1].stopDue = .seconds(6)
        return record
    }

    @Test("silence on both sides is no agreement, and a speaker of one side alone is none")
    func speakers() throws {
        #expect(try value("speaker.agreement", reporting([])) == nil)
        // The other bot tells the server nothing, and is not asked.
        let named = event(2, 1, .activeSpeaker, 0)
        let heard = event(3, 1, .speakerHeard, 0)
        #expect(try value("speaker.agreement", record([named, heard])) == nil)
        let silent = [event(6, 1, .activeSpeaker), event(6, 1, .speakerHeard)]
        #expect(try value("speaker.agreement", reporting([named, heard] + silent)) == 0.75)
        let another = event(4, 1, .speakerHeard, 1)
        #expect(try value("speaker.agreement", reporting([named, heard, another] + silent)) == 0.25)
        #expect(try value("speaker.agreement", reporting([named, heard, event(4, 1, .left)] + silent)) == 0.5)
    }

    @Test("the class of one's own connection is compared, not what the server says of others")
    func qualities() throws {
        let own = event(1, 1, .qualityMeasured, nil, "good, 3.70")
        let told = event(2, 1, .connectionQuality, 1, "good, 3.71")
        let ofOther = event(2, 1, .connectionQuality, 0, "bad, 1.20")
        #expect(try value("quality.agreement", reporting([own, ofOther])) == nil)
        #expect(try value("quality.agreement", reporting([own, told, ofOther])) == 1)
        let later = event(3, 1, .qualityMeasured, nil, "poor, 3.00")
        let last = event(4, 1, .left)
        #expect(try value("quality.agreement", reporting([own, told, later, last])) == 0.5)
    }

    @Test("a report before anything was measured is no sample")
    func scores() throws {
        let reports = [
            CallStatement(at: .seconds(1), audioLevel: 0, meanOpinionScore: nil),
            CallStatement(at: .seconds(2), audioLevel: 0.1, meanOpinionScore: 4.25),
        ]
        let measurement = RunMeasurement(reporting([], reports))
        #expect(try Assertion(parsing: "connection.mos count == 1", events: []).evaluate(measurement).value == 1)
        #expect(try Assertion(parsing: "connection.mos == 4.25", events: []).evaluate(measurement).value == 4.25)
    }

    @Test("a bot to which it never happened is a sample of zero")
    func counts() throws {
        let record = record([event(1, 1, .kicked), event(2, 1, .chatReceived, 0, "a")])
        func evaluate(_ text: String) throws -> Double? {
            try Assertion(parsing: text, events: []).evaluate(RunMeasurement(record)).value
        }
        #expect(try evaluate("events{event=kicked} min == 0") == 0)
        #expect(try evaluate("events{event=kicked} max == 1") == 1)
        #expect(try evaluate("events{bot=callers[1]} == 3") == 3)
        #expect(try evaluate("events{event=chat_received, from=callers[0]} max == 1") == 1)
        #expect(try evaluate("events{event=chat_received, from=callers[1]} max == 0") == 0)
    }
}
