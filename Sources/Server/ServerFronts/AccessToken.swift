/// A secret that lets a client in.
public struct AccessToken: Hashable, Sendable {
    public var token: String
    /// Who its bearer is; sessions of one identity replace each other. `nil` where many share the token.
    public var identity: String?

    public init(token: String, identity: String? = nil) {
        self.token = token
        self.identity = identity
    }

    /// Compares in a time that does not depend on where the first difference is.
    func matches(_ candidate: String) -> Bool {
        let expected = Array(token.utf8)
        let given = Array(candidate.utf8)
        var difference: UInt8 = expected.count == given.count ? 0 : 1
        for index in 0..<given.count where !expected.isEmpty {
            difference |= given[index] ^ expected[index % expected.count]
        }
        return difference == 0
    }
}
