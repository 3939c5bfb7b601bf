/// How a program that speaks for a server is written where an address is expected: `exec:` and its command line.
public enum ProgramAddress {
    private static let scheme = "exec:"
    /// Stands between arguments, in none of which it can be.
    private static let separator: Character = "\0"

    public static func text(of command: [String]) -> String {
        scheme + command.joined(separator: String(separator))
    }

    /// - Returns: `nil` for the address of a server.
    static func command(in url: String) -> [String]? {
        guard url.hasPrefix(scheme) else { return nil }
        return url.dropFirst(scheme.count).split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
