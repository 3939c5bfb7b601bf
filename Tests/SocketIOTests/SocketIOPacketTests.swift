import SignalingProtocol
import SocketIO
import Testing

/// Reads all messages of one packet.
func decoded(_ messages: [EngineIOMessage], limits: SocketIOLimits = SocketIOLimits()) throws -> SocketIOPacket? {
    var decoder = SocketIODecoder(limits: limits)
    var packet: SocketIOPacket?
    for message in messages {
        #expect(packet == nil)
        packet = try decoder.take(message)
    }
    return packet
}

@Suite("Socket.IO packets, protocol 5")
struct SocketIOPacketTests {
    static let packets: [(SocketIOPacket, String)] = [
        (SocketIOPacket(.connect), "0"),
        (SocketIOPacket(.connect, data: .object(["token": "x"])), #"0{"token":"x"}"#),
        (SocketIOPacket(.connect, namespace: "/admin", data: .object(["sid": "a"])), #"0/admin,{"sid":"a"}"#),
        (SocketIOPacket(.disconnect), "1"), (SocketIOPacket(.disconnect, namespace: "/admin"), "1/admin,"),
        (.event("chat", ["hi", 7]), #"2["chat","hi",7]"#),
        (.event("chat", ["hi"], id: 12), #"212["chat","hi"]"#),
        (.event("tellme", [], namespace: "/admin", id: 1), #"2/admin,1["tellme"]"#),
        (SocketIOPacket(.event, data: .array([3, "x"])), #"2[3,"x"]"#),
        (SocketIOPacket(.acknowledgement, id: 12, data: .array(["ok"])), #"312["ok"]"#),
        (SocketIOPacket(.acknowledgement, namespace: "/admin", id: 13, data: .array([])), "3/admin,13[]"),
        (SocketIOPacket(.connectError, data: .object(["message": "no"])), #"4{"message":"no"}"#),
        (SocketIOPacket(.connectError, namespace: "/x", data: "no"), #"4/x,"no""#),
    ]

    @Test("each kind is written as the protocol has it, and read back", arguments: packets)
    func text(packet: SocketIOPacket, text: String) throws {
        #expect(packet.messages == [.text(text)])
        #expect(try decoded([.text(text)]) == packet)
    }

    @Test("an event with bytes announces them and has placeholders in their stead")
    func binaryEvent() throws {
        let packet = SocketIOPacket.event(
            "f", [SocketIOPacket.placeholder(1), SocketIOPacket.placeholder(0)], attachments: [[1, 2], [3]])
        let text = #"52-["f",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#
        #expect(packet.messages == [.text(text), .binary([1, 2]), .binary([3])])
        #expect(try decoded(packet.messages) == packet)
    }

    @Test("an acknowledgement may have bytes too")
    func binaryAcknowledgement() throws {
        let packet = SocketIOPacket(
            .acknowledgement, namespace: "/admin", id: 1, data: .array([SocketIOPacket.placeholder(0)]), attachments: [[9]])
        #expect(packet.messages.first == .text(#"61-/admin,1[{"_placeholder":true,"num":0}]"#))
        #expect(try decoded(packet.messages) == packet)
    }

    @Test("a namespace ends at the comma, or where the packet ends")
    func namespaceAlone() throws {
        #expect(try decoded([.text("1/admin")]) == SocketIOPacket(.disconnect, namespace: "/admin"))
    }

    @Test(
        "what is no packet is refused",
        arguments: [
            "", "7", "abc", "2", "2{}", "2[]", "2[null]", #"2["connect"]"#, #"2["disconnecting"]"#, #"2abc["m"]"#, #"2["m""#,
            "0[]", #"0"x""#, "1{}", "3[]", "31{}", "4[]", "4", #"5["x"]"#, #"5-["x"]"#, #"5a-["x"]"#, #"511-["x"]"#,
            #"51-["x",{"_placeholder":true,"num":1}]"#, #"51-["x",{"_placeholder":true,"num":-1}]"#,
            #"51-["x",{"_placeholder":true}]"#, #"29007199254740992["x"]"#,
        ])
    func refused(text: String) {
        #expect(throws: SocketIOError.self) { try decoded([.text(text)]) }
    }

    @Test("a namespace that is too long is refused")
    func longNamespace() {
        var limits = SocketIOLimits()
        limits.namespace = 4
        #expect(throws: SocketIOError.self) { try decoded([.text("0/four5,")], limits: limits) }
    }

    @Test("text where bytes are owed is refused, and so are bytes that nobody announced")
    func order() throws {
        #expect(throws: SocketIOError.self) { try decoded([.text(#"51-["x",{"_placeholder":true,"num":0}]"#), .text("1")]) }
        #expect(throws: SocketIOError.self) { try decoded([.binary([1])]) }
    }

    @Test("the bytes of all attachments together are bounded")
    func attachmentBytes() throws {
        var limits = SocketIOLimits()
        limits.attachmentBytes = 3
        let packet = SocketIOPacket.event("f", [], attachments: [[1, 2], [3]])
        #expect(try decoded(packet.messages, limits: limits) == packet)
        limits.attachmentBytes = 2
        #expect(throws: SocketIOError.self) { try decoded(packet.messages, limits: limits) }
    }
}
