import FuzzSignaling
import FuzzSupport
import RTCCore
import SignalingClients
import SignalingProtocol
import SocketIO

/// A server of the service that a mapping describes: it says what the mapping's rules mean, in any order, and anything else.
final class Service {
    let scene: ClientScene<MappedClient>
    private let mapping: RoomMapping

    init(_ mapping: RoomMapping) {
        self.mapping = mapping
        let client = MappedClient(name: "callers[0]", room: "r", mapping: mapping, token: "t", seed: 1)
        scene = ClientScene(client) { text in
            guard mapping.transport == .socketio else {
                promise((try? JSONParser.parse(text, maximumDepth: 100)) != nil, "it says JSON: \(text)")
                return
            }
            var limits = SocketIOLimits()
            limits.depth = 100
            var decoder = SocketIODecoder(limits: limits)
            guard let packet = try? EngineIOPacket(text: text) else { fatalError("this is no Engine.IO: \(text)") }
            guard case .message(let message) = packet else { return }
            do {
                let packet = try decoder.take(message)
                promise(packet?.namespace == mapping.namespace, "it talks to its namespace: \(text)")
            } catch {
                fatalError("no server of Socket.IO takes this: \(error): \(text)")
            }
        }
    }

    func step(_ input: inout FuzzInput) {
        switch input.below(10) {
        case 0: scene.open()
        case 1: scene.close(code: [nil, 1000, 1001, 4000][input.below(4)])
        case 2: scene.say(String(decoding: input.chunk(upTo: 400), as: UTF8.self))
        case 3: greet(&input)
        case 4...7: happen(&input)
        case 8: scene.advance(by: .milliseconds(Int64(input.below(60_000))))
        default: scene.act(&input)
        }
        promise(scene.client.peers.count <= MappedClientTiming().participants, "people are bounded")
    }

    /// What Socket.IO itself says, or the message that tells the client its id.
    private func greet(_ input: inout FuzzInput) {
        let choice = input.below(6)
        let namespace = mapping.namespace == "/" ? "" : mapping.namespace + ","
        switch choice {
        case 0 where mapping.transport == .socketio:
            let interval = input.byte() & 1 == 0 ? 25_000 : Int64(bitPattern: input.number(UInt64.self))
            scene.say(#"0{"sid":"e","upgrades":[],"pingInterval":\#(interval),"pingTimeout":20000,"maxPayload":1000000}"#)
        case 1 where mapping.transport == .socketio: scene.say("40\(namespace){\"sid\":\"s1\"}")
        case 2 where mapping.transport == .socketio: scene.say(["2", "3", "1", "6", "41\(namespace)"][input.below(5)])
        case 3 where mapping.transport == .socketio: scene.say("44\(namespace){\"message\":\"no\"}")
        default:
            if case .told(let rule, let path) = mapping.identity { say(rule, [(path, "me")]) }
        }
    }

    /// What one of the rules is about.
    private func happen(_ input: inout FuzzInput) {
        let heard = mapping.heard
        let rule = input.below(11)
        let who = input.byte()
        let id: JSON = who & 15 == 15 ? .integer(7) : who & 15 == 14 ? .string(scene.client.selfID ?? "") : .string("p\(who & 7)")
        let wild = input.byte()
        let text: JSON = wild & 1 == 0 ? .string("v=0\r\na=mid:0\r\nm=audio") : odd(&input)
        switch rule {
        case 0:
            guard let joined = heard.joined else { return }
            let people = (0..<input.below(6)).map { number -> JSON in
                var person = place(.string("p\(number)"), at: joined.personID, in: .null)
                person = place("n", at: joined.personName, in: person)
                return person
            }
            say(joined.rule, [(joined.people, .array(people)), (joined.iceServers, .array([.object(["urls": text])]))])
        case 1: if let arrived = heard.arrived { say(arrived.rule, [(arrived.id, id), (arrived.name, "n")]) }
        case 2: if let left = heard.left { say(left.rule, [(left.id, id)]) }
        case 3: say(heard.offer, from: id, text)
        case 4: say(heard.answer, from: id, text)
        case 5:
            let candidate: JSONObject = ["candidate": "candidate:1 1 udp 1 10.0.0.1 1 typ host", "sdpMid": "0"]
            if let rule = heard.candidate { say(rule, from: id, wild & 1 == 0 ? .object(candidate) : text) }
        case 6: if let rule = heard.bye { say(rule, from: id, text) }
        case 7: if let rule = heard.chat { say(rule, from: id, text) }
        case 8: if let rule = heard.reaction { say(rule, from: id, text) }
        case 9: if let ping = heard.ping { say(ping.rule, []) }
        default: if let rule = heard.refused { say(rule, from: id, text) }
        }
    }

    private func odd(_ input: inout FuzzInput) -> JSON {
        switch input.below(5) {
        case 0: .null
        case 1: .string(String(decoding: input.chunk(upTo: 60), as: UTF8.self))
        case 2: .object(["sdp": "v=0", "candidate": .object(["candidate": ""])])
        case 3: .array([.integer(1)])
        default: .string("{\"sdp\":\"v=0\"}")
        }
    }

    private func say(_ signal: RoomMapping.Signal, from id: JSON, _ content: JSON) {
        say(signal.rule, [(signal.content, content), (signal.to, .string(scene.client.selfID ?? "")), (signal.from, id)])
    }

    private func say(_ rule: RoomMapping.Rule, _ fields: [(path: MessagePath?, value: JSON)]) {
        var message = JSON.null
        for condition in rule.conditions { message = place(condition.value, at: condition.path, in: message) }
        for (path, value) in fields { message = place(value, at: path, in: message) }
        guard mapping.transport == .socketio else {
            if let event = rule.event { message = place(.string(event), at: mapping.eventPath, in: message) }
            return scene.say(message.text)
        }
        let namespace = mapping.namespace == "/" ? "" : mapping.namespace + ","
        if let event = rule.event {
            message = place(.string(event), at: mapping.eventPath, in: message)
            scene.say("42\(namespace)\(message.text)")
        } else {
            scene.say("43\(namespace)\(acknowledged)\(message == .null ? "[]" : message.text)")
        }
    }

    /// The acknowledgement that the client asked for last.
    private var acknowledged: Int64 {
        for text in scene.said.reversed() {
            var decoder = SocketIODecoder()
            guard case .message(let message)? = try? EngineIOPacket(text: text), let packet = try? decoder.take(message),
                let id = packet.id
            else { continue }
            return id
        }
        return 0
    }

    /// A message with a value where a path leads.
    private func place(_ value: JSON, at path: MessagePath?, in message: JSON) -> JSON {
        guard let path, path.steps.count <= 24 else { return message }
        return place(value, at: path.steps[...], in: message)
    }

    private func place(_ value: JSON, at steps: ArraySlice<String>, in message: JSON) -> JSON {
        guard let step = steps.first else { return value }
        if let index = Int(step), (0..<8).contains(index), message.objectValue == nil {
            var items = message.arrayValue ?? []
            while items.count <= index { items.append(.null) }
            items[index] = place(value, at: steps.dropFirst(), in: items[index])
            return .array(items)
        }
        var object = message.objectValue ?? JSONObject()
        object[step] = place(value, at: steps.dropFirst(), in: object[step] ?? .null)
        return .object(object)
    }
}
