/// Which rooms a token is for.
public enum RoomScope: Hashable, Sendable {
    case all
    /// Each is a name, in which `*` stands for any run of characters and `?` for any one, where ``Pattern/isGlob`` is set.
    case some([Pattern])

    public struct Pattern: Hashable, Sendable {
        public var text: String
        /// Whether `*` and `?` mean more than themselves.
        public var isGlob: Bool

        public init(_ text: String, isGlob: Bool = false) {
            self.text = text
            self.isGlob = isGlob
        }

        /// In time that grows with the product of both lengths at most.
        func matches(_ room: String) -> Bool {
            guard isGlob else { return text == room }
            let pattern = Array(text.unicodeScalars)
            let name = Array(room.unicodeScalars)
            var next = 0
            var index = 0
            var star: (pattern: Int, name: Int)?
            while index < name.count {
                if next < pattern.count, pattern[next] == "*" {
                    star = (next, index)
                    next += 1
                } else if next < pattern.count, pattern[next] == "?" || pattern[next] == name[index] {
                    next += 1
                    index += 1
                } else if let last = star {
                    star = (last.pattern, last.name + 1)
                    next = last.pattern + 1
                    index = last.name + 1
                } else {
                    return false
                }
            }
            return pattern[next...].allSatisfy { $0 == "*" }
        }
    }

    public func contains(_ room: String) -> Bool {
        switch self {
        case .all: true
        case .some(let patterns): patterns.contains { $0.matches(room) }
        }
    }
}
