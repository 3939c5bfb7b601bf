import SignalingProtocol

extension RoomMapping {
    /// What a program says that speaks for a server (`protocol: exec`): one JSON object in each line, told apart by `type`.
    public static let program: RoomMapping = {
        func say(_ type: String, _ holes: [(String, MessageTemplate.Hole)] = []) -> MessageTemplate {
            .object([.init(key: "type", value: .value(.string(type)))] + holes.map { .init(key: $0.0, value: .hole($0.1)) })
        }
        func signal(_ type: String, _ content: String?) -> Signal {
            Signal(rule: Rule(event: type), from: MessagePath(["from"]), content: content.map { MessagePath([$0]) })
        }
        var said = Said(
            join: say("join", [("room", .room), ("id", .id), ("name", .name), ("token", .token)]),
            offer: say("offer", [("to", .to), ("sdp", .sdp)]), answer: say("answer", [("to", .to), ("sdp", .sdp)]))
        said.leave = say("leave")
        said.candidate = say("candidate", [("to", .to), ("candidate", .candidate)])
        said.bye = say("bye", [("to", .to)])
        said.chat = say("chat", [("text", .text)])
        said.react = say("react", [("emoji", .emoji)])
        said.raiseHand = say("raise_hand")
        said.lowerHand = say("lower_hand")
        var heard = Heard(offer: signal("offer", "sdp"), answer: signal("answer", "sdp"))
        heard.joined = Roster(
            rule: Rule(event: "joined"), people: MessagePath(["people"]), personID: MessagePath(["id"]),
            personName: MessagePath(["name"]))
        heard.joined?.iceServers = MessagePath(["ice_servers"])
        heard.arrived = Person(rule: Rule(event: "arrived"), id: MessagePath(["id"]), name: MessagePath(["name"]))
        heard.left = Person(rule: Rule(event: "left"), id: MessagePath(["id"]))
        heard.candidate = signal("candidate", "candidate")
        heard.bye = signal("bye", nil)
        heard.chat = signal("chat", "text")
        heard.reaction = signal("reaction", "emoji")
        heard.refused = Signal(rule: Rule(event: "refused"), content: MessagePath(["reason"]))
        return RoomMapping(
            title: "a program on its standard streams", transport: .websocket, offers: .newcomer, said: said, heard: heard)
    }()
}
