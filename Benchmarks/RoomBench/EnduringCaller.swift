import NetworkImpairment
import RTCCore
import SignalingClients
import SignalingProtocol
import Synchronization

/// A caller that chats, loses its connection, and comes back with exponential backoff, as bots do.
final class EnduringCaller: HostedMachine {
    /// The first wait before another attempt, and the longest.
    static let backoff = (first: Duration.milliseconds(250), longest: Duration.seconds(2))

    /// How a lost connection ended.
    enum Outcome {
        case resumed
        case rejoined
    }

    private(set) var client: RoomClient
    private(set) var chat = ChatBook()
    private(set) var outcomes: [(outcome: Outcome, after: Duration)] = []
    private let url: String
    private let tally: RoomTally
    private var requests = OutputQueue<HostRequest>()
    private var random: SplitMix64
    private var chatAt: Instant?
    private var chatEvery = Duration.zero
    private var said = 0
    private var lostAt: Instant?
    private var retryAt: Instant?
    private var wait = EnduringCaller.backoff.first
    private var hasJoined = false

    init(url: String, room: String, name: String, seed: UInt64, tally: RoomTally) {
        self.url = url
        self.tally = tally
        client = RoomClient(name: name, room: room, seed: seed, tab: name)
        random = SplitMix64(seed: seed)
        requests.append(.openSignaling(url: url))
    }

    /// In its room, with a connection.
    var isPresent: Bool { client.state == .ready && lostAt == nil }

    var deadline: Instant? { earliest(client.deadline, earliest(chatAt, retryAt)) }

    func beginChat(at first: Instant, every interval: Duration) {
        chatAt = first
        chatEvery = interval
    }

    func endChat() {
        chatAt = nil
    }

    func cut(for duration: Duration) {
        requests.append(.cutSignaling(for: duration))
    }

    func advance(to now: Instant) {
        client.advance(to: now)
        if let retryAt, retryAt <= now {
            self.retryAt = nil
            requests.append(.openSignaling(url: url))
        }
        if let chatAt, chatAt <= now {
            self.chatAt = chatAt + chatEvery
            // What is said while the connection is lost waits, and is said once.
            if client.ask(.chat(ChatRequest(text: "\(client.name) says \(said)")), now: now) { said += 1 }
        }
        drain(now: now)
    }

    func receive(_ input: HostInput, now: Instant) {
        switch input {
        case .signalingOpened: client.opened(now: now)
        case .signalingReceived(let text): client.received(text, now: now)
        case .signalingClosed(let code, let reason):
            client.closed(code: code, reason: reason, now: now)
            lose(code: code, reason: reason, now: now)
        default: break
        }
        drain(now: now)
    }

    private func lose(code: UInt16?, reason: String, now: Instant) {
        guard client.mayReconnect else { return tally.breach("\(client.name) may not come back: \(code ?? 0) \(reason)") }
        lostAt = lostAt ?? now
        let jittered = wait * (0.5 + 0.5 * random.unitInterval())
        retryAt = now + max(jittered, client.retryAfter ?? .zero)
        wait = min(wait * 2, Self.backoff.longest)
    }

    private func drain(now: Instant) {
        while let event = client.nextEvent() { handle(event, now: now) }
        while let text = client.nextText() { requests.append(.sendSignaling(text)) }
    }

    private func handle(_ event: RoomClientEvent, now: Instant) {
        switch event {
        case .joined(let own, _):
            if !keepsChat(of: own) { chat = ChatBook() }
            client.ready(now: now)
            if hasJoined { back(.rejoined, now: now) } else { tally.join(after: .zero) }
            hasJoined = true
        case .resumed: back(.resumed, now: now)
        case .chat(let message): note(chat.hear(message.number))
        case .said(let number, _): note(chat.say(number))
        case .protocolBroken(let what): tally.breach("\(client.name): \(what)")
        case .refused(let code, let message): tally.breach("\(client.name) was refused: \(code.rawValue), \(message)")
        case .failed(.chat, let code):
            // Said, and not known to be said, when a server ended: it is told so, and what it said is in no room.
            if code != .resumeExpired { tally.breach("\(client.name)'s chat failed: \(code.rawValue)") }
        default: break
        }
    }

    private var chatOwner: String?

    private func keepsChat(of own: String) -> Bool {
        defer { chatOwner = own }
        return chatOwner == own
    }

    private func back(_ outcome: Outcome, now: Instant) {
        guard let since = lostAt else { return }
        lostAt = nil
        wait = Self.backoff.first
        outcomes.append((outcome, now - since))
    }

    private func note(_ trouble: String?) {
        if let trouble { tally.breach("\(client.name) of \(client.room): \(trouble)") }
    }

    func receive(_ datagram: inout MutableRawSpan, on path: Path, arrivedAt: Instant, now: Instant) {}

    func nextDatagrams(into batch: inout DatagramBatch) -> Drain { .drained }

    func nextRequest() -> HostRequest? { requests.next() }
}
