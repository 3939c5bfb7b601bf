public import RTCCore
public import RTCWire

extension Peer {
    /// Re-directs a transceiver (W3C `RTCRtpTransceiver.direction`): sending ends at once, the rest with the next negotiation.
    ///
    /// - Parameter streamID: The stream that the far side is told it belongs to; `nil` to keep the one it has.
    public mutating func setDirection(
        _ direction: SDPDirection, of transceiver: Int, streamID: String? = nil, trackID: String? = nil, now: Instant
    ) {
        transceivers[transceiver].direction = direction
        if let streamID { transceivers[transceiver].streamID = streamID }
        if let trackID { transceivers[transceiver].trackID = trackID }
        guard !direction.sends else { return }
        sayGoodbye(on: transceiver, now: now)
    }

    /// Gives a transceiver up for good (W3C `RTCRtpTransceiver.stop()`): its section has port 0 from the next offer on, and its line
    /// is then free for another.
    public mutating func stop(transceiver: Int, now: Instant) {
        guard !transceivers[transceiver].isStopping, !transceivers[transceiver].isStopped else { return }
        transceivers[transceiver].isStopping = true
        // One that no description has named is never offered.
        if transceivers[transceiver].mid == nil { transceivers[transceiver].isStopped = true }
        sayGoodbye(on: transceiver, now: now)
    }

    /// Keeps a new transceiver for an offer of this side's, as the W3C's `addTransceiver` does: a section that the far side offers gets another one.
    public mutating func keepForOwnOffer(_ transceiver: Int) {
        precondition(transceivers[transceiver].mid == nil, "A section is its own already.")
        transceivers[transceiver].isOnlyOffered = true
    }

    /// What the far side calls the track that it sends in a section (RFC 8830); `nil` where it does not say.
    public func remoteTrackID(of transceiver: Int) -> String? { remoteTrackNames[transceiver] }

    public func kind(of transceiver: Int) -> MediaKind { transceivers[transceiver].kind }

    /// What this side wants.
    public func direction(of transceiver: Int) -> SDPDirection { transceivers[transceiver].direction }

    /// What a transceiver was last agreed to do; `nil` before the first answer.
    public func currentDirection(of transceiver: Int) -> SDPDirection? { transceivers[transceiver].currentDirection }

    public func mid(of transceiver: Int) -> String? { transceivers[transceiver].mid }

    /// Whether a transceiver waits for an offer of this side's (W3C webrtc-pc §4.7.3, for transceivers that are new).
    public var needsNegotiation: Bool { transceivers.contains { $0.mid == nil && !$0.isStopped } }

    public func isStopped(_ transceiver: Int) -> Bool { transceivers[transceiver].isStopped }

    /// The source ends (RFC 3550 §6.3.7); it may begin again under the same SSRC.
    private mutating func sayGoodbye(on transceiver: Int, now: Instant) {
        for layer in transceivers[transceiver].senders.indices { transceivers[transceiver].senders[layer].dropWaiting() }
        let begun = transceivers[transceiver].senders.filter { $0.statistics.packetsSent > 0 }.map(\.ssrc)
        guard isConnected, !begun.isEmpty else { return }
        waitingRTCP.append(.bye(ssrcs: begun, reason: nil))
        // Behind a report (RFC 3550 §6.1).
        reportDue = now
    }
}
