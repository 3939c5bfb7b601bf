import SignalingProtocol
import Testing

@Suite("Frames of starling.v1")
struct FrameTests {
    @Test("requests come back as they were written", arguments: Corpus.requests)
    func requests(frame: ClientFrame) throws {
        #expect(try ClientFrame(frame.text) == frame)
    }

    @Test("replies and events come back as they were written", arguments: Corpus.serverFrames)
    func serverFrames(frame: ServerFrame) throws {
        #expect(try ServerFrame(frame.text) == frame)
    }

    @Test("keys are sorted on the wire")
    func sorted() {
        let signal = SignalRequest(to: "p_2", connection: "a", epoch: 1, kind: .offer, body: #"{"sdp":"v=0"}"#)
        #expect(
            ClientFrame.request(id: 4, .signal(signal), acknowledged: 9).text
                == #"{"ack":9,"d":{"body":{"sdp":"v=0"},"epoch":1,"kind":"offer","pc":"a","to":"p_2"},"id":4,"t":"signal"}"#)
        #expect(ServerFrame.reply(id: 7, .done).text == #"{"ok":{},"re":7}"#)
        #expect(
            ServerFrame.event(.peerLeft(participant: "p_1", reason: "leave"), seq: 3, rev: 8).text
                == #"{"d":{"participant":"p_1","reason":"leave"},"rev":8,"seq":3,"t":"peer_left"}"#)
    }

    @Test("a relayed body stays the text that it was")
    func body() throws {
        let text = #"{"t":"signal","id":4,"d":{"to":"p","pc":"a","epoch":0,"kind":"offer","body":{ "z":1, "sdp":"\u0041" }}}"#
        guard case .request(_, .signal(let signal), _) = try ClientFrame(text) else {
            Issue.record("not a signal")
            return
        }
        #expect(signal.body == #"{ "z":1, "sdp":"\u0041" }"#)
    }

    @Test("fields that nobody knows are ignored")
    func unknownFields() throws {
        let frame = try ClientFrame(#"{"t":"ping","id":3,"d":{"x":[1]},"later":{"y":null}}"#)
        #expect(frame == .request(id: 3, .ping))
        #expect(try ClientFrame(#"{"t":"teleport","id":3}"#) == .request(id: 3, .unknown(type: "teleport")))
    }

    @Test(
        "a wrong request is refused by its number",
        arguments: [
            #"{"id":5}"#, #"{"t":7,"id":5}"#, #"{"t":"join","id":5}"#, #"{"t":"join","id":5,"d":[]}"#,
            #"{"t":"join","id":5,"d":{"room":"","name":"a"}}"#, #"{"t":"join","id":5,"d":{"room":"a\u0000","name":"a"}}"#,
            #"{"t":"join","id":5,"d":{"room":"r","name":"a","mode":"warp"}}"#, #"{"t":"ready","id":5,"d":{"rev":"x"}}"#,
            #"{"t":"signal","id":5,"d":{"to":"p","pc":"a"}}"#, #"{"t":"signal","id":5,"d":{"to":"p","pc":"a","kind":"sing"}}"#,
            #"{"t":"signal","id":5,"d":{"to":"p","pc":"a","kind":"bye","body":3}}"#,
            #"{"t":"signal","id":5,"d":{"to":"p","pc":"a","kind":"bye","epoch":-1}}"#, #"{"t":"hello","id":5,"d":{"caps":[1]}}"#,
        ])
    func wrongRequests(text: String) {
        let error = #expect(throws: FrameError.self) { try ClientFrame(text) }
        #expect(error?.code == .badRequest)
        #expect(error?.requestID == 5)
    }

    @Test(
        "what is no frame at all has no number",
        arguments: ["[]", "3", "{}", #"{"t":"ping"}"#, #"{"t":"ping","id":0}"#, "{\"ack\":-1}"])
    func notFrames(text: String) {
        let error = #expect(throws: FrameError.self) { try ClientFrame(text) }
        #expect(error?.requestID == nil)
    }

    @Test("only a message with an SDP may be larger than 64 KiB, and none larger than 256 KiB")
    func sizes() throws {
        let signal = { (kind: SignalKind, size: Int) in
            ClientFrame.request(
                id: 1,
                .signal(
                    SignalRequest(
                        to: "p", connection: "a", epoch: 0, kind: kind,
                        body: kind.body(String(repeating: "x", count: size)).text))
            ).text
        }
        #expect(throws: Never.self) { try ClientFrame(signal(.offer, 250_000)) }
        let large = #expect(throws: FrameError.self) { try ClientFrame(signal(.candidates, 65_536)) }
        #expect(large?.code == .tooLarge && large?.requestID == 1)
        let huge = #expect(throws: FrameError.self) { try ClientFrame(signal(.offer, 262_144)) }
        #expect(huge?.code == .tooLarge && huge?.requestID == nil)
    }

    @Test(
        "texts travel in bodies unchanged",
        arguments: ["", "one", "one\ntwo", "one\r\ntwo\r\n", "\n\n", "a=candidate:1 1 udp 1 192.0.2.1 9 typ host \"\\\n"])
    func bodies(text: String) throws {
        for kind in SignalKind.allCases {
            let body = try JSONParser.parse(kind.body(text).text)
            let back = try #require(kind.text(of: body))
            #expect(Array(back.utf8) == Array(text.utf8))
        }
    }

    @Test("every code has its own name, a status and a way to go on")
    func codes() {
        #expect(Set(ErrorCode.allCases.map(\.rawValue)).count == ErrorCode.allCases.count)
        #expect(ErrorCode.allCases.allSatisfy { (400..<600).contains($0.status) })
        #expect(ErrorCode.rateLimited.retry == .afterDelay)
        #expect(CloseCode.idleTimeout.retry == .resume)
        #expect(CloseCode.allCases.allSatisfy { $0.rawValue < 1016 || $0.rawValue >= 4000 })
    }
}
