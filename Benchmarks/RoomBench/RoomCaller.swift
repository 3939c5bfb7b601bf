import NetworkImpairment
import RTCCore

/// A caller of this benchmark: joins a room, and relays messages to its peers in turn. It has no media.
protocol RoomCaller: HostedMachine {
    var room: String { get }
    /// Its own name in the room; `nil` outside.
    var selfName: String? { get }
    /// Who else is there, as it was told.
    var peerNames: [String] { get }

    func beginRelaying(at first: Instant, every interval: Duration)
    func endRelaying()
    func leave(now: Instant)
}

/// When the next message is due, and to whom.
struct RelaySchedule {
    private(set) var next: Instant?
    private var interval = Duration.zero
    private var turn = 0

    mutating func begin(at first: Instant, every interval: Duration) {
        next = first
        self.interval = interval
    }

    mutating func end() {
        next = nil
    }

    /// The peer whose turn it is, where a message is due.
    mutating func take(_ peers: [String], now: Instant) -> String? {
        guard let due = next, due <= now, !peers.isEmpty else { return nil }
        next = due + interval
        turn += 1
        return peers[turn % peers.count]
    }
}
