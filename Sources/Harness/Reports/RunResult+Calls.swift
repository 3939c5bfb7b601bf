public import SignalingProtocol

extension RunResult.PeerRow {
    /// The call as its bot tells it to the signaling server; `nil` where a stored result does not say enough.
    public var report: CallReport? {
        guard let call, let outcome = CallReport.Outcome(rawValue: call.outcome) else { return nil }
        return CallReport(
            remote: remoteParticipant ?? remote, outcome: outcome, duration: call.duration, setup: call.setup,
            tracks: tracks.compactMap(\.report))
    }
}

extension RunResult.PeerRow.Track {
    fileprivate var report: CallTrack? {
        guard let kind = CallTrack.Kind(rawValue: kind) else { return nil }
        var track = CallTrack(kind: kind, mid: mid)
        let count = { (value: UInt64?) in value.map { Int64(clamping: $0) } }
        track.packetsSent = count(packetsSent)
        track.bytesSent = count(bytesSent)
        track.framesSent = count(framesSent)
        track.retransmittedPacketsSent = count(retransmittedPacketsSent)
        track.packetsReceived = count(packetsReceived)
        track.bytesReceived = count(bytesReceived)
        track.framesReceived = count(framesReceived)
        track.retransmittedPacketsReceived = count(retransmittedPacketsReceived)
        track.packetsLost = packetsLost
        track.nackCount = count(nackCount)
        track.pliCount = count(pliCount)
        track.freezeCount = count(freezeCount)
        track.frameWidth = frameWidth.map { Int64($0) }
        track.frameHeight = frameHeight.map { Int64($0) }
        track.totalFreezesDuration = totalFreezesDuration
        track.jitter = jitter
        track.roundTripTime = roundTripTime
        return track
    }
}
