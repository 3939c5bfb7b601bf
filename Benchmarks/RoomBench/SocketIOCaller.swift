import NetworkImpairment
import RTCCore
import SignalingProtocol
import SocketIO
import Synchronization

/// A caller over Socket.IO 5 on a WebSocket, which relays `ice-candidate`: the same to this project's server and to any other with these names.
final class SocketIOCaller: RoomCaller {
    let room: String
    private(set) var selfName: String?
    private(set) var peerNames: [String] = []
    private let name: String
    private var requests = OutputQueue<HostRequest>()
    private var schedule = RelaySchedule()
    private var book = RelayBook()
    private var isLeaving = false
    private let began: Instant
    private let tally: RoomTally

    init(url: String, room: String, name: String, tally: RoomTally, now: Instant) {
        self.room = room
        self.name = name
        self.tally = tally
        began = now
        requests.append(.openSignaling(url: url))
    }

    var deadline: Instant? { schedule.next }

    func beginRelaying(at first: Instant, every interval: Duration) {
        schedule.begin(at: first, every: interval)
    }

    func endRelaying() {
        schedule.end()
    }

    func leave(now: Instant) {
        isLeaving = true
        tally.left.wrappingAdd(1, ordering: .relaxed)
        say("41")
        requests.append(.closeSignaling(code: 1000, reason: "done"))
        requests.append(.finished)
    }

    func advance(to now: Instant) {
        while let peer = schedule.take(peerNames, now: now) {
            let text = RelayedText(room: room, number: book.next(to: peer), sentAt: now)
            let candidate: JSON = .object(["candidate": .string(text.line), "sdpMid": "0", "sdpMLineIndex": .integer(0)])
            emit("ice-candidate", .object(["to": .string(peer), "candidate": candidate]))
            tally.sent.wrappingAdd(1, ordering: .relaxed)
        }
    }

    func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .signalingReceived(let text): take(text, now: now)
        case .signalingClosed(let code, let reason):
            if !isLeaving {
                tally.lost.wrappingAdd(1, ordering: .relaxed)
                tally.breach("the connection ended: \(code.map(String.init) ?? "none") \(reason)")
            }
            requests.append(.finished)
        default: break
        }
    }

    private func take(_ text: String, now: Instant) {
        if text.hasPrefix("42") {
            guard let data = try? JSONParser.parse(String(text.dropFirst(2))), let parts = data.arrayValue,
                let event = parts.first?.stringValue
            else { return tally.breach("an event that cannot be read") }
            heard(event, Array(parts.dropFirst()), now: now)
        } else if text == "2" {
            say("3")
        } else if text.hasPrefix("0") {
            say("40")
        } else if text.hasPrefix("40") {
            emit("join-room", .object(["room": .string(room), "id": .string(name)]))
        } else if text.hasPrefix("44") {
            tally.breach("refused: \(text)")
        }
    }

    private func heard(_ event: String, _ arguments: [JSON], now: Instant) {
        switch event {
        case "room-joined":
            selfName = name
            let users = arguments.first?.objectValue?["users"]?.arrayValue ?? []
            for user in users { if let id = user.objectValue?["id"]?.stringValue { peerNames.append(id) } }
            tally.join(after: now - began)
        case "user-connected":
            if let id = arguments.first?.stringValue { peerNames.append(id) }
        case "user-disconnected":
            if let id = arguments.first?.stringValue { peerNames.removeAll { $0 == id } }
        case "ice-candidate":
            guard let message = arguments.first?.objectValue, let from = message["from"]?.stringValue,
                let line = message["candidate"]?.objectValue?["candidate"]?.stringValue
            else { return tally.breach("a candidate that cannot be read") }
            book.take(line[...], from: from, room: room, tally: tally, now: now)
        case "room-error": tally.breach("refused: \(arguments.first?.text ?? "")")
        default: break
        }
    }

    private func emit(_ event: String, _ argument: JSON) {
        for case .text(let text) in SocketIOPacket.event(event, [argument]).messages { say("4" + text) }
    }

    private func say(_ text: String) {
        requests.append(.sendSignaling(text))
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }

    func nextRequest() -> HostRequest? { requests.next() }
}
