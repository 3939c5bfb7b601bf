/// Whose media a participant wants to receive.
public enum Subscription: Hashable, Sendable {
    /// Everyone's.
    case auto
    case participants([String])
    /// Of those who spoke last, so many.
    case activeSpeakers(Int64)

    init(_ detail: FieldReader) throws(FrameError) {
        let list = try detail.optionalStrings("list")
        let speakers = try detail.optionalInteger("active_speakers", in: 0...50)
        let auto = try detail.optionalBool("auto") ?? false
        switch (auto, list, speakers) {
        case (true, nil, nil): self = .auto
        case (false, let list?, nil):
            guard list.count <= 50 else { throw detail.failure("'list' must have at most 50 entries") }
            self = .participants(list)
        case (false, nil, let speakers?): self = .activeSpeakers(speakers)
        default: throw detail.failure("one of 'auto', 'list' and 'active_speakers' is needed")
        }
    }

    var json: JSON {
        switch self {
        case .auto: .object(["auto": .bool(true)])
        case .participants(let list): .object(["list": .array(list.map { .string($0) })])
        case .activeSpeakers(let count): .object(["active_speakers": .integer(count)])
        }
    }
}
