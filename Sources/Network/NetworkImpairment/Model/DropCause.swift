/// Why the impairment stage did not deliver a datagram.
public enum DropCause: String, Hashable, Sendable, CaseIterable {
    /// The loss model decided so.
    case loss
    /// The bottleneck's queue was full.
    case queue
    /// The bottleneck's queue was not full, but had made datagrams wait for too long (CoDel, RFC 8289).
    case codel
    /// A blackout was in force.
    case blackout
    /// The datagram was longer than the path's MTU.
    case mtu
    /// A bit was flipped; the datagram was delivered, and its receiver must refuse it.
    case corrupted
    /// It came to a socket that its owner had closed: after a change of address, or after it had left.
    case closed
    /// A NAT or firewall stopped it: no mapping, a filter, no way back in for its own hosts, or no UDP at all (RFC 4787).
    case nat
}
