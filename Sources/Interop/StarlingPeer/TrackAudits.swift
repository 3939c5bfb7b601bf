import RTCCore
import RTCPeer
import SignalingProtocol

/// The audits of one peer's incoming tracks, by transceiver.
final class TrackAudits {
    private var audits: [TrackAudit?] = []

    /// A track begins on a transceiver; it may have had another before.
    func add(_ kind: MediaKind, on transceiver: Int) {
        while audits.count <= transceiver { audits.append(nil) }
        if audits[transceiver] == nil { audits[transceiver] = TrackAudit(kind: kind) }
    }

    func receive(_ packet: ReceivedPayload) {
        guard audits.indices.contains(packet.transceiver) else { return }
        audits[packet.transceiver]?.receive(packet)
    }

    /// What the peer itself made of the packets, for comparison.
    func count(_ frame: ReceivedFrame, on transceiver: Int) {
        guard audits.indices.contains(transceiver) else { return }
        audits[transceiver]?.count(frame)
    }

    func report(on transceiver: Int) -> JSONObject {
        guard audits.indices.contains(transceiver) else { return [:] }
        return audits[transceiver]?.report() ?? [:]
    }
}
