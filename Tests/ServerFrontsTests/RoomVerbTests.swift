import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingClients
import SignalingProtocol
import Testing

/// Room clients and a front without a wire between them.
private struct Table {
    let front: NativeFront
    var now = Instant.origin
    var clients: [RoomClient] = []
    var events: [[RoomClientEvent]] = []
    /// Each client's present connection.
    private var connections: [UInt64?] = []
    private var opened: UInt64 = 0

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configure(&configuration)
        front = NativeFront(configuration: configuration, seed: 1, at: .origin)
    }

    mutating func add(_ client: RoomClient) -> Int {
        clients.append(client)
        events.append([])
        connections.append(nil)
        open(clients.count - 1)
        return clients.count - 1
    }

    mutating func open(_ index: Int) {
        opened += 1
        connections[index] = opened
        front.opened(opened, url: "ws://server/ws", now: now)
        clients[index].opened(now: now)
        settle()
    }

    mutating func cut(_ index: Int) {
        guard let connection = connections[index] else { return }
        connections[index] = nil
        front.closed(connection, code: nil, now: now)
        clients[index].closed(code: nil, reason: "cut", now: now)
        settle()
    }

    mutating func ready(_ index: Int) {
        clients[index].ready(now: now)
        settle()
    }

    mutating func ask(_ index: Int, _ request: Request) {
        clients[index].ask(request, now: now)
        settle()
    }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while true {
            var next = front.deadline
            for client in clients { next = earliest(next, client.deadline) }
            guard let next, next <= end else { break }
            now = max(now, next)
            front.advance(to: now)
            for index in clients.indices { clients[index].advance(to: now) }
            settle()
        }
        now = end
    }

    mutating func settle() {
        var isQuiet = false
        while !isQuiet {
            isQuiet = true
            for index in clients.indices {
                while let text = clients[index].nextText() {
                    isQuiet = false
                    if let connection = connections[index] { front.received(text, on: connection, now: now) }
                }
                while let event = clients[index].nextEvent() { events[index].append(event) }
            }
            while let output = front.nextOutput() {
                isQuiet = false
                switch output {
                case .send(let connection, let text):
                    guard let index = connections.firstIndex(of: connection) else { continue }
                    clients[index].received(text, now: now)
                case .close(let connection, let code, _):
                    guard let index = connections.firstIndex(of: connection) else { continue }
                    connections[index] = nil
                    clients[index].closed(code: code, reason: "", now: now)
                }
            }
        }
    }

    func chat(_ index: Int) -> [String] {
        events[index].compactMap { event in
            guard case .chat(let message) = event else { return nil }
            return message.text
        }
    }

    /// What no client should ever say of a server.
    var complaints: [RoomClientEvent] {
        events.flatMap { $0 }.filter { event in
            if case .protocolBroken = event { return true }
            return false
        }
    }
}

private func maker(_ settings: RoomSettings = RoomSettings()) -> RoomClient {
    RoomClient(name: "host", room: "r", seed: 1, create: settings)
}

private func visitor(_ seed: UInt64 = 2) -> RoomClient {
    RoomClient(name: "guest", room: "r", seed: seed)
}

