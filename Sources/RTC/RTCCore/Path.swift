/// The two ends of a datagram's way, seen from the machine: its own socket and the other side.
public struct Path: Hashable, Sendable {
    public var local: SocketAddress
    public var remote: SocketAddress

    @inlinable
    public init(local: SocketAddress, remote: SocketAddress) {
        self.local = local
        self.remote = remote
    }
}

extension Path: CustomStringConvertible {
    public var description: String { "\(local) → \(remote)" }
}
