/// The members of a JSON object, sorted by key, so that the same object is always written alike.
public struct JSONObject: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public let key: String
        public let value: JSON
    }

    public private(set) var members: [Member] = []

    public init() {}

    /// - Returns: `nil` where a key occurs twice.
    init?(unsorted: [Member]) {
        guard unsorted.count > 1 else {
            members = unsorted
            return
        }
        let sorted = unsorted.sorted { $0.key < $1.key }
        for index in 1..<sorted.count where sorted[index - 1].key == sorted[index].key { return nil }
        members = sorted
    }

    /// Setting `nil` removes the member.
    public subscript(key: String) -> JSON? {
        get {
            for member in members where member.key == key { return member.value }
            return nil
        }
        set {
            members.removeAll { $0.key == key }
            guard let newValue else { return }
            let index = members.firstIndex { key < $0.key } ?? members.count
            members.insert(Member(key: key, value: newValue), at: index)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        let sorted = JSONObject(unsorted: elements.map { Member(key: $0.0, value: $0.1) })
        guard let sorted else { preconditionFailure("A JSON object was written with the same key twice.") }
        self = sorted
    }
}
