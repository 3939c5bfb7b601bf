internal import Foundation
public import Measurement
internal import NetworkImpairment
internal import RTCCore
internal import RTCICE
internal import RTCPeer
internal import SignalingProtocol

extension RunResult {
    /// - Parameter replay: The command that runs the same again.
    public init(
        _ measurement: RunMeasurement, judgement: Judgement, scenario: Scenario, seed: UInt64, driver: String, replay: String
    ) {
        let offer = measurement.offered
        let record = measurement.record
        let slip = measurement.slip
        self.init(
            scenario: scenario, seed: seed, driver: driver, verdict: judgement.verdict.rawValue,
            exitCode: judgement.status.rawValue, reasons: judgement.reasons,
            assertions: judgement.assertions.map {
                AssertionRow(text: $0.text, value: Self.finite($0.value), status: $0.status.rawValue, explanation: $0.explanation)
            },
            offered: Offered(peers: offer.peersDue, tracks: offer.tracksDue, frames: offer.framesDue),
            achieved: Achieved(
                peers: offer.peersJoined, tracks: offer.tracksSent, frames: offer.framesSent, packets: offer.packetsSent),
            generator: Generator(
                framesLate: slip.lateFrames, worstSlip: slip.worst.inSeconds, worstLoopLag: record.generator.worstLoopLag,
                socketDrops: record.generator.socketDrops, sendFailures: record.generator.sendFailures,
                cpuSeconds: record.generator.cpuSeconds, peakMemory: record.generator.peakMemory),
            phases: Self.phases(record), metrics: Self.metrics(measurement), audit: measurement.audits.map(AuditRow.init),
            voice: measurement.voiceQualities.map(VoiceRow.init),
            faults: record.faults.map { FaultRow($0, measurement) }, reconnects: Reconnects(measurement),
            network: Self.network(record), peers: Self.peers(record),
            failures: record.bots.compactMap { bot in
                bot.failure.map { FailureRow(bot: bot.name, phase: $0.phase.rawValue, reason: $0.reason) }
            }, replay: replay)
    }

    /// The file's bytes: the same run gives the same bytes.
    public func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a result holds only finite numbers") }
        return Array(data) + [10]
    }

    private static func finite(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func phases(_ record: RunRecord) -> [String: Distribution] {
        var samples: [Phase: [Double]] = [:]
        for bot in record.bots {
            for phase in Phase.allCases {
                let all = [bot.phases[phase]] + bot.connections.map { $0.phases[phase] }
                for duration in all.compactMap({ $0 }) { samples[phase, default: []].append(duration.inSeconds) }
            }
        }
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.key.rawValue, Distribution($0.value, isDuration: true)) })
    }

    private static func metrics(_ measurement: RunMeasurement) -> [String: Distribution] {
        var metrics: [String: Distribution] = [:]
        for metric in MetricCatalog.all {
            guard let samples = measurement.samples(of: metric, tags: [], window: nil), !samples.isEmpty else { continue }
            metrics[metric.name] = Distribution(samples, isDuration: metric.dimension == .time)
        }
        return metrics
    }

    private static func network(_ record: RunRecord) -> [NetworkRow] {
        zip(record.bots, record.hosts).flatMap { bot, host in
            [("up", host.up), ("down", host.down)].map { direction, pipe in
                var dropped: [String: UInt64] = [:]
                for cause in DropCause.allCases where pipe.dropped(cause) > 0 { dropped[cause.rawValue] = pipe.dropped(cause) }
                return NetworkRow(
                    bot: bot.name, direction: direction, offered: pipe.offered, passed: pipe.passed, dropped: dropped,
                    duplicated: pipe.duplicated, reordered: pipe.reordered, marked: pipe.marked > 0 ? pipe.marked : nil,
                    bytes: pipe.bytes,
                    loss: pipe.offered == 0 ? 0 : Double(pipe.dropped) / Double(pipe.offered))
            }
        }
    }

    /// Each connection of each bot, in their order.
    public static func peers(_ record: RunRecord) -> [PeerRow] {
        record.bots.flatMap { bot in bot.connections.map { PeerRow(bot: bot.name, $0, stopAt: record.stopAt) } }
    }
}

extension RunResult.Distribution {
    init(_ samples: [Double], isDuration: Bool) {
        let known = samples.filter(\.isFinite)
        count = samples.count
        never = known.count == samples.count ? nil : samples.count - known.count
        guard !known.isEmpty else { return }
        mean = Aggregate.mean.value(of: known)
        p50 = Aggregate.p50.value(of: known)
        p95 = Aggregate.p95.value(of: known)
        p99 = Aggregate.p99.value(of: known)
        max = Aggregate.max.value(of: known)
        if isDuration { histogram = Histogram(known) }
    }
}

extension RunResult.AuditRow {
    init(_ audit: FrameAudit) {
        var causes: [String: Int] = [:]
        for frame in audit.frames {
            if let cause = frame.cause { causes[cause.rawValue, default: 0] += 1 }
        }
        let (silent, covered) = (audit.frames.count(where: \.isSilence), audit.frames.count(where: \.isCovered))
        if audit.lostByServer > 0 { causes["server"] = audit.lostByServer }
        if audit.beforeForwarding > 0 { causes["before_forwarding"] = audit.beforeForwarding }
        self.init(
            from: audit.from, to: audit.to, kind: audit.kind.rawValue, rid: audit.rid, sent: audit.sent,
            intact: audit.count(.intact),
            damaged: audit.count(.damaged), withheld: audit.count(.withheld), missing: audit.count(.missing),
            silent: silent > 0 ? silent : nil,
            covered: covered > 0 ? covered : nil, causes: causes,
            unexplained: audit.unexplained, foreign: audit.foreign, repeated: audit.repeated,
            latency: Histogram(audit.frames.filter { $0.outcome == .intact }.map(\.latency.inSeconds)))
    }
}

