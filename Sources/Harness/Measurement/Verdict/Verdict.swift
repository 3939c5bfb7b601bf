/// What a run says about its target.
public enum Verdict: String, Sendable, Hashable {
    /// Every assertion holds, and the run was fit to judge.
    case pass
    /// An assertion does not hold.
    case fail
    /// The run proved nothing: what was asked for was not offered, or something vanished that nothing accounts for.
    case invalid
}

/// How a run ended, as the process tells it.
public enum ExitStatus: Int32, Sendable, Hashable {
    case pass = 0
    case failed = 1
    case usage = 2
    case invalid = 3
    case unreachable = 4
    case interrupted = 130

    /// Where several hold, this one is told: 130, 2, 4, 3, 1, 0.
    public var rank: Int {
        switch self {
        case .interrupted: 5
        case .usage: 4
        case .unreachable: 3
        case .invalid: 2
        case .failed: 1
        case .pass: 0
        }
    }

    public static func worst(_ statuses: [ExitStatus]) -> ExitStatus {
        statuses.max { $0.rank < $1.rank } ?? .pass
    }
}
