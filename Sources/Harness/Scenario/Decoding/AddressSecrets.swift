/// Finds what is secret in an address, even where it is written out: passwords before the host, and tokens in the query or behind `#`.
enum AddressSecrets {
    /// Parts of a query's names that give a secret away.
    private static let names = [
        "token", "key", "secret", "pass", "pwd", "auth", "jwt", "credential", "signature", "ticket", "session",
    ]

    /// As they are written, percent escapes and all; also from an address that is wrong in something else.
    static func find(in url: String) -> [String] {
        var found: [String] = []
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@") {
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            // A name alone is a token as often as not.
            found.append(parts.count == 2 ? parts[1] : parts[0])
        }
        let behind = rest.drop { $0 != "?" && $0 != "#" }
        for item in behind.split(whereSeparator: { "?#&;".contains($0) }) {
            let pair = item.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let name = pair[0].lowercased()
            if names.contains(where: { name.contains($0) }) { found.append(String(pair[1])) }
        }
        return found.filter { !$0.isEmpty }
    }
}
