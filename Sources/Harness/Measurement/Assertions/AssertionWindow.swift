/// The part of a run that an assertion looks at.
public enum AssertionWindow: Sendable, Hashable {
    /// From the start of an event to the end of the run.
    case from(String)
    /// From the end of an event to the end of the run.
    case after(String)
    /// All but from the start of an event to the recovery of those whom it hit.
    case outside(String)

    public static let keywords = ["from", "after", "outside"]

    /// The event's name.
    public var event: String {
        switch self {
        case .from(let event), .after(let event), .outside(let event): event
        }
    }

    init?(keyword: String, event: String) {
        switch keyword {
        case "from": self = .from(event)
        case "after": self = .after(event)
        case "outside": self = .outside(event)
        default: return nil
        }
    }
}

extension AssertionWindow: CustomStringConvertible {
    public var description: String {
        switch self {
        case .from(let event): "from \(event)"
        case .after(let event): "after \(event)"
        case .outside(let event): "outside \(event)"
        }
    }
}
