import FuzzSupport
import NetworkDriver

/// A bot's WebSocket client under what servers say, or what is no server at all, cut anywhere.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var input = FuzzInput(UnsafeRawBufferPointer(start: start, count: size))
    let choice = input.byte()
    let stride = Int(input.byte()) + 1
    // Half of them answer the handshake as they should, so that what follows are frames.
    let said = (choice & 1 == 0 ? agreement : []) + input.rest()
    var whole = Hearing(closing: choice & 2 != 0)
    whole.hear(said[...])
    whole.end()
    var parts = Hearing(closing: choice & 2 != 0)
    var rest = said[...]
    while !rest.isEmpty {
        parts.hear(rest.prefix(stride))
        rest = rest.dropFirst(stride)
    }
    parts.end()
    promise(whole.events == parts.events, "what is heard does not depend on where it is cut: \(whole.events), \(parts.events)")
    promise(whole.said == parts.said, "nor does what is said")
    return 0
}

private let address = "ws://host/ws"

/// A client, with everything that it told.
private struct Hearing {
    private var client: WebSocketClient
    private let closing: Bool
    var events: [SignalingEvent] = []
    var said: [UInt8] = []

    init(closing: Bool) {
        client = asking()
        self.closing = closing
        take()
    }

    mutating func hear(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { client.receive($0) }
        take()
    }

    mutating func end() {
        if closing { client.close(code: 1000, reason: "done") }
        take()
        client.streamEnded(nil)
        take()
        promise(client.isOver, "a stream that has ended is the end")
        let closes = events.count {
            if case .closed = $0 { true } else { false }
        }
        promise(
            closes == 1 && events.last.map { if case .closed = $0 { true } else { false } } ?? false, "it ends once, and last")
        promise(events.first == .opened || events.count == 1, "nothing is heard before it is open")
    }

    private mutating func take() {
        while let event = client.nextEvent() { events.append(event) }
        said += client.takeOutgoing { Array($0) }
        promise(!client.hasOutgoing, "what was taken is gone")
    }
}

private func asking() -> WebSocketClient {
    guard let url = try? SignalingURL(address) else { fatalError("the address is one") }
    return WebSocketClient(url, subprotocol: "starling.v1", seed: 1)
}

/// The answer to what every client here asks.
private let agreement: [UInt8] = {
    var client = asking()
    let request = client.takeOutgoing { String(decoding: $0, as: UTF8.self) }
    let prefix = "Sec-WebSocket-Key: "
    let key = request.split(separator: "\r\n").first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? ""
    let head = [
        "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: starling.v1",
        "Sec-WebSocket-Accept: \(WebSocketClient.accept(of: String(key)))",
    ]
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
}()

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    let text: [UInt8] = [0x81, 2, 0x68, 0x69]
    let frames: [[UInt8]] = [
        text, [0x01, 1, 0x68, 0x89, 0, 0x80, 1, 0x69], [0x82, 1, 0], [0x88, 2, 0x03, 0xE8], [0x88, 0], [0x8A, 1, 7],
        [0x81, 126, 0, 130] + [UInt8](repeating: 0x61, count: 130), text + text + [0x88, 4, 0x0F, 0xA0, 0x6E, 0x6F],
    ]
    let refusal = Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8)
    FuzzSeeds.writeIfAsked(
        frames.map { [0, 3] + $0 } + frames.map { [2, 0] + $0 } + [[1, 0] + agreement + text, [1, 0] + refusal],
        words: [
            "HTTP/1.1 101 ", "\r\n", "\r\n\r\n", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: ",
            "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Extensions: ",
        ])
    return 0
}
