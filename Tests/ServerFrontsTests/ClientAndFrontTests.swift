import NetworkImpairment
import RTCCore
import RoomCore
import ServerFronts
import SignalingClients
import SignalingProtocol
import Testing

/// Room clients and a front on a wire with a delay, in virtual time.
private struct Village {
    enum Parcel {
        case toServer(UInt64, String)
        case toClient(UInt64, String)
        case clientClosed(UInt64, UInt16)
    }

    let front: NativeFront
    var now = Instant.origin
    var clients: [RoomClient] = []
    var events: [[RoomClientEvent]] = []
    private var wire: [(at: Instant, parcel: Parcel)] = []
    private var begun = 0
    let delay: Duration

    init(seed: UInt64, delay: Duration = .milliseconds(5)) {
        var configuration = ServerConfiguration(trustLoopback: true)
        configuration.roomLimits.capacity = 6
        front = NativeFront(configuration: configuration, seed: seed, at: .origin)
        self.delay = delay
    }

    mutating func add(_ name: String, room: String) {
        var client = RoomClient(name: name, room: room, seed: UInt64(clients.count))
        front.opened(UInt64(clients.count), url: "ws://server/ws", now: now)
        client.opened(now: now)
        clients.append(client)
        events.append([])
        settle()
    }

    mutating func settle() {
        for index in clients.indices {
            while let text = clients[index].nextText() { wire.append((now + delay, .toServer(UInt64(index), text))) }
            while let event = clients[index].nextEvent() { events[index].append(event) }
        }
        while let output = front.nextOutput() {
            switch output {
            case .send(let connection, let text): wire.append((now + delay, .toClient(connection, text)))
            case .close(let connection, let code, _): wire.append((now + delay, .clientClosed(connection, code)))
            }
        }
    }

    mutating func drop(_ index: Int) {
        front.closed(UInt64(index), code: nil, now: now)
        clients[index].closed(code: nil, reason: "cut", now: now)
        settle()
    }

    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while true {
            var next = earliest(begun < wire.count ? wire[begun].at : nil, front.deadline)
            for client in clients { next = earliest(next, client.deadline) }
            guard let next, next <= end else { break }
            now = max(now, next)
            front.advance(to: now)
            for index in clients.indices { clients[index].advance(to: now) }
            while begun < wire.count, wire[begun].at <= now {
                switch wire[begun].parcel {
                case .toServer(let connection, let text): front.received(text, on: connection, now: now)
                case .toClient(let connection, let text): clients[Int(connection)].received(text, now: now)
                case .clientClosed(let connection, let code):
                    clients[Int(connection)].closed(code: code, reason: "", now: now)
                }
                begun += 1
            }
            settle()
        }
        now = end
    }
}

@Suite("Room clients and the native front")
struct ClientAndFrontTests {
    @Test("two meet, exchange, and stay for ten minutes without a word but pings")
    func meeting() throws {
        var village = Village(seed: 1)
        village.add("Ana", room: "r")
        village.wait(.seconds(1))
        village.clients[0].ready(now: village.now)
        village.add("Bo", room: "r")
        village.wait(.seconds(1))
        let bo = try #require(village.clients[1].selfID)
        let ana = try #require(village.clients[0].selfID)
        #expect(village.clients[1].peers == [RemoteParticipant(id: ana, name: "Ana", polite: true)])
        #expect(village.clients[0].peers == [RemoteParticipant(id: bo, name: "Bo", polite: false)])
        village.clients[1].signal(to: ana, connection: "a", epoch: 1, kind: .offer, body: "v=0\r\n", now: village.now)
        village.clients[1].ready(now: village.now)
        village.settle()
        village.wait(.seconds(600))
        #expect(
            village.events[0].last == .signal(from: bo, connection: "a", epoch: 1, kind: .offer, body: "v=0\r\n"))
        #expect(village.clients[0].state == .ready && village.clients[1].state == .ready)
        #expect(village.front.participantCount == 2)
    }

    @Test("over two hundred seeds no client ever sees the protocol broken, and all agree in the end")
    func seeds() {
        for seed in 0..<UInt64(200) {
            var random = SplitMix64(seed: seed)
            var village = Village(seed: seed, delay: .milliseconds(Int64(1 + random.next() % 300)))
            for step in 0..<60 {
                if village.clients.count < 12, random.next() % 3 == 0 {
                    village.add("bot-\(step)", room: "room-\(random.next() % 2)")
                }
                for index in village.clients.indices where random.next() % 4 == 0 {
                    let peers = village.clients[index].peers
                    switch random.next() % 8 {
                    case 0, 1, 2: village.clients[index].ready(now: village.now)
                    case 3 where random.next() % 8 == 0: village.clients[index].leave(now: village.now)
                    case 4 where random.next() % 8 == 0: village.drop(index)
                    default:
                        guard let peer = peers.first else { continue }
                        village.clients[index].signal(
                            to: peer.id, connection: "a", epoch: 1, kind: .candidates, body: "\(step)", now: village.now)
                    }
                }
                village.settle()
                village.wait(.milliseconds(Int64(random.next() % 1500)))
            }
            village.wait(.seconds(60))
            for events in village.events {
                let broken = events.filter { if case .protocolBroken = $0 { true } else { false } }
                #expect(broken.isEmpty, "seed \(seed)")
            }
            for client in village.clients where client.selfID != nil && client.state != .lost {
                let others = village.front.participants(in: client.room).filter { $0 != client.selfID }
                #expect(client.peers.map(\.id) == others, "seed \(seed)")
            }
        }
    }
}
