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
            for remote in bot.connections.filter({ !$0.isForwarded }).map(\.remote) {
                guard let receiver = places[remote], !receivers.contains(receiver) else { continue }
                receivers.append(receiver)
            }
            let forwarded = forwardedTracks(of: sender, in: record, ledger: ledger)
            tracks += forwarded
            for receiver in receivers {
                if forwarded.contains(where: { $0.receiver == receiver }) { continue }
                let pairing = ConnectionPairing(
                    sending: bot.connections.filter { $0.remote == record.bots[receiver].name },
                    receiving: record.bots[receiver].connections.filter { $0.remote == bot.name })
                for name in pairing.names {
                    tracks.append(track(name, pairing, record, sender: sender, receiver: receiver, ledger: ledger))
                }
            }
        }
        return tracks
    }

    private static func track(
        _ name: TrackName, _ pairing: ConnectionPairing, _ record: RunRecord, sender: Int, receiver: Int, ledger: PacketLedger?
    ) -> Track {
        var whole: FrameAudit?
        for (index, connection) in pairing.sending.enumerated() {
            let opposite = pairing.partners[index].map { pairing.receiving[$0] }
            let sent = connection.sent.filter { $0.name == name }
            guard !sent.isEmpty else { continue }
            let audit = FrameAudit(
                from: record.bots[sender].name, to: record.bots[receiver].name, sent: sent,
                received: opposite?.received.first { $0.name == name }, ledger: ledger)
            if whole == nil { whole = audit } else { whole?.append(audit) }
        }
        guard let audit = whole else { preconditionFailure("a track comes from what was sent") }
        return track(
            audit, strays: pairing.strays, record, sender: sender, receiver: receiver,
            connections: pairing.receiving.isEmpty ? pairing.sending : pairing.receiving,
            ended: pairing.sending.compactMap { $0.end(of: name) }.last)
    }

    /// What a server forwarded of one bot's media: one row for each bot that was subscribed, and each kind.
    ///
    /// Each connection of a subscriber is audited against the publication whose life it shared longest, within its own time.
    private static func forwardedTracks(of sender: Int, in record: RunRecord, ledger: PacketLedger?) -> [Track] {
        let bot = record.bots[sender]
        let publications = bot.connections.filter(\.isForwarded)
        guard !publications.isEmpty else { return [] }
        var tracks: [Track] = []
        for (receiver, subscriber) in record.bots.enumerated() where receiver != sender {
            let connections = subscriber.connections.filter { $0.remote == bot.name && !$0.isForwarded }
                .sorted { $0.createdAt < $1.createdAt }
            for kind in MediaKind.allCases {
                var whole: FrameAudit?
                for connection in connections {
                    guard
                        let audit = audit(
                            kind, publications, connection, from: bot, to: subscriber, ledger: ledger)
                    else { continue }
                    if whole == nil { whole = audit } else { whole?.append(audit) }
                }
                guard let whole else { continue }
                tracks.append(
                    track(whole, strays: [], record, sender: sender, receiver: receiver, connections: connections))
            }
        }
        return tracks
    }

    private static func audit(
        _ kind: MediaKind, _ publications: [ConnectionRecord], _ connection: ConnectionRecord, from sender: BotRecord,
        to receiver: BotRecord, ledger: PacketLedger?
    ) -> FrameAudit? {
        guard let start = connection.connectedAt else { return nil }
        let end = min(connection.endedAt ?? receiver.stopDue, receiver.stopDue)
        let overlaps = publications.map { $0.life.overlap(connection.life) }
        var best = 0
        for index in overlaps.indices where overlaps[index] > overlaps[best] { best = index }
        let sent = publications[best].sent.filter { $0.kind == kind }
        guard !sent.isEmpty else { return nil }
        let source = connection.statistics.tracks.first { $0.kind == kind }?.remoteSSRC ?? 0
        return FrameAudit(
            from: sender.name, to: receiver.name, sent: sent, received: connection.received.first { $0.kind == kind },
            ledger: ledger, subscription: Subscription(start: start, end: end, ssrc: source))
    }

    private static func track(
        _ audit: FrameAudit, strays: [ConnectionRecord], _ record: RunRecord, sender: Int, receiver: Int,
        connections: [ConnectionRecord], ended: Instant? = nil
    ) -> Track {
        var audit = audit
        for stray in strays {
            for received in stray.received where received.name == audit.name {
                audit.foreign += received.frames.count { $0.outcome == .intact }
            }
        }
        // Nothing is due to somebody who has hung up, nor on a track that was taken away.
        let stop = min(record.bots[sender].stopDue, record.bots[receiver].stopDue, ended ?? Instant(nanoseconds: .max))
        let start = audit.frames.first?.due ?? stop
        let joined = max(record.bots[sender].joinDue, record.bots[receiver].joinDue)
        return Track(
            audit: audit, sender: sender, receiver: receiver, connections: connections,
            due: TrackName.isScreen(audit.rid) ? start : joined,
            range: TimeRange(start: start, end: max(start, stop)),
            completions: audit.frames.filter(\.isHeard).map(\.completedAt).sorted())
    }
}
