internal import NetworkImpairment
internal import RTCCore
internal import RTCPeer

extension RunMeasurement {
    /// One row for each ordered pair and kind.
    ///
    /// Two bots may have had several connections one after the other. Each is audited against its own other end, and what came of
    /// them is put together in the order of time: who reconnects is still one viewer of one track.
    static func tracks(of record: RunRecord, ledger: PacketLedger?) -> [Track] {
        var places: [String: Int] = [:]
        for (index, bot) in record.bots.enumerated() where places[bot.name] == nil { places[bot.name] = index }
        var tracks: [Track] = []
        for (sender, bot) in record.bots.enumerated() {
            var receivers: [Int] = []
            for remote in bot.connections.map(\.remote) {
                guard let receiver = places[remote], !receivers.contains(receiver) else { continue }
                receivers.append(receiver)
            }
            for receiver in receivers {
                let pairing = ConnectionPairing(
                    sending: bot.connections.filter { $0.remote == record.bots[receiver].name },
                    receiving: record.bots[receiver].connections.filter { $0.remote == bot.name })
                for kind in pairing.kinds {
                    tracks.append(track(kind, pairing, record, sender: sender, receiver: receiver, ledger: ledger))
                }
            }
        }
        return tracks
    }

    private static func track(
        _ kind: MediaKind, _ pairing: ConnectionPairing, _ record: RunRecord, sender: Int, receiver: Int, ledger: PacketLedger?
    ) -> Track {
        var whole: FrameAudit?
        for (index, connection) in pairing.sending.enumerated() {
            let opposite = pairing.partners[index].map { pairing.receiving[$0] }
            let sent = connection.sent.filter { $0.kind == kind }
            guard !sent.isEmpty else { continue }
            let audit = FrameAudit(
                from: record.bots[sender].name, to: record.bots[receiver].name, sent: sent,
                received: opposite?.received.first { $0.kind == kind }, ledger: ledger)
            if whole == nil { whole = audit } else { whole?.append(audit) }
        }
        guard var audit = whole else { preconditionFailure("a kind comes from what was sent") }
        for stray in pairing.strays {
            for received in stray.received where received.kind == kind {
                audit.foreign += received.frames.count { $0.outcome == .intact }
            }
        }
        // Nothing is due to somebody who has hung up.
        let stop = min(record.bots[sender].stopDue, record.bots[receiver].stopDue)
        let start = audit.frames.first?.due ?? stop
        return Track(
            audit: audit, sender: sender, receiver: receiver,
            connections: pairing.receiving.isEmpty ? pairing.sending : pairing.receiving,
            range: TimeRange(start: start, end: max(start, stop)),
            completions: audit.frames.filter { $0.outcome == .intact }.map(\.completedAt).sorted())
    }
}
