import RTCCore

/// What can be known of a datagram without its keys.
struct Datagram {
    /// 0 for the left peer's, 1 for the right peer's.
    var from: Int
    var path: Path
    var bytes: [UInt8]
    var sentAt: Instant

    var kind: DatagramKind { bytes.withUnsafeBytes { DatagramKind($0.bytes) } }
    var isRTP: Bool { kind == .rtp }
    var payloadType: UInt8 { bytes[1] & 0x7F }
    var sequenceNumber: UInt16 { UInt16(bytes[2]) << 8 | UInt16(bytes[3]) }
    var ssrc: UInt32 { bytes[8..<12].reduce(0) { $0 << 8 | UInt32($1) } }

    func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard wanted.count <= bytes.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { Array(bytes[$0..<($0 + wanted.count)]) == wanted }
    }
}

/// How the two ways between the peers behave.
struct Conditions {
    var delay: Duration = .milliseconds(20)
    var jitter: Duration = .zero
    /// Probabilities.
    var loss = 0.0
    var duplication = 0.0
    var reordering = 0.0
    /// Whether a datagram is lost, whatever the dice say.
    var drops: (Datagram) -> Bool = { _ in false }
}

/// A seeded virtual network of two ends.
struct Link {
    struct Flight {
        var due: Instant
        var datagram: Datagram
    }

    var conditions: Conditions
    private var random: SplitMix64
    private var flights: [Flight] = []
    private(set) var dropped = 0

    init(_ conditions: Conditions, seed: UInt64) {
        self.conditions = conditions
        random = SplitMix64(seed: SplitMix64.derive(seed, "link"))
    }

    var nextDue: Instant? { flights.first?.due }

    mutating func offer(_ datagram: Datagram) {
        guard !conditions.drops(datagram), random.unitInterval() >= conditions.loss else {
            dropped += 1
            return
        }
        let copies = random.unitInterval() < conditions.duplication ? 2 : 1
        for copy in 0..<copies {
            var delay = conditions.delay + conditions.jitter * random.unitInterval() + .milliseconds(copy)
            if random.unitInterval() < conditions.reordering { delay += .milliseconds(3) }
            insert(Flight(due: datagram.sentAt + delay, datagram: datagram))
        }
    }

    private mutating func insert(_ flight: Flight) {
        var low = 0
        var high = flights.count
        while low < high {
            let middle = (low + high) / 2
            if flights[middle].due <= flight.due { low = middle + 1 } else { high = middle }
        }
        flights.insert(flight, at: low)
    }

    mutating func take(until now: Instant) -> Datagram? {
        guard let first = flights.first, first.due <= now else { return nil }
        return flights.removeFirst().datagram
    }
}