@Suite("The verbs of rooms, from client to client")
struct RoomVerbTests {
    @Test("a guest waits, is admitted, is heard, is muted, and is kicked for good")
    func moderation() throws {
        var table = Table()
        let host = table.add(maker(RoomSettings(lobby: true)))
        table.ready(host)
        let guest = table.add(visitor())
        #expect(table.clients[guest].state == .waiting)
        let waiting = try #require(table.clients[host].lobby.first)
        #expect(table.events[host].last == .knocked(waiting))
        table.ask(host, .admit(participant: waiting.participant))
        #expect(table.clients[guest].state == .joined && table.clients[guest].selfID == waiting.participant)
        #expect(table.clients[host].lobby.isEmpty && table.clients[host].peers.map(\.id) == [waiting.participant])
        table.ready(guest)
        table.ask(guest, .update(ParticipantUpdate(status: "here", media: [.microphone: true])))
        #expect(table.clients[host].peers[0].media.microphone == .on && table.clients[host].peers[0].status == "here")
        table.ask(host, .mute(MuteRequest(participant: waiting.participant, source: .microphone, hard: true)))
        #expect(table.clients[guest].media.microphone == .locked && table.clients[host].peers[0].media.microphone == .locked)
        table.ask(guest, .update(ParticipantUpdate(media: [.microphone: true])))
        #expect(
            table.events[guest].last == .failed(.update(ParticipantUpdate(media: [.microphone: true])), code: .forbidden))
        table.ask(host, .kick(KickRequest(participant: waiting.participant)))
        #expect(table.clients[guest].state == .closed && !table.clients[guest].mayReconnect)
        #expect(table.events[guest].last == .closed(code: 4010, reason: ""))
        #expect(table.clients[host].peers.isEmpty && table.complaints.isEmpty)
    }

    @Test("who is denied is outside and may knock again")
    func denied() throws {
        var table = Table()
        let host = table.add(maker(RoomSettings(lobby: true)))
        table.ready(host)
        let guest = table.add(visitor())
        let waiting = try #require(table.clients[host].lobby.first)
        table.ask(host, .deny(participant: waiting.participant, reason: "no"))
        #expect(table.events[guest].last == .denied(reason: "no") && table.clients[guest].state == .outside)
        table.clients[guest].join(now: table.now)
        table.settle()
        #expect(table.clients[guest].state == .waiting && table.clients[host].lobby.count == 1)
    }

    @Test("someone in the lobby may come back on another connection, and is admitted there")
    func waitingResumed() throws {
        var table = Table()
        let host = table.add(maker(RoomSettings(lobby: true)))
        table.ready(host)
        let guest = table.add(visitor())
        let waiting = try #require(table.clients[host].lobby.first)
        table.cut(guest)
        table.ask(host, .admit(participant: waiting.participant))
        table.open(guest)
        #expect(table.clients[guest].state == .joined && table.clients[guest].peers.count == 1)
        #expect(table.complaints.isEmpty)
    }

    @Test("chat is told exactly once over a resume: what waited is told, and what was asked is done once")
    func chatOverResume() {
        var table = Table()
        let one = table.add(visitor(1))
        let two = table.add(visitor(2))
        table.ready(one)
        table.ready(two)
        table.ask(one, .chat(ChatRequest(text: "1")))
        table.cut(two)
        table.ask(one, .chat(ChatRequest(text: "2")))
        table.ask(two, .chat(ChatRequest(text: "3", clientID: "a")))
        table.open(two)
        #expect(table.chat(two) == ["1", "2"] && table.chat(one) == ["3"])
        #expect(table.events[two].contains(.said(message: 3, ChatRequest(text: "3", clientID: "a"))))
        #expect(table.complaints.isEmpty)
    }

    @Test("chat is told exactly once over a lost session, where the participant is kept")
    func chatOverGap() {
        var table = Table { $0.roomLimits.pendingEvents = 2 }
        let one = table.add(visitor(1))
        let two = table.add(visitor(2))
        table.ready(one)
        table.ready(two)
        table.ask(one, .chat(ChatRequest(text: "0")))
        let id = table.clients[two].selfID
        table.cut(two)
        for number in 1...6 { table.ask(one, .chat(ChatRequest(text: "\(number)"))) }
        table.open(two)
        table.ready(two)
        table.ask(one, .chat(ChatRequest(text: "7")))
        #expect(table.events[two].contains(.sessionLost(code: .resumeGap)) && table.clients[two].selfID == id)
        #expect(table.chat(two) == (0...7).map { "\($0)" })
        #expect(table.complaints.isEmpty)
    }

    @Test("reactions, hands, roles, spotlight and lock are seen by the others")
    func social() throws {
        var table = Table()
        let host = table.add(maker())
        table.ready(host)
        let guest = table.add(visitor())
        table.ready(guest)
        let (hostID, guestID) = try (#require(table.clients[host].selfID), #require(table.clients[guest].selfID))
        table.ask(guest, .react(emoji: "👍", target: hostID))
        #expect(table.events[host].last == .reaction(from: guestID, emoji: "👍", target: hostID))
        table.ask(guest, .raiseHand)
        #expect(table.clients[host].hands == [guestID] && table.clients[guest].hands == [guestID])
        table.ask(host, .lowerHand(participant: guestID))
        #expect(table.clients[guest].hands.isEmpty)
        table.ask(host, .setRole(participant: guestID, .cohost))
        #expect(table.clients[guest].role == "cohost" && table.clients[guest].permissions.contains("admit"))
        #expect(table.clients[host].peers[0].role == "cohost")
        table.ask(guest, .spotlight(participant: hostID))
        table.ask(guest, .lock(true))
        for index in [host, guest] {
            #expect(table.clients[index].spotlight == hostID && table.clients[index].settings.locked)
        }
        table.ask(guest, .key(KeyMessage(to: hostID, keyID: 1, body: #"{"k":1}"#)))
        #expect(table.events[host].last == .key(from: guestID, KeyMessage(to: hostID, keyID: 1, body: #"{"k":1}"#)))
        table.ask(host, .end(reason: "over"))
        #expect(table.events[guest].suffix(2) == [.roomEnded(reason: "over"), .closed(code: 4012, reason: "")])
        #expect(table.complaints.isEmpty)
    }

    @Test("who speaks and whose connection is poor is known to all")
    func statistics() throws {
        var table = Table()
        let one = table.add(visitor(1))
        let two = table.add(visitor(2))
        table.ready(one)
        table.ready(two)
        let id = try #require(table.clients[one].selfID)
        table.ask(one, .stats(StatsReport(audioLevel: 0.5, roundTrip: 900, jitterMilliseconds: 90, loss: 0.2)))
        #expect(table.clients[two].speaker == id && table.clients[two].peers[0].quality == .bad)
        table.ask(two, .subscribe(.participants([])))
        let viewer = try #require(table.clients[two].selfID)
        #expect(table.events[one].last == .subscribed(id: viewer, wanted: false))
    }

    @Test("two strangers are matched, meet, and part; the one who stays looks for another")
    func match() {
        var table = Table()
        let wish = MatchWish(media: .text)
        let one = table.add(RoomClient(name: "Ana", room: "", seed: 1, match: wish))
        let two = table.add(RoomClient(name: "Bo", room: "", seed: 2, match: wish))
        guard case .matchFound(let offer)? = table.events[one].last else {
            Issue.record("nobody was found: \(table.events)")
            return
        }
        #expect(offer.media == .text)
        for index in [one, two] {
            table.clients[index].acceptMatch(now: table.now)
            table.settle()
        }
        #expect(table.clients[one].state == .joined && table.clients[two].state == .joined)
        table.ready(one)
        table.ready(two)
        #expect(table.clients[one].peers.map(\.name) == ["guest"])
        table.ask(one, .chat(ChatRequest(text: "hi")))
        #expect(table.chat(two) == ["hi"])
        table.clients[one].leave(now: table.now)
        table.settle()
        #expect(table.events[two].last == .roomEnded(reason: "partner_gone") && table.clients[two].state == .outside)
        table.clients[two].enqueue(wish, now: table.now)
        table.settle()
        #expect(table.front.metrics.queued == 1 && table.front.metrics.rooms == 0 && table.complaints.isEmpty)
    }

    @Test("a search outlives a lost connection")
    func matchOverResume() {
        var table = Table()
        let one = table.add(RoomClient(name: "Ana", room: "", seed: 1, match: MatchWish()))
        table.cut(one)
        #expect(table.clients[one].state == .lost && table.front.metrics.queued == 0)
        table.open(one)
        #expect(table.front.metrics.queued == 1 && table.clients[one].isQueued)
        let two = table.add(RoomClient(name: "Bo", room: "", seed: 2, match: MatchWish()))
        for index in [one, two] {
            guard case .matchFound? = table.events[index].last else {
                Issue.record("\(index) was not found")
                return
            }
        }
        #expect(table.complaints.isEmpty)
    }

    @Test("the same tab again ends its older session with 4009, and is one visit")
    func tab() {
        var table = Table()
        let one = table.add(RoomClient(name: "Ana", room: "r", seed: 1, token: "ana", tab: "tab-0001"))
        let two = table.add(RoomClient(name: "Ana", room: "r", seed: 2, token: "ana", tab: "tab-0001"))
        #expect(table.events[one].last == .closed(code: 4009, reason: "") && table.clients[two].state == .joined)
        #expect(table.front.metrics.participants == 1 && table.front.metrics.room.visits == 1)
    }

    @Test("a token of the same identity refreshes a session, another's does not; a token's role holds")
    func tokens() {
        var table = Table {
            $0.accessTokens = [
                AccessToken(token: "a1", identity: "ana", role: .viewer), AccessToken(token: "a2", identity: "ana"),
                AccessToken(token: "b1", identity: "bo"),
            ]
        }
        let one = table.add(RoomClient(name: "Ana", room: "r", seed: 1, token: "a1"))
        table.ready(one)
        #expect(table.clients[one].role == "viewer")
        table.ask(one, .refreshToken("a2"))
        #expect(table.events[one].last == .done(.refreshToken("a2")))
        table.ask(one, .refreshToken("b1"))
        #expect(table.events[one].last == .failed(.refreshToken("b1"), code: .unauthenticated))
    }
}
