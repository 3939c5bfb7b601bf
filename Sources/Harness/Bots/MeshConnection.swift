internal import Measurement
internal import MediaTracks
internal import RTCCore
internal import RTCICE
internal import RTCPeer
internal import RTCWire
internal import SignalingClients

/// One peer connection of a bot, to another caller or to a server that forwards: the endpoint, the files that it plays and the book of what came.
final class MeshConnection {
    let remoteID: String
    /// As the room shows it; where that shows no names, the id until the other side has said its own.
    var remoteName: String
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
    /// The other side does not want this one's media.
    var isUnwanted = false

    private(set) var schedules: [MediaSchedule] = []
    private(set) var received: [Received] = []
    /// The transceivers that this side has made: for each kind, behind them those of a simulcast, and those of screens among those of the far side.
    private var ownTransceivers: [Int]
    /// Screens that this side shows, or showed last, and what each is called.
    private var screens: [(transceiver: Int, rid: String, isGivenUp: Bool)] = []
    /// Tracks were added or taken away, which no answer has confirmed yet, and whether the offer that is under way says so.
    private(set) var hasNewTracks = false
    private var areNewTracksOffered = false
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
        transceivers: [Int], now: Instant
    ) {
        self.remoteID = remoteID
        self.remoteName = remoteName
        self.localID = localID
        self.token = token
        self.isPolite = isPolite
        self.part = part
        self.peer = peer
        ownTransceivers = transceivers
        createdAt = now
        lastPhaseAt = now
    }

    func endPhase(_ phase: Phase, at now: Instant) {
        guard phases[phase] == nil else { return }
        phases[phase] = now - lastPhaseAt
        lastPhaseAt = now
    }

    /// What came of one stream.
    struct Received {
        let transceiver: Int
        let layer: UInt8
        var record: ReceivedTrackRecord
    }

    func isPlaying(on transceiver: Int, layer: Int) -> Bool {
        schedules.contains { $0.transceiver == transceiver && $0.layer == layer }
    }

    func play(
        _ media: MediaTrack, on transceiver: Int, layer: Int = 0, rid: String? = nil, from start: Instant, until end: Instant,
        random: inout SplitMix64
    ) {
        var schedule = MediaSchedule(
            media: media, transceiver: transceiver, layer: layer, rid: rid, from: start, until: end, random: &random)
        schedule.isMuted = schedule.isScreen ? isUnwanted : mutedKinds.contains(media.kind)
        schedules.append(schedule)
    }

    /// Plays another file on the track of its kind; layers of a simulcast keep theirs.
    func replace(_ media: MediaTrack) {
        for index in schedules.indices where schedules[index].media.kind == media.kind && schedules[index].rid == nil {
            peer.setSendCodec(media.sdpCodec, of: schedules[index].transceiver)
            schedules[index].replace(with: media)
        }
    }

    /// Frames of this kind are withheld from now on, or sent again, pictures from the next key frame.
    func mute(_ kind: MediaKind, _ isMuted: Bool) {
        mutedKinds.removeAll { $0 == kind }
        if isMuted { mutedKinds.append(kind) }
        for index in schedules.indices where schedules[index].media.kind == kind && !schedules[index].isScreen {
            schedules[index].isMuted = isMuted
        }
    }

    // MARK: - Screens

    /// A section of its own, which the next offer of this side brings.
    func addScreen(_ media: MediaTrack, rid: String, streamID: String, trackID: String) {
        let transceiver = peer.addTransceiver(
            .video, direction: .sendonly, streamID: streamID, trackID: trackID, sendCodec: media.sdpCodec)
        peer.keepForOwnOffer(transceiver)
        ownTransceivers.append(transceiver)
        screens.append((transceiver, rid, false))
    }

    /// Where a screen is to be played that the far side takes and that is not played yet.
    func screenToPlay(rid: String) -> Int? {
        guard let place = screens.last(where: { $0.rid == rid })?.transceiver, peer.maySend(on: place),
            !isPlaying(on: place, layer: 0)
        else { return nil }
        return place
    }

    /// No more pictures of it are due.
    func endScreen(at now: Instant) {
        for index in schedules.indices where schedules[index].isScreen { schedules[index].end(at: now) }
    }

    func muteScreens(_ isMuted: Bool) {
        for index in schedules.indices where schedules[index].isScreen { schedules[index].isMuted = isMuted }
    }

    /// Gives the sections up of screens that are no longer shown.
    ///
    /// - Parameter rid: What the one is called that is shown; `nil` for none.
    /// - Returns: Whether there were any.
    func giveUpScreens(but rid: String?, now: Instant) -> Bool {
        var isAny = false
        for index in screens.indices where !screens[index].isGivenUp && screens[index].rid != rid {
            screens[index].isGivenUp = true
            peer.stop(transceiver: screens[index].transceiver, now: now)
            isAny = true
        }
        return isAny
    }

    func tracksChanged() {
        hasNewTracks = true
        areNewTracksOffered = false
    }

    func tracksOffered() { areNewTracksOffered = true }

    func tracksAnswered() {
        if areNewTracksOffered { hasNewTracks = false }
    }

    /// What the far side shows in a section, or has shown, by the name that bots give such tracks; `nil` where that is no screen.
    private func receivedScreen(in transceiver: Int) -> String? {
        if let known = received.first(where: { $0.transceiver == transceiver }) {
            return TrackName.isScreen(known.record.rid) ? known.record.rid : nil
        }
        guard peer.kind(of: transceiver) == .video, !ownTransceivers.contains(transceiver),
            let track = peer.remoteTrackID(of: transceiver), let range = track.firstRange(of: "-screen")
        else { return nil }
        return String(track[range.lowerBound...].dropFirst())
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

    func requestKeyFrame(on transceiver: Int, layer: Int, at now: Instant) {
        for index in schedules.indices
        where schedules[index].transceiver == transceiver && schedules[index].layer == layer {
            schedules[index].requestKeyFrame(at: now)
        }
    }

    // MARK: - Figures

    /// What the sound that comes in says of its loudness (RFC 6464): that of the first section, which is the bots' sound.
    var receivedAudioEnergy: AudioEnergy {
        peer.transceiverCount > 0 && peer.kind(of: 0) == .audio ? peer.receivedAudioEnergy(on: 0) : AudioEnergy()
    }

    var sentAudioEnergy: AudioEnergy {
        schedules.reduce(into: AudioEnergy()) { $0.add($1.audioEnergy) }
    }

    /// Counters of each stream that has brought something.
    var inbound: [RTPReceiveStatistics] {
        (0..<peer.transceiverCount).flatMap { index in
            (0..<peer.receivedLayerCount(of: index)).map { peer.receiveStatistics(on: index, layer: $0) }
        }.filter { $0.packetsReceived > 0 }
    }

    // MARK: - Frames

    /// Moves frames from the peer to the book.
    ///
    /// - Returns: The tracks of which this was the first intact frame.
    func collectFrames(kinds: [MediaKind]) -> [TrackName] {
        var firsts: [TrackName] = []
        let simulcast = receivedSimulcast(behind: kinds.count)
        for index in 0..<peer.transceiverCount {
            while let frame = peer.nextFrame(on: index) {
                // The far side may offer sections that nobody here looks at.
                guard index < kinds.count || index == simulcast || receivedScreen(in: index) != nil else { continue }
                let kind = index < kinds.count ? kinds[index] : .video
                let place = place(of: kind, on: index, layer: frame.layer)
                if frame.outcome == .intact, !received[place].record.hasIntactFrame {
                    received[place].record.hasIntactFrame = true
                    firsts.append(received[place].record.name)
                }
                received[place].record.frames.append(frame)
            }
        }
        return firsts
    }

    /// The far side's simulcast, which has a section of its own: the first with a rid among those that its offers have brought.
    private func receivedSimulcast(behind kinds: Int) -> Int? {
        (kinds..<max(kinds, peer.transceiverCount)).first {
            peer.kind(of: $0) == .video && peer.receivedRid(of: $0, layer: 0) != nil
        }
    }

    private func place(of kind: MediaKind, on transceiver: Int, layer: UInt8) -> Int {
        if let known = received.firstIndex(where: { $0.transceiver == transceiver && $0.layer == layer }) { return known }
        let rid = peer.receivedRid(of: transceiver, layer: Int(layer)) ?? receivedScreen(in: transceiver)
        received.append(
            Received(transceiver: transceiver, layer: layer, record: ReceivedTrackRecord(kind: kind, rid: rid, frames: [])))
        return received.count - 1
    }

    /// Sections that the far side's offers have brought, of which this side wants none.
    func refuseOffered(now: Instant) {
        for index in 0..<peer.transceiverCount where !ownTransceivers.contains(index) {
            peer.setDirection(.inactive, of: index, now: now)
        }
    }

    func sample(at now: Instant, kinds: [MediaKind]) {
        var tracks: [ConnectionSample.Track] = []
        var roundTripTime: Double?
        let simulcast = receivedSimulcast(behind: kinds.count)
        for index in 0..<peer.transceiverCount {
            for layer in 0..<peer.sentLayerCount(of: index) where ownTransceivers.contains(index) {
                let outbound = peer.sendStatistics(on: index, layer: layer)
                roundTripTime = outbound.remote.roundTripTime ?? roundTripTime
                let shown = screens.first { $0.transceiver == index }?.rid
                let name = TrackName(peer.kind(of: index), rid: peer.sentRid(of: index, layer: layer) ?? shown)
                add(to: &tracks, name) {
                    $0.bytesSent = outbound.bytesSent
                    $0.packetsSent = outbound.packetsSent
                }
            }
            let shown = receivedScreen(in: index)
            guard index < kinds.count || index == simulcast || shown != nil else { continue }
            for layer in 0..<peer.receivedLayerCount(of: index) {
                let inbound = peer.receiveStatistics(on: index, layer: layer)
                let name = TrackName(peer.kind(of: index), rid: peer.receivedRid(of: index, layer: layer) ?? shown)
                add(to: &tracks, name) {
                    $0.bytesReceived = inbound.bytesReceived
                    $0.packetsReceived = inbound.packetsReceived
                    $0.packetsLost = inbound.packetsLost
                    $0.jitter = inbound.jitter
                    $0.nackCount = inbound.nackCount
                    $0.pliCount = inbound.pliCount
                }
            }
        }
        samples.append(
            ConnectionSample(
                at: now, tracks: tracks, roundTripTime: roundTripTime, statistics: peer.statisticsSnapshot(at: now)))
    }

    /// What goes out and what comes in under one name is one entry.
    private func add(
        to tracks: inout [ConnectionSample.Track], _ name: TrackName, _ fill: (inout ConnectionSample.Track) -> Void
    ) {
        let known = tracks.firstIndex { $0.name == name }
        if known == nil {
            tracks.append(
                .init(
                    kind: name.kind, rid: name.rid, bytesReceived: 0, packetsReceived: 0, packetsLost: 0, bytesSent: 0,
                    packetsSent: 0, jitter: 0))
        }
        fill(&tracks[known ?? tracks.count - 1])
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
            received: received.map(\.record), samples: samples, statistics: finalStatistics ?? peer.statisticsSnapshot(),
            codepoints: codepoints, isForwarded: part == .server, participant: localID, remoteParticipant: remoteID)
    }
}
