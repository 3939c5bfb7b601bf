import Bots
import Measurement
import NetworkImpairment
import RTCCore
import RTCCrypto
import Scenario
import SignalingProtocol
import Testing

/// A bot whose server says what the test likes.
private final class Stage {
    let bot: Bot
    var now = Instant.seconds(1)
    var sockets = 0
    var offers = 0
    private var peers: [PeerDescription]
    private var seq: Int64 = 0
    private var port: UInt16 = 1000

    init(limits: BotLimits, peers: Int = 0) throws {
        let text = """
            scenario: Alone with a server
            target: { protocol: starling, url: embedded, mode: mesh }
            duration: 60s
            groups: [{ name: callers, count: 1, room: r }]
            """
        let scenario = try Scenario.parse(text, path: "a.yaml", environment: [:], presets: NetworkProfile.preset)
        let plan = try #require(Plan(scenario, seed: 1).bots.first)
        self.peers = (0..<peers).map { PeerDescription(id: "p_\($0)", name: "n\($0)", role: "speaker", polite: true) }
        bot = Bot(
            context: BotContext(
                plan: plan, epoch: .seconds(1), stopAt: .seconds(61), signalingURL: "ws://server.invalid/ws",
                target: scenario.target, publishers: 0, media: [:], wallClock: .simulation,
                dtls: try DTLSContext(entropy: .seeded(1), clock: .simulation), entropy: .seeded(1)),
            limits: limits, now: .seconds(1))
        if let due = bot.deadline { now = due }
        bot.advance(to: now)
        serve()
    }

    /// Says yes to everything.
    private func serve() {
        while let request = bot.nextRequest() {
            switch request {
            case .openSignaling: bot.receive(.signalingOpened, now: now)
            case .openSocket(let token):
                sockets += 1
                port &+= 1
                bot.receive(.socketOpened(token: token, local: SocketAddress(ipv4: 0x0A00_0001, port: port)), now: now)
            case .sendSignaling(let text): answer(text)
            default: break
            }
        }
    }

    private func answer(_ text: String) {
        guard case .request(let id, let request, _)? = try? ClientFrame(text) else { return }
        var reply = Reply.done
        switch request {
        case .hello: reply = .ok(Welcome(session: "s_1", pingMilliseconds: 10_000).json)
        case .join:
            reply = .ok(
                RoomSnapshot(
                    participant: "p_me", role: "speaker", permissions: [], rev: 1, room: "r", mode: .mesh, peers: peers
                ).json)
        case .signal(let signal): if signal.kind == .offer { offers += 1 }
        default: break
        }
        bot.receive(.signalingReceived(ServerFrame.reply(id: id, reply).text), now: now)
    }

    func tell(_ event: Event) {
        seq += 1
        bot.receive(.signalingReceived(ServerFrame.event(event, seq: seq, rev: seq + 1).text), now: now)
        serve()
    }

    func signal(_ kind: SignalKind, from id: String, epoch: Int64 = 1, body: String) {
        tell(.signal(from: id, connection: "a", epoch: epoch, kind: kind, body: kind.body(body)))
    }

    var kinds: [RunEvent.Kind] { bot.record().events.map(\.kind) }
}

@Suite("A bot and a hostile server")
struct HostileServerTests {
    @Test("a room of ten thousand strangers gets as many connections as a bot makes, and no more sockets")
    func strangers() throws {
        var limits = BotLimits()
        limits.connections = 8
        let stage = try Stage(limits: limits, peers: 10_000)
        #expect(stage.sockets == 8)
        #expect(stage.offers == 8)
        #expect(stage.kinds.contains(.refused))
        #expect(stage.bot.hasJoined)
    }

    @Test("offers of a thousand strangers do not make a thousand connections")
    func offersOfStrangers() throws {
        var limits = BotLimits()
        limits.connections = 8
        let stage = try Stage(limits: limits)
        for number in 0..<1000 { stage.signal(.offer, from: "p_\(number)", body: "v=0\r\n") }
        #expect(stage.sockets == 8)
        #expect(stage.bot.record().connections.count == 8)
    }

    @Test("whoever calls and hangs up a thousand times leaves a bounded record")
    func callAndHangUp() throws {
        var limits = BotLimits()
        limits.connectionsMade = 20
        let stage = try Stage(limits: limits)
        for _ in 0..<1000 {
            stage.signal(.offer, from: "p_1", body: "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n")
            stage.signal(.candidates, from: "p_1", body: (0..<100).map { "candidate:\($0)" }.joined(separator: "\n"))
            stage.signal(.bye, from: "p_1", body: "enough")
        }
        #expect(stage.bot.record().connections.count == 20)
        #expect(stage.sockets == 20)
    }

    @Test("offers by the thousand on one connection are refused one by one, and the log is bounded")
    func offersByTheThousand() throws {
        var limits = BotLimits()
        limits.events = 500
        let stage = try Stage(limits: limits)
        for epoch in Int64(1)...3000 { stage.signal(.offer, from: "p_1", epoch: epoch, body: "nonsense \(epoch)") }
        for number in 0..<3000 {
            stage.tell(.peerJoined(PeerDescription(id: "p_x\(number)", name: "n", role: "speaker", polite: false)))
        }
        let events = stage.bot.record().events
        #expect(events.count == 501)
        #expect(events.contains { $0.kind == .negotiationFailed })
        #expect(events.last?.detail?.contains("more than 500 events") == true)
        #expect(stage.sockets == 1)
    }
}
