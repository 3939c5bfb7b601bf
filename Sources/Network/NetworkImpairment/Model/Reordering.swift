/// Datagrams that leave their place in the order, whatever the jitter does.
public enum Reordering: Hashable, Sendable {
    case none
    /// Every so-manyth datagram skips delay and jitter and so overtakes those before it; 2 or more.
    case everyNth(Int)
    /// Each datagram is later by a time with a probability, in 0...1, and the others do not wait for it.
    case late(probability: Double, by: Duration)
}
