public import RTCCore

/// A time in which the server is gone; it begins anew, without memory, when the time is over.
public struct ServerOutage: Sendable, Hashable {
    public var start: Instant
    public var end: Instant
}
