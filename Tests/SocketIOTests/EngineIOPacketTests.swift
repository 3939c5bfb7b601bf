import SignalingProtocol
import SocketIO
import Testing

@Suite("Engine.IO packets, protocol 4")
struct EngineIOPacketTests {
    static let packets: [(EngineIOPacket, String)] = [
        (.open(#"{"sid":"a"}"#), #"0{"sid":"a"}"#), (.close, "1"), (.ping(""), "2"), (.ping("probe"), "2probe"),
        (.pong("probe"), "3probe"), (.message(.text("hello")), "4hello"), (.message(.text("")), "4"), (.upgrade, "5"),
        (.noop, "6"), (.message(.text("é😀\u{301}")), "4é😀\u{301}"),
    ]

    @Test("each packet is written as its digit and its text, and read back", arguments: packets)
    func text(packet: EngineIOPacket, text: String) throws {
        #expect(packet.frame == .text(text))
        #expect(packet.polled == text)
        #expect(try EngineIOPacket(text: text) == packet)
        #expect(try EngineIOPacket(polled: text) == packet)
    }

    @Test("a message that begins with a combining mark keeps it apart from the digit")
    func combiningMark() throws {
        let packet = EngineIOPacket.message(.text("\u{301}e"))
        #expect(try EngineIOPacket(text: "4\u{301}e") == packet)
    }

    @Test(
        "bytes travel raw in a frame, and as Base64 behind a 'b' in a payload",
        arguments: [([], "b"), ([1], "bAQ=="), ([1, 2], "bAQI="), ([1, 2, 3, 4], "bAQIDBA=="), ([255, 254, 253], "b//79")])
    func binary(bytes: [UInt8], polled: String) throws {
        let packet = EngineIOPacket.message(.binary(bytes))
        #expect(packet.frame == .binary(bytes))
        #expect(packet.polled == polled)
        #expect(try EngineIOPacket(polled: polled) == packet)
    }

    @Test("what is no packet is refused", arguments: ["", "7", "a", "bAQ", "bA===", "b=", "bAQ=A", "bA!==", "bAR=="])
    func refused(text: String) {
        #expect(throws: SocketIOError.self) { try EngineIOPacket(polled: text) }
    }

    @Test("a payload holds packets between separators")
    func payload() throws {
        let packets: [EngineIOPacket] = [.message(.text("hello")), .message(.binary([1, 2, 3, 4])), .ping("")]
        #expect(EngineIOPacket.payload(packets) == "4hello\u{1E}bAQIDBA==\u{1E}2")
        #expect(try EngineIOPacket.packets(inPayload: "4hello\u{1E}bAQIDBA==\u{1E}2", limit: 3) == packets)
        #expect(throws: SocketIOError.self) { try EngineIOPacket.packets(inPayload: "4a\u{1E}4b", limit: 1) }
        #expect(throws: SocketIOError.self) { try EngineIOPacket.packets(inPayload: "4a\u{1E}", limit: 9) }
    }

    @Test("a handshake has the five keys that clients look for, and is read back")
    func handshake() throws {
        let handshake = EngineIOHandshake(
            session: "x", upgrades: ["websocket"], pingIntervalMilliseconds: 25_000, pingTimeoutMilliseconds: 20_000,
            maximumPayload: 1_000_000)
        let keys = try #require(handshake.json.objectValue).members.map(\.key)
        #expect(keys == ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"])
        #expect(EngineIOHandshake(handshake.json.text) == handshake)
    }
}
