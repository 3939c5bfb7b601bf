public import RTCCore
public import SignalingProtocol

/// A bot's side of the signaling of one server under test: what a bot asks of it, and the same events whatever the dialect.
///
/// A server that only relays shows the bot its peers, and each pair negotiates (``RoomClient``). A server that forwards media negotiates
/// itself: it stands among the peers as one of its own, to whom the bot offers what it publishes, and each publisher whom the bot
/// subscribes to offers in turn (``ParticipantPart``). So a bot need not know which kind it talks to.
///
/// Mutate, then drain ``nextText()`` and ``nextEvent()``; call ``advance(to:)`` at ``deadline``.
public protocol SignalingClient {
    var state: RoomClientState { get }
    /// Who negotiates with this client, in the order in which they joined.
    var peers: [RemoteParticipant] { get }
    var stunServers: [SocketAddress] { get }
    /// All servers that the signaling server hands out, as it said them; none where the dialect has no such thing.
    var iceServers: [ICEServer] { get }
    /// How long the server asked to wait before the next attempt; `nil` where it did not.
    var retryAfter: Duration? { get }
    /// Whether connecting again may help.
    var mayReconnect: Bool { get }
    /// When ``advance(to:)`` next has something to do; `nil` for never.
    var deadline: Instant? { get }

    /// Where this client connects.
    ///
    /// - Parameter base: Where the server is.
    func url(_ base: String) -> String
    mutating func opened(now: Instant)
    mutating func closed(code: UInt16?, reason: String, now: Instant)
    mutating func received(_ text: String, now: Instant)
    mutating func signal(
        to participant: String, connection: String, epoch: Int, kind: SignalKind, body: String, now: Instant)
    /// Asks one who offers to this client for another offer: with new ICE credentials, or for a call that was hung up.
    mutating func askForOffer(from participant: String, now: Instant)
    /// Asks for what a member of a room may do beside calling: to write, react, moderate and the like.
    ///
    /// - Returns: Whether the request was taken; a dialect need not have a word for it.
    mutating func ask(_ request: Request, now: Instant) -> Bool
    mutating func ready(now: Instant)
    mutating func leave(now: Instant)
    mutating func join(now: Instant)
    mutating func advance(to now: Instant)
    mutating func nextText() -> String?
    mutating func nextEvent() -> RoomClientEvent?
}

extension SignalingClient {
    public var iceServers: [ICEServer] { [] }
    public func url(_ base: String) -> String { base }
    public mutating func ask(_ request: Request, now: Instant) -> Bool { false }
}

extension RoomClient: SignalingClient {
    /// In a mesh either side may offer: there is nobody to ask.
    public mutating func askForOffer(from participant: String, now: Instant) {}
}
