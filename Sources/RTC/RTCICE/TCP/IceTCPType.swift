/// Who opens the connection of a TCP candidate (RFC 6544 §4.5).
public enum IceTCPType: String, Hashable, Sendable, CaseIterable {
    /// Its owner does; its port is 9, and each pair has a connection of its own.
    case active
    /// The other side does.
    case passive
    /// Both do at once; not done here.
    case simultaneousOpen = "so"
}
