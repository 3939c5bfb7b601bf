import NetworkDriver
import RTCCore
import Testing

@Suite("A WebSocket client")
struct WebSocketClientTests {
    /// A client with what its handshake asked.
    private func asking(subprotocol: String? = nil, seed: UInt64 = 1) throws -> (client: WebSocketClient, request: String) {
        var client = WebSocketClient(try SignalingURL("ws://host:81/a?b=c"), subprotocol: subprotocol, seed: seed)
        let request = client.takeOutgoing { String(decoding: $0, as: UTF8.self) }
        return (client, request)
    }

    private func key(_ request: String) throws -> String {
        let line = try #require(request.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") })
        return String(line.dropFirst("Sec-WebSocket-Key: ".count))
    }

    private func answer(_ request: String, _ lines: [String] = []) throws -> [UInt8] {
        let accept = WebSocketClient.accept(of: try key(request))
        let head = [
            "HTTP/1.1 101 Switching Protocols", "upgrade: WebSocket", "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Accept:\t\(accept) ",
        ]
        return Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    private func open() throws -> WebSocketClient {
        var (client, request) = try asking()
        client.hear(try answer(request))
        #expect(client.nextEvent() == .opened)
        return client
    }

    /// A frame as servers send them.
    private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        payload.count < 126
            ? [first, UInt8(payload.count)] + payload
            : [first, 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
    }

    /// What a client said, unmasked: first byte and payload.
    private func said(_ client: inout WebSocketClient) -> [(first: UInt8, payload: [UInt8])] {
        var bytes = client.takeOutgoing { Array($0) }
        var frames: [(UInt8, [UInt8])] = []
        while bytes.count >= 2 {
            #expect(bytes[1] & 0x80 != 0, "clients mask all that they send")
            var size = Int(bytes[1] & 0x7F)
            var head = 2
            if size == 126 { (size, head) = (Int(bytes[2]) << 8 | Int(bytes[3]), 4) }
            if size == 127 { (size, head) = (bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }, 10) }
            let mask = Array(bytes[head..<head + 4])
            let payload = bytes[(head + 4)..<(head + 4 + size)].enumerated().map { $1 ^ mask[$0 & 3] }
            frames.append((bytes[0], payload))
            bytes.removeFirst(head + 4 + size)
        }
        return frames
    }

    private func end(_ client: inout WebSocketClient) -> SignalingEvent? {
        var last: SignalingEvent?
        while let event = client.nextEvent() { last = event }
        return last
    }

    @Test("asks for the upgrade as RFC 6455 §4.1 has it")
    func request() throws {
        let request = try asking(subprotocol: "starling.v1").request
        let lines = request.components("\r\n")
        #expect(lines.first == "GET /a?b=c HTTP/1.1")
        for line in [
            "Host: host:81", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: starling.v1",
        ] {
            #expect(lines.contains(line))
        }
        #expect(try key(request).count == 24 && key(request) != key(asking(seed: 2).request))
        #expect(request.hasSuffix("\r\n\r\n"))
    }

