import Foundation
import RTCCore
import RoomCore
import ServerFronts
import SignalingProtocol
import Testing

@Suite("docs/protocol.md")
struct ProtocolDocumentTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/protocol.md")

    /// The examples: who says it, and what.
    private static func examples() throws -> [(isClient: Bool, text: String)] {
        var isInside = false
        var examples: [(Bool, String)] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```frames"
            } else if isInside {
                try #require(line.hasPrefix("C ") || line.hasPrefix("S "), "\(line)")
                examples.append((line.hasPrefix("C "), String(line.dropFirst(2))))
            }
        }
        return examples
    }

    @Test("every example is read by the code, and written by it with the same fields and values")
    func frames() throws {
        for (isClient, text) in try Self.examples() {
            let written = isClient ? try ClientFrame(text).text : try ServerFrame(text).text
            #expect(try JSONParser.parse(written) == JSONParser.parse(text), "\(text)")
        }
    }

    @Test("each type of request and of event has an example, and none is shown that is not known")
    func types() throws {
        var requests: Set<String> = []
        var events: Set<String> = []
        for (isClient, text) in try Self.examples() {
            let type = try JSONParser.parse(text).objectValue?["t"]?.stringValue
            guard let type else { continue }
            if isClient { requests.insert(type) } else { events.insert(type) }
        }
        #expect(requests == Request.knownTypes)
        #expect(events == Event.knownTypes)
    }

    @Test("its tables are what the code says; UPDATE_DOCS=1 writes them")
    func tables() throws {
        var written = try String(contentsOf: Self.file, encoding: .utf8)
        for (name, rows) in Self.tables {
            let begin = "<!-- table: \(name) -->\n"
            let start = try #require(written.range(of: begin), "the document has no place for '\(name)'")
            let end = try #require(written.range(of: "<!-- end -->", range: start.upperBound..<written.endIndex))
            let rule = "|" + String(repeating: "---|", count: rows[0].count) + "\n"
            let lines = rows.map { "| " + $0.joined(separator: " | ") + " |\n" }
            let table = lines[0] + rule + lines.dropFirst().joined()
            written.replaceSubrange(start.upperBound..<end.lowerBound, with: table)
        }
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try written.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == written)
    }

    private static let tables: [(String, [[String]])] = [
        (
            "roles",
            [["role", "may"]]
                + Role.allCases.map { role in
                    ["`\(role.rawValue)`", role.permissions.map { "`\($0.rawValue)`" }.joined(separator: " ")]
                }
        ),
        (
            "errors",
            [["code", "status", "then"]] + ErrorCode.allCases.map { ["`\($0.rawValue)`", "\($0.status)", words($0.retry)] }
        ),
        (
            "closes",
            [["code", "why", "then", "the session"]]
                + CloseCode.allCases.map { code in
                    ["\(code.rawValue)", words("\(code)"), words(code.retry), code.allowsResume ? "may be resumed" : "is over"]
                }
        ),
        ("limits", [["what", "limit"]] + limits),
    ]

    private static func words(_ name: String) -> String {
        var words = ""
        for letter in name { words += letter.isUppercase ? " " + letter.lowercased() : String(letter) }
        return words
    }

    private static func words(_ retry: Retry) -> String {
        switch retry {
        case .never: "stop"
        case .refreshToken: "get a new token"
        case .later: "try later"
        case .afterDelay: "wait `retry_ms`, or back off"
        case .resume: "resume"
        case .rejoin: "`hello`, then join"
        case .otherNode: "another server, or this one again"
        }
    }

    private static var limits: [[String]] {
        let server = ServerLimits()
        let room = RoomLimits()
        let timing = RoomTiming()
        let rate = { (perSecond: Double, burst: Double) in
            perSecond < 1
                ? "\(Int((perSecond * 60).rounded())) a minute, \(Int(burst)) at once"
                : "\(Int(perSecond)) a second, \(Int(burst)) at once"
        }
        return [
            ["a message", "\(server.frame.message / 1024) KiB, with an SDP \(server.frame.sessionDescription / 1024) KiB"],
            ["depth of JSON", "\(server.frame.depth)"],
            ["messages of a connection", rate(server.messages.perSecond, server.messages.burst)],
            ["signals of a connection", rate(server.signals.perSecond, server.signals.burst)],
            ["joins of an address and identity", rate(server.joins.perSecond, server.joins.burst)],
            ["connections of an address", "\(server.socketsPerAddress)"],
            [
                "pings and parts of messages, of a connection",
                rate(server.controls.perSecond, server.controls.burst) + ", then 4015",
            ],
            ["connections whose request is not whole", "\(server.openRequests) in all, then the oldest is answered with 503"],
            ["connections in all", "\(server.sockets)"],
            ["an HTTP request's head", "\(server.requestHead / 1024) KiB, in \(Int(ServerTiming().requestHead.inSeconds)) s"],
            ["requests to the HTTP API, of an address", rate(server.api.perSecond, server.api.burst)],
            ["bytes that wait to be read", "\(server.outboundQueue >> 20) MiB, then 4014"],
            ["events kept for a resume", "\(server.replayEvents), \(server.replayBytes >> 20) MiB"],
            ["participants of a room", "\(room.capacity), of a mesh \(room.meshCapacity)"],
            ["people in a lobby", "\(room.lobby)"],
            ["signals that wait, of one for another", "\(room.pendingSignalsPerPair)"],
            ["messages of the chat that are kept", "\(room.chatHistory)"],
            ["chat of a session", "\(rate(room.chat.perSecond, room.chat.burst)), 4 KiB each"],
            ["reactions of a session", rate(room.reactions.perSecond, room.reactions.burst)],
            ["sessions in the queue for a match", "\(room.queue)"],
            ["grace of a lost connection", "\(Int(timing.disconnectGrace.inSeconds)) s"],
        ]
    }
}
