/// How far an agent is, in the words of W3C's `RTCIceTransportState`, without `completed`.
public enum IceConnectionState: String, Sendable {
    /// Waiting for the other side's credentials and for a first candidate.
    case new
    /// Pairs are being checked, and none is nominated yet.
    case checking
    /// A pair is nominated and alive.
    case connected
    /// The nominated pair has been silent for a while; it may heal by itself.
    case disconnected
    /// No pair works, or consent has expired. Nothing is sent until a restart.
    case failed
    case closed
}
