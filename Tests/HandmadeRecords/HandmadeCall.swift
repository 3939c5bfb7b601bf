public import Measurement
public import NetworkImpairment
public import RTCCore
internal import RTCCrypto
public import RTCPeer

/// A call of two bots that never took place: `callers[0]` sends, `callers[1]` receives, and each part can be changed.
public struct HandmadeCall: Sendable {
    public var tracks: [HandmadeTrack]
    /// What came of each track.
    public var arrivals: [[ReceivedFrame]]
    public var stopAt: Instant
    public var joinDue: Instant = .origin
    public var joinedAt: [Instant?] = [.milliseconds(100), .milliseconds(200)]
    public var failures: [PhaseFailure?] = [nil, nil]
    public var events: [RunEvent] = []
    public var faults: [RunRecord.Fault] = []
    public var generator = GeneratorHealth()
    public var slip = ScheduleSlip()
    public var ledger: [LedgerEntry] = []
    /// What the receiver's connection counted over time.
    public var receiverSamples: [ConnectionSample] = []
    public var senderSamples: [ConnectionSample] = []
    public var rooms = ["room", "room"]
    /// What the sender was asked to publish; by default what it sent.
    public var publishes: [MediaKind]
    public var isConnected = true

    /// Two seconds of video and nothing lost.
    public init(_ tracks: [HandmadeTrack] = [HandmadeTrack()], stopAt: Instant = .seconds(3)) {
        self.tracks = tracks
        arrivals = tracks.map { $0.arrivals() }
        publishes = tracks.map(\.sent.kind)
        self.stopAt = stopAt
    }

    public var record: RunRecord {
        let sent = connection(to: "callers[1]", sent: tracks.map(\.sent), received: [], samples: senderSamples)
        let received = zip(tracks, arrivals).map { ReceivedTrackRecord(kind: $0.sent.kind, frames: $1) }
        let seen = connection(to: "callers[0]", sent: [], received: received, samples: receiverSamples)
        let bots = [
            bot(0, publishes: publishes, connections: isConnected ? [sent] : [], slip: slip),
            bot(1, publishes: [], connections: isConnected ? [seen] : [], slip: ScheduleSlip()),
        ]
        let hosts = bots.indices.map {
            HostReport(index: $0, up: PipeCounters(), down: PipeCounters(), ledger: $0 == 0 ? ledger : [])
        }
        return RunRecord(epoch: .origin, stopAt: stopAt, bots: bots, hosts: hosts, faults: faults, generator: generator)
    }

    public var measurement: RunMeasurement { RunMeasurement(record) }

    /// The verdict on it.
    public func judge(_ texts: [String] = []) throws -> Judgement {
        Judgement(measurement, assertions: try texts.map { try Assertion(parsing: $0, events: faults.map(\.name)) })
    }

    /// One assertion's result.
    public func evaluate(_ text: String) throws -> AssertionResult {
        try Assertion(parsing: text, events: faults.map(\.name)).evaluate(measurement)
    }

    private func bot(
        _ index: Int, publishes: [MediaKind], connections: [ConnectionRecord], slip: ScheduleSlip
    ) -> BotRecord {
        let name = "callers[\(index)]"
        return BotRecord(
            name: name, room: rooms[index], joinDue: joinDue, stopDue: stopAt, publishes: publishes,
            joinedAt: joinedAt[index], failure: failures[index], phases: [.signaling: .milliseconds(20)],
            events: events.filter { $0.bot == name }, connections: connections, slip: slip)
    }

    private func connection(
        to remote: String, sent: [SentTrackRecord], received: [ReceivedTrackRecord], samples: [ConnectionSample]
    ) -> ConnectionRecord {
        ConnectionRecord(
            remote: remote, connectedAt: .milliseconds(900), phases: [.dtls: .milliseconds(30)], sent: sent,
            received: received, samples: samples, statistics: Self.statistics)
    }

    /// Of a peer that did nothing.
    private static let statistics: PeerStatistics = {
        do {
            let clock = WallClock.simulation
            let dtls = try DTLSContext(entropy: .seeded(1), clock: clock)
            let certificate = try Certificate.generate(
                unixSeconds: clock.unixSeconds(at: .origin), entropy: .seeded(1))
            let peer = Peer(
                configuration: PeerConfiguration(
                    seed: 1, wallClock: clock, dtls: dtls, certificate: certificate, cname: "by hand"), now: .origin)
            return peer.statisticsSnapshot()
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
