public import FuzzSupport
public import RTCCore
public import SignalingClients
import SignalingProtocol

/// A bot's client on the one connection that it has, in virtual time. The target plays the server.
public final class ClientScene<Client: SignalingClient> {
    public var client: Client
    public private(set) var isOpen = false
    /// What the client said last, the newest at the end.
    public private(set) var said: [String] = []
    private let clock = FuzzClock(.seconds(1))
    private let check: (String) -> Void

    /// - Parameter check: Ends the process where the client says what no server would take.
    public init(_ client: Client, check: @escaping (String) -> Void) {
        self.client = client
        self.check = check
    }

    public var now: Instant { clock.now }

    public func open() {
        guard !isOpen else { return }
        isOpen = true
        client.opened(now: now)
        drain()
    }

    public func close(code: UInt16?) {
        isOpen = false
        client.closed(code: code, reason: "r", now: now)
        drain()
    }

    public func say(_ text: String) {
        guard isOpen else { return }
        client.received(text, now: now)
        drain()
    }

    /// Something that a bot does of itself.
    public func act(_ input: inout FuzzInput) {
        let peers = client.peers
        let peer = peers.isEmpty ? "nobody" : peers[input.below(peers.count)].id
        switch input.below(9) {
        case 0: client.ready(now: now)
        case 1: client.leave(now: now)
        case 2: client.join(now: now)
        case 3: client.askForOffer(from: peer, now: now)
        case 4:
            let requests: [Request] = [
                .chat(ChatRequest(text: "t")), .react(emoji: "e", target: nil), .raiseHand, .lowerHand(participant: nil), .ping,
            ]
            _ = client.ask(requests[input.below(requests.count)], now: now)
        default:
            let kinds = SignalKind.allCases
            client.signal(
                to: peer, connection: "a", epoch: Int(input.byte()), kind: kinds[input.below(kinds.count)],
                body: String(decoding: input.chunk(upTo: 40), as: UTF8.self), now: now)
        }
        drain()
    }

    public func advance(by duration: Duration) {
        clock.advance(by: duration, deadline: { client.deadline }) { now in
            client.advance(to: now)
            return drain()
        }
    }

    /// Ten minutes of silence, then the end of the connection.
    public func settle() {
        open()
        advance(by: .seconds(600))
        close(code: 1000)
        let deadline = client.deadline
        promise(deadline == nil, "a closed client waits for nothing")
    }

    @discardableResult
    public func drain() -> Int {
        var count = 0
        while let text = client.nextText() {
            count += 1
            check(text)
            said.append(text)
        }
        if said.count > 16 { said.removeFirst(said.count - 16) }
        while client.nextEvent() != nil { count += 1 }
        promise(client.stunServers.allSatisfy { $0.port > 0 }, "a STUN server has a port")
        promise(client.iceServers.reduce(0) { $0 + $1.urls.count } <= 16, "ICE servers are bounded")
        return count
    }
}