extension RunResult.VoiceRow {
    init(_ voice: VoiceQuality) {
        let model = voice.model
        self.init(
            from: voice.from, to: voice.to, mos: voice.mos, profile: voice.profile.rawValue, bitrate: voice.bitrate,
            rating: model.rating, ie: model.ie, bpl: model.bpl, ppl: model.ppl, burstR: model.burstR, ta: model.ta)
    }
}

extension RunResult.FaultRow {
    init(_ fault: RunRecord.Fault, _ measurement: RunMeasurement) {
        let epoch = measurement.record.epoch
        self.init(
            name: fault.name, start: (fault.start - epoch).inSeconds, end: (fault.end - epoch).inSeconds, hits: fault.hits,
            tracks: measurement.effects(of: fault).map { effect in
                Track(
                    from: effect.from, to: effect.to, kind: effect.kind.rawValue, rid: effect.rid, outage: effect.outage,
                    recovery: effect.recovery, over: effect.isOver ? true : nil)
            })
    }
}

extension RunResult.PeerRow {
    func isBetween(_ one: String, _ other: String) -> Bool {
        (bot, remote) == (one, other) || (bot, remote) == (other, one)
    }

    init(bot: String, _ connection: ConnectionRecord, stopAt: Instant) {
        let statistics = connection.statistics
        let transport = statistics.transport
        let pair = statistics.candidatePairs.first { $0.nominated && $0.state == .succeeded } ?? statistics.candidatePairs.first
        self.init(
            bot: bot, remote: connection.remote, participant: connection.participant,
            remoteParticipant: connection.remoteParticipant, unconnected: connection.whyUnconnected,
            ice: ICE(
                state: transport.iceState, role: transport.iceRole, local: pair?.path.local.description,
                remote: pair?.path.remote.description, checksSent: statistics.ice.checksSent,
                responsesReceived: statistics.ice.responsesReceived, consentRequestsSent: statistics.ice.consentRequestsSent,
                currentRoundTripTime: pair?.statistics.currentRoundTripTime?.inSeconds),
            dtls: DTLS(
                state: transport.dtlsState, role: transport.dtlsRole, version: transport.tlsVersion, cipher: transport.dtlsCipher),
            srtp: SRTP(
                cipher: transport.srtpCipher,
                packetsSent: statistics.tracks.reduce(0) { $0 + ($1.outbound?.packetsSent ?? 0) },
                packetsReceived: statistics.tracks.reduce(0) { $0 + ($1.inbound?.packetsReceived ?? 0) },
                authenticationFailures: transport.starlingSRTPAuthenticationFailures, replays: transport.starlingSRTPReplays),
            ecn: connection.codepoints.isEmpty
                ? nil
                : ECN(
                    packetsReceivedWithEct0: connection.codepoints.ect0, packetsReceivedWithEct1: connection.codepoints.ect1,
                    packetsReceivedWithCe: connection.codepoints.ce),
            tracks: statistics.tracks.map(Track.init),
            stats: Dictionary(statistics.reports.map { ($0.id, StatsObject($0)) }, uniquingKeysWith: { first, _ in first }))
        let end = connection.endedAt ?? stopAt
        let connectedAt = connection.connectedAt
        call = Call(
            outcome: (connectedAt == nil ? CallReport.Outcome.failed : .connected).rawValue,
            duration: connectedAt.map { max(0, (end - $0).inSeconds) } ?? 0,
            setup: connectedAt.map { ($0 - connection.createdAt).inSeconds }, health: 0)
        let health = report?.health ?? 0
        call?.health = health
    }
}

extension RunResult.PeerRow.Track {
    init(_ track: PeerStatistics.Track) {
        let inbound = track.inbound
        let outbound = track.outbound
        self.init(
            kind: track.kind.rawValue, mid: track.mid, rid: track.rid, remoteRid: track.remoteRid,
            packetsSent: outbound?.packetsSent, bytesSent: outbound?.bytesSent,
            framesSent: outbound?.framesSent, retransmittedPacketsSent: outbound?.retransmittedPacketsSent,
            nackCount: inbound?.nackCount, pliCount: inbound?.pliCount, roundTripTime: outbound?.remote.roundTripTime,
            packetsReceived: inbound?.packetsReceived, bytesReceived: inbound?.bytesReceived, packetsLost: inbound?.packetsLost,
            jitter: inbound?.jitter, framesReceived: inbound?.framesReceived,
            retransmittedPacketsReceived: inbound?.retransmittedPacketsReceived,
            frameWidth: track.kind == .video ? inbound?.frameWidth : nil,
            frameHeight: track.kind == .video ? inbound?.frameHeight : nil,
            freezeCount: track.kind == .video ? inbound?.freezes.freezeCount : nil,
            totalFreezesDuration: track.kind == .video ? inbound.map { Double($0.freezes.totalFreezes) / 1e9 } : nil)
    }
}
