internal import RTCCrypto
internal import RTCICE

extension Peer {
    /// A snapshot of all counters.
    public func statisticsSnapshot() -> PeerStatistics {
        var transport = statistics.transport
        transport.iceState = ice.state.rawValue
        transport.iceRole = ice.role == .controlling ? "controlling" : "controlled"
        transport.dtlsState = dtls?.endpoint.state.rawValue ?? "new"
        transport.dtlsRole = dtlsRole.map { $0 == .client ? "client" : "server" } ?? "unknown"
        transport.tlsVersion = dtls?.endpoint.protocolVersion
        transport.dtlsCipher = dtls?.endpoint.cipherName
        transport.srtpCipher = dtls?.endpoint.srtpProfile?.name
        return PeerStatistics(
            tracks: transceivers.map { transceiver in
                var track = PeerStatistics.Track(
                    mid: transceiver.mid ?? "", kind: transceiver.kind, ssrc: transceiver.sender.ssrc,
                    remoteSSRC: transceiver.receiver.ssrc)
                track.outbound = transceiver.maySend ? transceiver.sender.statistics : nil
                track.inbound = transceiver.mayReceive ? transceiver.receiver.statistics : nil
                return track
            }, transport: transport, ice: ice.counters, candidatePairs: ice.candidatePairs)
    }

    /// Counters of one receiving stream, without the cost of a whole snapshot.
    public func receiveStatistics(on transceiver: Int) -> RTPReceiveStatistics { transceivers[transceiver].receiver.statistics }

    /// Counters of one sending stream.
    public func sendStatistics(on transceiver: Int) -> RTPSendStatistics { transceivers[transceiver].sender.statistics }
}
