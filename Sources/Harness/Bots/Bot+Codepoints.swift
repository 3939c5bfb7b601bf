internal import Measurement
public import NetworkImpairment
public import RTCCore

extension Bot {
    /// Counts congestion marks by peer.
    public func receive(_ datagram: inout MutableRawSpan, on path: Path, ecn: ECN, arrivedAt: Instant, now: Instant) {
        if ecn.isCapable { connections.first { $0.socket == path.local }?.codepoints.count(ecn) }
        receive(&datagram, on: path, arrivedAt: arrivedAt, now: now)
    }
}
