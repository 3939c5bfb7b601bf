import RTCCore

/// A candidate line as a call's is, with what the receiver checks at its end: the room, a number that rises by one for each pair, and when it left.
struct RelayedText {
    var room: String
    var number: Int
    var sentAt: Instant

    var line: String {
        "candidate:842163049 1 udp 1677729535 192.0.2.17 54321 typ srflx raddr 198.51.100.9 rport 54321 generation 0 ufrag Zb3x "
            + "\(room) \(number) \(sentAt.nanoseconds)"
    }

    init(room: String, number: Int, sentAt: Instant) {
        self.room = room
        self.number = number
        self.sentAt = sentAt
    }

    init?(_ line: Substring) {
        // By bytes: whoever measures must cost little.
        let fields = line.utf8.split(separator: UInt8(ascii: " ")).map(Substring.init)
        guard fields.count == 19, let number = Int(fields[17]), let nanoseconds = UInt64(fields[18]) else { return nil }
        self.init(room: String(fields[16]), number: number, sentAt: Instant(nanoseconds: nanoseconds))
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
