import RTCCore

/// A candidate line as a call's is, with what the receiver checks at its end: the room, a number that rises by one for each pair, and when it left.
struct RelayedText {
    var room: String
    var number: Int
    var sentAt: Instant

    private static let candidate =
        "candidate:842163049 1 udp 1677729535 192.0.2.17 54321 typ srflx raddr 198.51.100.9 rport 54321 generation 0 ufrag Zb3x"

    var line: String { "\(Self.candidate) \(room) \(number) \(sentAt.nanoseconds)" }

    init(room: String, number: Int, sentAt: Instant) {
        self.room = room
        self.number = number
        self.sentAt = sentAt
    }

    init?(_ line: Substring) {
        // The last three fields, from behind and by bytes: whoever measures must cost little.
        var rest = line.utf8[...]
        func takeLast() -> Substring? {
            guard let space = rest.lastIndex(of: UInt8(ascii: " ")) else { return nil }
            defer { rest = rest[..<space] }
            return Substring(rest[rest.index(after: space)...])
        }
        guard let sentAt = takeLast().flatMap({ UInt64($0) }), let number = takeLast().flatMap({ Int($0) }), let room = takeLast(),
            rest.elementsEqual(Self.candidate.utf8)
        else { return nil }
        self.init(room: String(room), number: number, sentAt: Instant(nanoseconds: sentAt))
    }
}

/// What one caller sends and expects, whatever it speaks: numbers to each peer, numbers from each peer.
struct RelayBook {
    private var sent: [String: Int] = [:]
    private var received: [String: Int] = [:]

    mutating func next(to peer: String) -> Int {
        sent[peer, default: 0] += 1
        return sent[peer, default: 0]
    }

    /// Checks what came: from this room, once, and in order.
    mutating func take(_ text: Substring, from peer: String, room: String, tally: RoomTally, now: Instant) {
        guard let relayed = RelayedText(text) else { return tally.breach("a message of \(peer) came damaged") }
        guard relayed.room == room else { return tally.breach("a message of the room \(relayed.room) came to \(room)") }
        let expected = received[peer, default: 0] + 1
        if relayed.number != expected { tally.breach("\(peer)'s message \(relayed.number) came in the place of \(expected)") }
        received[peer] = relayed.number
        tally.relay(after: now - relayed.sentAt)
    }
}
