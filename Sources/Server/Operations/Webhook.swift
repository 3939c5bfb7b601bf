public import RTCCore

/// Messages on their way to an address that may be out of reach: one at a time, in order, each tried a few times.
///
///            add               next                    succeeded
///   idle ─────────▶ waiting ─────────▶ under way ─────────────────▶ idle, or waiting
///                      ▲                   │ failed: 1, 2, 4, 8 s later; after the fifth time it is given up and counted
///                      └───────────────────┘
public struct Webhook {
    /// Tries of one message.
    public static let tries = 5
    /// Messages that wait; more are given up, the oldest first.
    public static let capacity = 100
    /// After a first failure; each further one doubles it.
    public static let firstPause = Duration.seconds(1)

    public private(set) var delivered = 0
    public private(set) var givenUp = 0
    private var messages: [String] = []
    private var failures = 0
    private var isUnderWay = false
    private var notBefore: Instant?

    public init() {}

    /// When ``next(now:)`` has something; `nil` for never.
    public var deadline: Instant? {
        guard !isUnderWay, !messages.isEmpty else { return nil }
        return notBefore ?? .origin
    }

    public mutating func add(_ message: String) {
        messages.append(message)
        // The first may be under way.
        if messages.count > Self.capacity {
            messages.remove(at: isUnderWay ? 1 : 0)
            givenUp += 1
        }
    }

    /// What is to be sent now; ``succeeded()`` or ``failed(now:)`` must follow.
    public mutating func next(now: Instant) -> String? {
        guard let deadline, deadline <= now, let message = messages.first else { return nil }
        isUnderWay = true
        return message
    }

    public mutating func succeeded() {
        precondition(isUnderWay, "Nothing was under way.")
        isUnderWay = false
        delivered += 1
        finish()
    }

    public mutating func failed(now: Instant) {
        precondition(isUnderWay, "Nothing was under way.")
        isUnderWay = false
        failures += 1
        guard failures < Self.tries else {
            givenUp += 1
            return finish()
        }
        notBefore = now + Self.firstPause * (1 << (failures - 1))
    }

    private mutating func finish() {
        messages.removeFirst()
        failures = 0
        notBefore = nil
    }
}
