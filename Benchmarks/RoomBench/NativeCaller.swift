import NetworkImpairment
import RTCCore
import SignalingClients
import SignalingProtocol
import Synchronization

/// A caller with the bots' own side of `starling.v1`. In the storm of joins each newcomer offers to whom it finds, and is answered.
final class NativeCaller: RoomCaller {
    private var client: RoomClient
    private var requests = OutputQueue<HostRequest>()
    private var schedule = RelaySchedule()
    private var book = RelayBook()
    private var known: Set<String> = []
    private var offersOpen: Set<String> = []
    private var isLeaving = false
    private let offers: Bool
    private let began: Instant
    private let tally: RoomTally

    /// - Parameter offers: Whether it exchanges descriptions with each peer, as a mesh call does.
    init(url: String, room: String, name: String, seed: UInt64, offers: Bool, tally: RoomTally, now: Instant) {
        client = RoomClient(name: name, room: room, seed: seed)
        self.offers = offers
        self.tally = tally
        began = now
        requests.append(.openSignaling(url: url))
    }

    var room: String { client.room }
    var selfName: String? { client.selfID }
    var peerNames: [String] { client.peers.map(\.id) }
    /// Peers that have not answered an offer.
    var unanswered: Int { offersOpen.count }

    var deadline: Instant? { earliest(client.deadline, schedule.next) }

    func beginRelaying(at first: Instant, every interval: Duration) {
        schedule.begin(at: first, every: interval)
    }

    func endRelaying() {
        schedule.end()
    }

    func leave(now: Instant) {
        isLeaving = true
        client.leave(now: now)
        drain(now: now)
    }

    func advance(to now: Instant) {
        client.advance(to: now)
        let peers = client.state == .ready ? client.peers : []
        let names = schedule.next == nil ? [] : peers.map(\.id)
        while let peer = schedule.take(names, now: now) {
            let text = RelayedText(room: client.room, number: book.next(to: peer), sentAt: now)
            client.signal(to: peer, connection: "a", epoch: 1, kind: .candidates, body: text.line, now: now)
            tally.sent.wrappingAdd(1, ordering: .relaxed)
        }
        drain(now: now)
    }

    func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .signalingOpened: client.opened(now: now)
        case .signalingReceived(let text): client.received(text, now: now)
        case .signalingClosed(let code, let reason):
            client.closed(code: code, reason: reason, now: now)
            if !isLeaving { lose("the connection ended: \(code.map(String.init) ?? "none") \(reason)") }
            requests.append(.finished)
        default: break
        }
        drain(now: now)
    }

    private func drain(now: Instant) {
        while let event = client.nextEvent() { handle(event, now: now) }
        while let text = client.nextText() { requests.append(.sendSignaling(text)) }
    }

    private func handle(_ event: RoomClientEvent, now: Instant) {
        switch event {
        case .joined(_, let peers):
            tally.join(after: now - began)
            known = Set(peers.map(\.id))
            client.ready(now: now)
            guard offers else { return }
            for peer in peers {
                offersOpen.insert(peer.id)
                client.signal(to: peer.id, connection: "a", epoch: 1, kind: .offer, body: Self.description, now: now)
            }
        case .peerJoined(let peer):
            if !known.insert(peer.id).inserted { tally.breach("\(peer.id) joined twice") }
        case .peerLeft(let id, _):
            if known.remove(id) == nil { tally.breach("\(id) left without having joined") }
        case .signal(let from, _, _, .offer, _):
            client.signal(to: from, connection: "a", epoch: 1, kind: .answer, body: Self.description, now: now)
        case .signal(let from, _, _, .answer, _):
            if offersOpen.remove(from) == nil { tally.breach("\(from) answered twice, or unasked") }
        case .signal(let from, _, _, .candidates, let body):
            for line in body.utf8.split(separator: UInt8(ascii: "\n")) {
                book.take(Substring(line), from: from, room: client.room, tally: tally, now: now)
            }
        case .left:
            tally.left.wrappingAdd(1, ordering: .relaxed)
            requests.append(.closeSignaling(code: 1000, reason: "done"))
            requests.append(.finished)
        case .refused(let code, let message): lose("refused: \(code.rawValue), \(message)")
        case .signalFailed(let to, _, _, let kind, let code):
            if !isLeaving { tally.breach("\(kind.rawValue) to \(to) failed: \(code.rawValue)") }
        case .protocolBroken(let what): tally.breach(what)
        case .silent: tally.breach("the server did not answer a ping in time")
        default: break
        }
    }

    private func lose(_ why: String) {
        tally.lost.wrappingAdd(1, ordering: .relaxed)
        tally.breach(why)
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }

    func nextRequest() -> HostRequest? { requests.next() }

    /// As long as the description of a call with sound and pictures is.
    private static let description = String(repeating: "a=rtcp-fb:96 transport-cc goog-remb ccm fir nack pli\r\n", count: 45)
}
