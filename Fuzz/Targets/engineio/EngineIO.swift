import FuzzSupport
import SignalingProtocol
import SocketIO
import SocketIOSessions

/// Packets of Engine.IO and Socket.IO: as a polled payload, as a WebSocket frame, and what stands inside; the query of a request.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ start: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
    _ = URLQuery(target: text)["sid"]
    if let handshake = EngineIOHandshake(text) {
        promise(EngineIOHandshake(handshake.json.text) == handshake, "a handshake survives being written")
    }
    var decoder = SocketIODecoder()
    if let packets = try? EngineIOPacket.packets(inPayload: text, limit: 100) {
        promise(packets.count <= 100, "a payload holds no more packets than it may")
        let written = EngineIOPacket.payload(packets)
        // A binary packet can be written in more ways than one.
        promise(
            (try? EngineIOPacket.packets(inPayload: written, limit: 100)) == packets, "packets survive being written: \(packets)")
        read(packets, &decoder)
    }
    if let packet = try? EngineIOPacket(text: text) {
        promise(packet.frame == .text(text) || !packet.carriesText, "a frame survives being written")
    }
    var alone = SocketIODecoder()
    if let packet = (try? alone.take(.text(text))) ?? nil { write(packet) }
    return 0
}

extension EngineIOPacket {
    /// Others have nothing but their type, whatever comes behind it.
    fileprivate var carriesText: Bool {
        switch self {
        case .open, .ping, .pong, .message: true
        case .close, .upgrade, .noop: false
        }
    }
}

private func read(_ packets: [EngineIOPacket], _ decoder: inout SocketIODecoder) {
    for packet in packets {
        guard case .message(let message) = packet else { continue }
        do {
            if let packet = try decoder.take(message) { write(packet) }
        } catch {
            return
        }
    }
}

private func write(_ packet: SocketIOPacket) {
    var decoder = SocketIODecoder()
    var again: SocketIOPacket?
    for message in packet.messages { again = (try? decoder.take(message)) ?? nil }
    promise(again == packet, "a packet survives being written: \(packet)")
}

@c(LLVMFuzzerInitialize)
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    FuzzSeeds.writeIfAsked(
        seeds().map { Array($0.utf8) },
        words: [
            "_placeholder", "\"num\":", "/chat,", "5", "6", "-", "b", "\u{1E}", "2probe", "3probe", "sid", "?EIO=4&transport=",
        ])
    return 0
}

private func seeds() -> [String] {
    let binary = SocketIOPacket.event(
        "e", [SocketIOPacket.placeholder(0), "x"], namespace: "/chat", id: 7, attachments: [[1, 2, 3]])
    let plain = [
        SocketIOPacket(.connect, data: .object(["token": "t"])), SocketIOPacket(.connect, namespace: "/chat"),
        SocketIOPacket.event("message", ["hi", 1]), SocketIOPacket(.acknowledgement, id: 3, data: .array([])),
        SocketIOPacket(.disconnect), SocketIOPacket(.connectError, data: .object(["message": "no"])), binary,
    ]
    let packets = plain.map { $0.messages.map { EngineIOPacket.message($0) } }
    let handshake = EngineIOHandshake(
        session: "s", upgrades: ["websocket"], pingIntervalMilliseconds: 25_000, pingTimeoutMilliseconds: 20_000,
        maximumPayload: 1_000_000)
    return packets.map { EngineIOPacket.payload($0) }
        + plain.compactMap { packet in
            guard case .text(let text)? = packet.messages.first else { return nil }
            return text
        } + [
            EngineIOPacket.payload(packets.flatMap { $0 } + [.pong(""), .close]), handshake.json.text,
            "/socket.io/?EIO=4&transport=polling&sid=a%20b+c",
        ]
}
