public import RTCCore

/// One direction of a signaling connection that carries text.
public typealias SignalingPipe = ReliablePipe<String>

/// One direction of a reliable, ordered connection: nothing is lost, a blackout only holds it up, as TCP would.
public struct ReliablePipe<Message> {
    /// One-way delay; a change holds for what is offered from then on.
    public var delay: Duration
    @usableFromInline var waiting: [Message?] = []
    @usableFromInline var releases: [Instant] = []
    @usableFromInline var head = 0
    @usableFromInline var blackoutEnd = Instant.origin

    @inlinable
    public init(delay: Duration = .zero) {
        self.delay = delay
    }

    @inlinable
    public var count: Int { waiting.count - head }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// Takes a message, to be released after the delay, and not before a blackout's end or the message before it.
    @inlinable
    public mutating func offer(_ message: Message, now: Instant) {
        let release = max(now, blackoutEnd) + delay
        releases.append(max(release, releases.last ?? release))
        waiting.append(message)
    }

    /// Holds back what is under way and what is offered until the blackout ends; it then takes the delay anew.
    @inlinable
    public mutating func blackout(from now: Instant, for duration: Duration) {
        guard duration > .zero else { return }
        blackoutEnd = max(blackoutEnd, now + duration)
        for index in head..<releases.count where releases[index] > now {
            releases[index] = max(releases[index], blackoutEnd + delay)
        }
    }

    /// Loses all that is under way, as a connection that breaks does.
    @inlinable
    public mutating func removeAll() {
        waiting.removeAll(keepingCapacity: true)
        releases.removeAll(keepingCapacity: true)
        head = 0
    }

    /// When the next message is due; `nil` while none is under way.
    @inlinable
    public var deadline: Instant? {
        head < releases.count ? releases[head] : nil
    }

    /// Takes the next message due at `now`.
    @inlinable
    public mutating func nextRelease(at now: Instant) -> Message? {
        guard let due = deadline, due <= now else { return nil }
        let message = waiting[head].take()
        head += 1
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            releases.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= waiting.count {
            waiting.removeFirst(head)
            releases.removeFirst(head)
            head = 0
        }
        return message
    }
}

extension ReliablePipe: Sendable where Message: Sendable {}
