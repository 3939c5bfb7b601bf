public import RTCCore
internal import RTCWire

/// Finds the addresses behind candidates' `.local` names by asking the local network, and gives up within a bound
/// (RFC 6762 §5.2, RFC 8828 §5.1).
///
///              a socket on port 5353            an address record
///   waiting ───────────────────────▶ asking ───────────────────────▶ resolved
///      │                               │
///      └───────────────────────────────┴── 5 s, or no socket ──────▶ failed
///
/// One serves all peers of a host: browsers answer to the whole group rather than to who asked, so a socket must be a member of it, and
/// one of them is enough. The owner opens it while ``wantsSocket`` and closes it afterwards.
public struct MulticastNameResolver: Sendable {
    /// Intervals and limits.
    public struct Timing: Hashable, Sendable {
        /// How long a name is sought; our own choice.
        public var bound: Duration = .seconds(5)
        /// Until a question is repeated; twice as long each time (RFC 6762 §5.2: at least a second).
        public var repetition: Duration = .seconds(1)
        /// Names that are sought at a time; a peer may name as many as it likes.
        public var nameLimit = 32

        public init() {}
    }

    public enum Event: Hashable, Sendable {
        /// Its port is zero.
        case resolved(name: String, address: SocketAddress)
        /// Nobody answered in time, or there was no way to ask.
        case failed(name: String)
    }

    private struct Question {
        let name: String
        var nextAt: Instant
        var interval: Duration
        let expiresAt: Instant
    }

    private let timing: Timing
    private var questions: [Question] = []
    private var socket: SocketAddress?
    private var outgoing: [(name: String, type: MulticastDNS.RecordType)] = []
    private var events: [Event] = []
    /// Questions sent, repetitions included.
    public private(set) var asked: UInt64 = 0

    public init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// Whether it has questions, and so needs a socket that is a member of ``MulticastDNS/group``.
    public var wantsSocket: Bool { !questions.isEmpty }

    public var deadline: Instant? {
        questions.reduce(nil as Instant?) { next, question in
            earliest(next, socket == nil ? question.expiresAt : min(question.nextAt, question.expiresAt))
        }
    }

    /// Seeks a name; ``nextEvent()`` tells what came of it. One that is sought already is not sought twice.
    public mutating func resolve(_ name: String, now: Instant) {
        let name = name.lowercased()
        guard !questions.contains(where: { $0.name == name }) else { return }
        guard MulticastDNS.isName(name), questions.count < timing.nameLimit else {
            events.append(.failed(name: name))
            return
        }
        questions.append(
            Question(name: name, nextAt: now, interval: timing.repetition, expiresAt: now + timing.bound))
        advance(to: now)
    }

    /// - Parameter local: Where it sends from and receives.
    public mutating func socketOpened(_ local: SocketAddress, now: Instant) {
        socket = local
        advance(to: now)
    }

    /// There is no socket to be had: nothing can be asked.
    public mutating func socketFailed() {
        for question in questions { events.append(.failed(name: question.name)) }
        questions.removeAll()
    }

    /// The owner has closed the socket, once it was not wanted any more.
    public mutating func socketClosed() {
        socket = nil
        outgoing.removeAll()
    }

    public mutating func advance(to now: Instant) {
        questions.removeAll { question in
            guard question.expiresAt <= now else { return false }
            events.append(.failed(name: question.name))
            return true
        }
        guard socket != nil else { return }
        for index in questions.indices where questions[index].nextAt <= now {
            for type in MulticastDNS.RecordType.allCases { outgoing.append((questions[index].name, type)) }
            questions[index].nextAt = now + questions[index].interval
            questions[index].interval = questions[index].interval * 2
        }
    }

    /// Something came to the socket; whatever answers none of the questions is passed over.
    public mutating func receive(_ datagram: RawSpan, now: Instant) {
        var answers: [(String, SocketAddress)] = []
        MulticastDNS.readAddresses(in: datagram) { answers.append(($0, $1)) }
        for (name, address) in answers {
            guard let index = questions.firstIndex(where: { $0.name == name }) else { continue }
            questions.remove(at: index)
            outgoing.removeAll { $0.name == name }
            events.append(.resolved(name: name, address: address))
        }
    }

    public mutating func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        guard let socket else { return .drained }
        while let question = outgoing.first {
            guard !batch.isFull else { return .full }
            outgoing.removeFirst()
            asked += 1
            batch.append(on: Path(local: socket, remote: MulticastDNS.group)) { slot in
                MulticastDNS.write(questionFor: question.name, question.type, into: slot)
            }
        }
        return .drained
    }

    public mutating func nextEvent() -> Event? {
        events.isEmpty ? nil : events.removeFirst()
    }
}
