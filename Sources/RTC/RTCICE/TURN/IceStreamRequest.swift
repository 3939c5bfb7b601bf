public import RTCCore

/// What an agent wants done with byte streams; its owner knows how.
public enum IceStreamRequest: Hashable, Sendable {
    /// Answer with ``IceAgent/streamOpened(_:now:)`` or ``IceAgent/streamClosed(_:reason:now:)``.
    case open(token: UInt64, StreamTarget)
    case close(token: UInt64)
}

/// What a datagram turned out to be, seen from an agent with relays.
public enum IceInbound {
    /// It did not come through a relay.
    case direct
    /// It was for the relay's client.
    case consumed
    /// A peer's datagram lies in these of its bytes, and came this way.
    case relayed(Path, Range<Int>)
}