    @Test("knows the answer to the key of RFC 6455 §1.3")
    func accept() {
        #expect(WebSocketClient.accept(of: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "refuses an answer that does not complete the handshake",
        arguments: [
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: c3RyYW5nZXI=\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 0x65 a\r\n\r\n", String(repeating: "x", count: 17_000),
        ])
    func refused(_ text: String) throws {
        var client = try asking().client
        client.hear(Array(text.utf8))
        #expect(
            end(&client) == .closed(code: nil, reason: "host:81 is not a WebSocket: its answer does not complete the handshake"))
        #expect(client.isOver && !client.hasOutgoing)
    }

    @Test("refuses an extension and a subprotocol that it did not offer")
    func unoffered() throws {
        var (client, request) = try asking()
        client.hear(try answer(request, ["Sec-WebSocket-Extensions: permessage-deflate"]))
        #expect(
            client.nextEvent()
                == .closed(code: nil, reason: "host:81 is not a WebSocket: its answer does not complete the handshake"))
        (client, request) = try asking()
        client.hear(try answer(request, ["Sec-WebSocket-Protocol: chat"]))
        #expect(client.nextEvent() == .closed(code: nil, reason: "host:81 chose the subprotocol 'chat', which was not offered"))
    }

    @Test("hears the same wherever the bytes are cut", arguments: [1, 2, 3, 7, 64])
    func cuts(_ size: Int) throws {
        var (client, request) = try asking()
        let long = [UInt8](repeating: UInt8(ascii: "l"), count: 300)
        let all =
            try answer(request) + frame(0x81, Array("grüße".utf8)) + frame(0x01, Array("one ".utf8)) + frame(0x89, [7])
            + frame(0x80, Array("two".utf8)) + frame(0x81, long) + frame(0x88, [0x0F, 0xA0] + Array("done".utf8))
        for start in stride(from: 0, to: all.count, by: size) { client.hear(Array(all[start..<min(start + size, all.count)])) }
        var events: [SignalingEvent] = []
        while let event = client.nextEvent() { events.append(event) }
        #expect(
            events == [
                .opened, .received("grüße"), .received("one two"), .received(String(decoding: long, as: UTF8.self)),
                .closed(code: 4000, reason: "done"),
            ])
        let frames = said(&client)
        #expect(frames.map(\.first) == [0x8A, 0x88] && frames.map(\.payload) == [[7], [0x0F, 0xA0]])
    }

    @Test("masks texts of each size of length", arguments: [0, 1, 125, 126, 65_535, 65_536])
    func sizes(_ count: Int) throws {
        var client = try open()
        let text = String(repeating: "t", count: count)
        client.send(text)
        let frames = said(&client)
        #expect(frames.count == 1 && frames[0].first == 0x81 && frames[0].payload == Array(text.utf8))
    }

    @Test("takes another mask for each message")
    func masks() throws {
        var client = try open()
        client.send("same")
        client.send("same")
        let bytes = client.takeOutgoing { Array($0) }
        #expect(bytes.count == 20 && bytes[2..<6] != bytes[12..<16])
    }

    @Test(
        "ends with what no server may send",
        arguments: [
            ([0xC1, 0x00], 1002, "reserved bits, of an extension that was not agreed on"),
            ([0x83, 0x00], 1002, "a frame of the unknown kind 3"),
            ([0x81, 0x80, 0, 0, 0, 0], 1002, "a masked frame, as only clients may"),
            ([0x09, 0x00], 1002, "a control frame in parts, or of more than 125 bytes"),
            ([0x89, 126, 0, 126], 1002, "a control frame in parts, or of more than 125 bytes"),
            ([0x80, 0x00], 1002, "the rest of a message that did not begin"),
            ([0x01, 0x00, 0x81, 0x00], 1002, "a message within another"), ([0x88, 0x01, 0x00], 1002, "a Close of one byte"),
            ([0x81, 0x01, 0xFF], 1007, "text that is no UTF-8"),
            ([0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0], 1002, "a message of more than 4194304 bytes"),
        ] as [([UInt8], UInt16, String)])
    func malformed(bytes: [UInt8], code: UInt16, what: String) throws {
        var client = try open()
        client.hear(bytes)
        #expect(end(&client) == .closed(code: nil, reason: "host:81 sent what no WebSocket server may: \(what)"))
        let last = try #require(said(&client).last)
        #expect(last.first == 0x88 && UInt16(last.payload[0]) << 8 | UInt16(last.payload[1]) == code)
        client.hear([0x81, 0x00])
        #expect(client.nextEvent() == nil)
    }

    @Test("a message in endless parts is given up at the limit")
    func endless() throws {
        var client = try open()
        let part = frame(0x00, [UInt8](repeating: 0x20, count: 60_000))
        client.hear(frame(0x01, []))
        for _ in 0..<80 where !client.isOver { client.hear(part) }
        #expect(
            end(&client)
                == .closed(code: nil, reason: "host:81 sent what no WebSocket server may: a message of more than 4194304 bytes"))
    }

    @Test("empty parts of a message add nothing to it, and do not end it")
    func emptyParts() throws {
        var client = try open()
        client.hear(frame(0x01, Array("be".utf8)))
        client.hear([UInt8](repeating: 0, count: 2 * 5000))
        #expect(client.nextEvent() == nil && !client.isOver)
        client.hear(frame(0x80, Array("gun".utf8)))
        #expect(client.nextEvent() == .received("begun"))
    }

    @Test("binary messages are counted and mean nothing")
    func binary() throws {
        var client = try open()
        client.hear(frame(0x82, [1, 2, 3]))
        #expect(client.nextEvent() == nil && client.ignored == 1)
    }

    @Test("closes with its own code, and is over with the answer or the stream")
    func closes() throws {
        for isAnswered in [true, false] {
            var client = try open()
            client.close(code: 4001, reason: String(repeating: "é", count: 100))
            client.send("too late")
            let close = said(&client)
            #expect(close.count == 1 && close[0].payload.count <= 125 && client.isClosing)
            if isAnswered { client.hear(frame(0x88, [0x0F, 0xA1])) }
            client.streamEnded(nil)
            let last = end(&client)
            #expect(last == .closed(code: 4001, reason: isAnswered ? "" : String(repeating: "é", count: 100)))
            #expect(!client.hasOutgoing)
        }
    }

    @Test("a stream that ends is a broken connection, and one that never came says why")
    func streams() throws {
        var client = try open()
        client.streamEnded(nil)
        #expect(client.nextEvent() == .closed(code: nil, reason: "host:81 broke the connection"))
        client = try asking().client
        client.streamEnded(.insecure("no trust"))
        #expect(client.nextEvent() == .closed(code: nil, reason: "TLS with host:81 failed: no trust"))
    }
}

extension WebSocketClient {
    fileprivate mutating func hear(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { receive($0) }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
