internal import RTCCore

/// A recorded link, replayed in the pipe's own time.
public struct NetworkTrace: Hashable, Sendable {
    /// What holds from a moment on, until the next step.
    public struct Step: Hashable, Sendable {
        /// From the trace's beginning.
        public var at: Duration
        /// Bits per second; zero for a link that stands still; `nil` in a trace that says nothing about the rate.
        public var bitsPerSecond: Double?
        /// One way; `nil` in a trace that says nothing about it.
        public var delay: Duration?
        /// Probability in 0...1; `nil` in a trace that says nothing about it.
        public var loss: Double?

        public init(at: Duration, bitsPerSecond: Double? = nil, delay: Duration? = nil, loss: Double? = nil) {
            self.at = at
            self.bitsPerSecond = bitsPerSecond
            self.delay = delay
            self.loss = loss
        }
    }

    public enum Content: Hashable, Sendable {
        /// Milliseconds, ascending, at each of which ``bytesPerOpportunity`` may leave: the format of mahimahi's `mm-link`. The last one is
        /// the length of the trace.
        case opportunities([UInt32])
        /// By time, the first one at zero.
        case steps([Step])
    }

    /// How much of a file is read, and what of it can mean anything.
    public enum Limits {
        /// Bytes of a file.
        public static let fileSize = 32 << 20
        /// Lines that say something.
        public static let lines = 2_000_000
        /// Bits per second.
        public static let fastest = 1e12
        /// One way: no packet is under way for longer than the longest known satellite hop and its queue.
        public static let longestDelay = Duration.seconds(60)
        /// Milliseconds: a week.
        public static let longestTime = 7.0 * 24 * 3600 * 1000
    }

    /// A full Ethernet frame's IP packet.
    public static let bytesPerOpportunity = 1500

    public let content: Content
    /// After which it begins again.
    public let length: Duration
    /// Over its whole length, in bits per second; `nil` where it says nothing about the rate.
    public let meanRate: Double?

    /// - Parameter opportunities: At least one, ascending, the last one above zero.
    public init(opportunities: [UInt32]) {
        guard let last = opportunities.last, last > 0 else { preconditionFailure("a trace has a length") }
        content = .opportunities(opportunities)
        length = .milliseconds(last)
        meanRate = Double(opportunities.count * Self.bytesPerOpportunity * 8) * 1000 / Double(last)
    }

    /// - Parameters:
    ///   - steps: At least one, ascending, the first one at zero; all say something about the same.
    ///   - length: Above the last step's time.
    public init(steps: [Step], length: Duration) {
        guard let first = steps.first, let last = steps.last else { preconditionFailure("a trace has a step") }
        precondition(first.at == .zero && length > last.at, "a trace begins at zero and is longer than its last step")
        content = .steps(steps)
        self.length = length
        var bits = 0.0
        for (index, step) in steps.enumerated() {
            let end = index + 1 < steps.count ? steps[index + 1].at : length
            bits += (step.bitsPerSecond ?? 0) * (end - step.at).inSeconds
        }
        meanRate = first.bitsPerSecond == nil ? nil : bits / length.inSeconds
    }

    public var setsRate: Bool { meanRate != nil }

    public var setsDelay: Bool { firstStep?.delay != nil }

    public var setsLoss: Bool { firstStep?.loss != nil }

    /// The loss over its whole length, in 0...1; `nil` where it says nothing about it.
    public var meanLoss: Double? {
        guard setsLoss, case .steps(let steps) = content else { return nil }
        var lost = 0.0
        for (index, step) in steps.enumerated() {
            let end = index + 1 < steps.count ? steps[index + 1].at : length
            lost += (step.loss ?? 0) * (end - step.at).inSeconds
        }
        return lost / length.inSeconds
    }

    private var firstStep: Step? {
        guard case .steps(let steps) = content else { return nil }
        return steps.first
    }
}
