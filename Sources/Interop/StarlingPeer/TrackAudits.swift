import RTCCore
import RTCPeer
import SignalingProtocol

/// The audits of one peer's incoming tracks, by transceiver and layer.
final class TrackAudits {
    private struct Transceiver {
        var kind: MediaKind
        /// By layer; one where there is no simulcast.
        var audits: [TrackAudit]
    }

    private var transceivers: [Transceiver?] = []

    /// A track begins on a transceiver; it may have had another before.
    func add(_ kind: MediaKind, on transceiver: Int) {
        while transceivers.count <= transceiver { transceivers.append(nil) }
        if transceivers[transceiver] == nil {
            transceivers[transceiver] = Transceiver(kind: kind, audits: [TrackAudit(kind: kind)])
        }
    }

    private func audit(on transceiver: Int, layer: Int) -> TrackAudit? {
        guard transceivers.indices.contains(transceiver), let kind = transceivers[transceiver]?.kind else { return nil }
        while transceivers[transceiver]?.audits.count ?? 0 <= layer {
            transceivers[transceiver]?.audits.append(TrackAudit(kind: kind))
        }
        return transceivers[transceiver]?.audits[layer]
    }

    func receive(_ packet: ReceivedPayload) {
        audit(on: packet.transceiver, layer: packet.layer)?.receive(packet)
    }

    /// What the peer itself made of the packets, for comparison.
    func count(_ frame: ReceivedFrame, on transceiver: Int) {
        audit(on: transceiver, layer: Int(frame.layer))?.count(frame)
    }

    /// Of a simulcast the first layer's.
    func report(on transceiver: Int, layer: Int = 0) -> JSONObject {
        audit(on: transceiver, layer: layer)?.report() ?? [:]
    }
}
