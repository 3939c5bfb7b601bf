internal import Measurement
internal import MediaTracks
internal import RTCCore
internal import RTCICE
internal import RTCPeer
internal import SignalingClients

/// One peer connection of a bot, to another caller or to a server that forwards: the endpoint, the files that it plays and the book of what came.
final class MeshConnection {
    let remoteID: String
    let remoteName: String
    /// Which participant this side was when the connection was made.
    let localID: String?
    let token: UInt64
    var peer: Peer
    var socket: SocketAddress?
    /// Of the datagrams that came, whatever was in them.
    var codepoints = CodepointCounts()
    /// Whether this side yields when two offers cross.
    let isPolite: Bool
    /// What is at the other end: another caller, a server, or a publisher whom a server stands for.
    let part: ParticipantPart
    /// Candidates that came before the description of their epoch.
    var earlyCandidates: [(epoch: Int, line: String)] = []
    var hasRemoteDescription = false
    /// Counts the offers of both sides.
    var epoch = 1
    /// The epoch of the remote description in force; 0 before the first.
    var remoteEpoch = 0
    /// A new candidate waits for the offer that a restart will make.
    var awaitsRestart = false
    /// DTLS has ended: no restart helps.
    var isTransportClosed = false
    /// The server has ended the call: only another one helps.
    var isHungUp = false
    /// The attempts to get it back; made with the first.
    var series: ReconnectSeries?
    var mutedKinds: [MediaKind] = []

    private(set) var schedules: [MediaSchedule] = []
    private(set) var received: [ReceivedTrackRecord?]
    private(set) var samples: [ConnectionSample] = []
    var connectedAt: Instant?
    var phases: [Phase: Duration] = [:]
    let createdAt: Instant
    /// When it was given up.
    var endedAt: Instant?
    private(set) var lastPhaseAt: Instant
    /// Counters as they were when the bot hung up, before the transport was closed.
    private var finalStatistics: PeerStatistics?
    private var statisticsAtStop: PeerStatistics?
    /// Whether something may wait to be sent, so that idle connections cost nothing.
    var needsDrain = true

    init(
        remoteID: String, remoteName: String, localID: String?, token: UInt64, isPolite: Bool, part: ParticipantPart,
        peer: consuming Peer,
        transceivers: Int, now: Instant
    ) {
        self.remoteID = remoteID
        self.remoteName = remoteName
        self.localID = localID
        self.token = token
        self.isPolite = isPolite
        self.part = part
        self.peer = peer
        received = Array(repeating: nil, count: transceivers)
        createdAt = now
        lastPhaseAt = now
    }

    func endPhase(_ phase: Phase, at now: Instant) {
        guard phases[phase] == nil else { return }
        phases[phase] = now - lastPhaseAt
        lastPhaseAt = now
    }

    func play(_ media: MediaTrack, on transceiver: Int, from start: Instant, until end: Instant, random: inout SplitMix64) {
        var schedule = MediaSchedule(media: media, transceiver: transceiver, from: start, until: end, random: &random)
        schedule.isMuted = mutedKinds.contains(media.kind)
        schedules.append(schedule)
    }

    /// Plays another file on the track of its kind.
    func replace(_ media: MediaTrack) {
        for index in schedules.indices where schedules[index].media.kind == media.kind {
            peer.setSendCodec(media.sdpCodec, of: schedules[index].transceiver)
            schedules[index].replace(with: media)
        }
    }

    /// Frames of this kind are withheld from now on, or sent again, pictures from the next key frame.
    func mute(_ kind: MediaKind, _ isMuted: Bool) {
        mutedKinds.removeAll { $0 == kind }
        if isMuted { mutedKinds.append(kind) }
        for index in schedules.indices where schedules[index].media.kind == kind { schedules[index].isMuted = isMuted }
    }

    /// Sends what is due.
    func advanceMedia(to now: Instant, until end: Instant) {
        // Nothing is due to somebody who has hung up.
        guard !isTransportClosed else { return }
        for index in schedules.indices where schedules[index].deadline <= now {
            schedules[index].advance(to: now, until: end, peer: &peer)
            needsDrain = true
        }
    }

    func mediaDeadline(until end: Instant) -> Instant? {
        guard !isTransportClosed else { return nil }
        var next: Instant?
        for schedule in schedules where schedule.deadline < end { next = earliest(next, schedule.deadline) }
        return next
    }

    func requestKeyFrame(on transceiver: Int, at now: Instant) {
        for index in schedules.indices where schedules[index].transceiver == transceiver {
            schedules[index].requestKeyFrame(at: now)
        }
    }

    /// Moves frames from the peer to the book.
    ///
    /// - Returns: The kinds of which this was the first intact frame.
    func collectFrames(kinds: [MediaKind]) -> [MediaKind] {
        var firsts: [MediaKind] = []
        // The far side may offer sections that nobody here looks at.
        for index in kinds.count..<max(kinds.count, peer.transceiverCount) {
            while peer.nextFrame(on: index) != nil {}
        }
        for index in kinds.indices {
            while let frame = peer.nextFrame(on: index) {
                if received[index] == nil { received[index] = ReceivedTrackRecord(kind: kinds[index], frames: []) }
                if frame.outcome == .intact, received[index]?.hasIntactFrame == false {
                    received[index]?.hasIntactFrame = true
                    firsts.append(kinds[index])
                }
                received[index]?.frames.append(frame)
            }
        }
        return firsts
    }

    func sample(at now: Instant, kinds: [MediaKind]) {
        var tracks: [ConnectionSample.Track] = []
        var roundTripTime: Double?
        for (index, kind) in kinds.enumerated() {
            let inbound = peer.receiveStatistics(on: index)
            let outbound = peer.sendStatistics(on: index)
            roundTripTime = outbound.remote.roundTripTime ?? roundTripTime
            tracks.append(
                .init(
                    kind: kind, bytesReceived: inbound.bytesReceived, packetsReceived: inbound.packetsReceived,
                    packetsLost: inbound.packetsLost, bytesSent: outbound.bytesSent, packetsSent: outbound.packetsSent,
                    jitter: inbound.jitter, nackCount: inbound.nackCount, pliCount: inbound.pliCount))
        }
        samples.append(
            ConnectionSample(
                at: now, tracks: tracks, roundTripTime: roundTripTime, statistics: peer.statisticsSnapshot(at: now)))
    }

    /// The call is over: from here on the far side may hang up first.
    func noteStop() {
        statisticsAtStop = peer.statisticsSnapshot()
    }

    /// Hangs up; what the transport says on its way out does not change the counters of the call.
    func close(kinds: [MediaKind], now: Instant) {
        var statistics = peer.statisticsSnapshot(at: now)
        // What stands still because everybody has stopped is no freeze.
        if let statisticsAtStop { statistics.takeMoment(of: statisticsAtStop) }
        finalStatistics = statistics
        endedAt = endedAt ?? now
        peer.close(now: now)
        needsDrain = true
        _ = collectFrames(kinds: kinds)
    }

    var slip: ScheduleSlip {
        schedules.reduce(into: ScheduleSlip()) { $0.merge($1.slip) }
    }

    func record() -> ConnectionRecord {
        ConnectionRecord(
            remote: remoteName, createdAt: createdAt, endedAt: endedAt, connectedAt: connectedAt, phases: phases,
            sent: schedules.flatMap(\.records),
            received: received.compactMap { $0 }, samples: samples, statistics: finalStatistics ?? peer.statisticsSnapshot(),
            codepoints: codepoints, isForwarded: part == .server, participant: localID, remoteParticipant: remoteID)
    }
}
