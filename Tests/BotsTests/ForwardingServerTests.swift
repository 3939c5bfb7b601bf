import Bots
import HandmadeRecords
import Measurement
import MediaTracks
import NetworkImpairment
import RTCCore
import RTCCrypto
import RTCWire
import Scenario
import SignalingProtocol
import Testing

/// A bot beside a Janus that says what Debian's 1.1.2 was heard to say.
@Suite("A bot in the room of a server that forwards")
struct ForwardingServerTests {
    private static let scenario = """
        scenario: One speaks, one listens
        target: { protocol: janus, url: "ws://127.0.0.1:8188/" }
        duration: 60s
        groups:
          - { name: speaker, count: 1, room: "77", publish: { video: talk.ivf }, subscribe: none }
          - { name: audience, count: 1, room: "77", reconnect: { initial: 100ms } }
        """

    private func bot(_ index: Int) throws -> Bot {
        let scenario = try Scenario.parse(
            Self.scenario, path: "x.yaml", environment: [:], presets: { _ in nil })
        let clock = WallClock.simulation
        return Bot(
            context: BotContext(
                plan: Plan(scenario).bots[index], epoch: .origin, stopAt: .seconds(60), signalingURL: "ws://127.0.0.1:8188/",
                target: scenario.target, publishers: 1, media: ["talk.ivf": HandmadeMedia.video], wallClock: clock,
                dtls: try DTLSContext(entropy: .seeded(1), clock: clock), entropy: .seeded(1)), now: .origin)
    }

    private func requests(_ bot: Bot) -> [HostRequest] {
        var requests: [HostRequest] = []
        while let request = bot.nextRequest() { requests.append(request) }
        return requests
    }

    private func messages(_ requests: [HostRequest]) -> [JSONObject] {
        requests.compactMap { request in
            guard case .sendSignaling(let text) = request else { return nil }
            return (try? JSONParser.parse(text))?.objectValue
        }
    }

    /// What Janus answers to the last thing that the bot asked.
    private func answer(_ bot: Bot, _ rest: String, verb: String, now: Instant = .origin) throws {
        let transaction = try #require(messages(requests(bot)).last?["transaction"]?.stringValue)
        say(bot, #"{"janus":"\#(verb)","session_id":1,"transaction":"\#(transaction)",\#(rest)}"#, now: now)
    }

    private func say(_ bot: Bot, _ text: String, now: Instant = .origin) {
        bot.receive(.signalingReceived(text), now: now)
    }

    private func enter(_ bot: Bot, publishers: String = "") throws {
        bot.advance(to: .origin)
        bot.receive(.signalingOpened, now: .origin)
        try answer(bot, #""data":{"id":1}"#, verb: "success")
        try answer(bot, #""data":{"id":2}"#, verb: "success")
        try answer(
            bot,
            #""sender":2,"plugindata":{"plugin":"p","data":{"videoroom":"joined","room":77,"id":10,"private_id":5,"publishers":[\#(publishers)],"attendees":[]}}"#,
            verb: "event")
    }

    private static let offer = [
        "v=0", "o=- 1795838690357918 1 IN IP4 127.0.0.1", "s=VideoRoom 77", "t=0 0", "a=group:BUNDLE 0",
        "a=ice-options:trickle",
        "a=fingerprint:sha-256 C4:8F:60:61:A1:DA:73:B6:4F:2D:54:E7:9F:44:79:0E:F5:E9:8D:E5:5F:11:03:FD:C3:FB:B9:FE:96:9D:56:42",
        "a=msid-semantic: WMS *", "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 127.0.0.1", "a=sendonly", "a=mid:0",
        "a=rtcp-mux", "a=ice-ufrag:VZbH", "a=ice-pwd:8PjobOVZxMukZ6JAqxdFlP", "a=setup:actpass", "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
        "a=ssrc-group:FID 388088393 786106670", "a=msid:janus janus0", "a=ssrc:388088393 cname:janus",
        "a=ssrc:786106670 cname:janus", "a=candidate:1 1 udp 2015363327 127.0.0.1 34119 typ host", "a=end-of-candidates", "",
    ].joined(separator: #"\r\n"#)

    /// In the room, and offered what the speaker publishes.
    private func listening() throws -> Bot {
        let bot = try bot(1)
        try enter(bot, publishers: #"{"id":20,"display":"speaker[0]"}"#)
        try answer(bot, #""data":{"id":3}"#, verb: "success")
        try answer(
            bot,
            #""sender":3,"plugindata":{"plugin":"p","data":{"videoroom":"attached"}},"jsep":{"type":"offer","sdp":"\#(Self.offer)"}"#,
            verb: "event")
        return bot
    }

    @Test("offers what it has to the server, to send only, and has no other connection")
    func publishes() throws {
        let bot = try bot(0)
        try enter(bot)
        let said = requests(bot)
        let publish = try #require(messages(said).last)
        #expect(publish["body"] == .object(["request": "publish"]))
        let offer = try SessionDescription(parsing: try #require(publish["jsep"]?.objectValue?["sdp"]?.stringValue))
        #expect(offer.media.map(\.direction) == [.sendonly])
        #expect(offer.media.map(\.kind) == [.video])
        #expect(said.contains(.openSocket(token: 1)))
        let record = bot.record()
        #expect(record.connections.map(\.remote) == ["janus"] && record.connections.map(\.isForwarded) == [true])
        #expect(record.publishes == [.video] && !record.subscribes)
    }

    @Test("answers what the server offers of a publisher, to receive only, and knows the publisher by its name")
    func subscribes() throws {
        let bot = try listening()
        let start = try #require(messages(requests(bot)).last)
        #expect(start["body"] == .object(["request": "start"]) && start["handle_id"] == 3)
        let answer = try SessionDescription(parsing: try #require(start["jsep"]?.objectValue?["sdp"]?.stringValue))
        #expect(answer.media.map(\.direction) == [.recvonly])
        let record = bot.record()
        #expect(record.connections.map(\.remote) == ["speaker[0]"] && record.connections.map(\.isForwarded) == [false])
        #expect(record.publishes == [] && record.subscribes)
        #expect(record.joinedAt == .origin)
    }

    @Test("a publisher that stops takes its connection along")
    func publisherStops() throws {
        let bot = try listening()
        say(
            bot,
            #"{"janus":"event","session_id":1,"sender":2,"plugindata":{"plugin":"p","data":{"videoroom":"event","unpublished":20}}}"#,
            now: .seconds(2))
        #expect(messages(requests(bot)).last?["janus"] == "detach")
        #expect(bot.record().connections.first?.endedAt == .seconds(2))
    }

    @Test("a call that the server hangs up is sought again as the policy says, and made anew with another peer")
    func hungUp() throws {
        let bot = try listening()
        _ = requests(bot)
        say(bot, #"{"janus":"hangup","session_id":1,"sender":3,"reason":"ICE failed"}"#, now: .seconds(2))
        #expect(messages(requests(bot)) == [])
        bot.advance(to: .seconds(2.1))
        let asked = messages(requests(bot)).compactMap { $0["janus"]?.stringValue }
        #expect(asked == ["detach", "attach"])
        #expect(bot.record().events.contains { $0.kind == .transportClosed && $0.detail == "ICE failed" })
        #expect(bot.record().attempts.map(\.peer) == ["speaker[0]"])
    }
}
