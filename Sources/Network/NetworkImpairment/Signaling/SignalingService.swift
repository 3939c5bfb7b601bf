public import RTCCore

/// A signaling server as a machine: text frames over reliable, ordered connections.
///
/// Its host calls it, then takes outputs until there are none, then reads ``deadline`` again.
public protocol SignalingService: AnyObject {
    /// A client has connected.
    ///
    /// - Parameter connection: Never used again for another.
    func opened(_ connection: UInt64, url: String, now: Instant)

    func received(_ text: String, on connection: UInt64, now: Instant)

    /// A connection is gone, whichever side closed it; said once for each.
    ///
    /// - Parameter code: The WebSocket close code that the client gave (RFC 6455 §7.4), or `nil` where the connection broke.
    func closed(_ connection: UInt64, code: UInt16?, now: Instant)

    /// When ``advance(to:)`` next has something to do; `nil` for never.
    var deadline: Instant? { get }

    func advance(to now: Instant)

    func nextOutput() -> SignalingOutput?
}
