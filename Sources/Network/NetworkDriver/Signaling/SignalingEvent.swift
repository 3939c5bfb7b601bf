/// What a signaling connection tells its worker.
package enum SignalingEvent: Sendable, Equatable {
    case opened
    case received(String)
    /// Said once, also for a connection that was never made.
    case closed(code: UInt16?, reason: String)
}
