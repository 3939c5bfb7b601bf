internal import RTCCore
internal import RTCICE

extension RunMeasurement: MetricSource {
    public func samples(of metric: Metric, tags: [(String, String)], window: AssertionWindow?) -> [Double]? {
        let ranges = ranges(of: window)
        if metric == MetricCatalog.events { return eventCounts(tags, ranges) }
        let chosen = tracks.filter { track in tags.allSatisfy { matches(track, $0.0, $0.1) } }
        let bots = record.bots.indices.filter { bot in tags.allSatisfy { $0.0 == "rid" || matches(bot, $0.0, $0.1) } }
        let rid = tags.first { $0.0 == "rid" }?.1
        let video = chosen.filter { $0.audit.kind == .video }
        let audio = chosen.filter { $0.audit.kind == .audio }
        switch metric {
        case MetricCatalog.joined:
            return bots.isEmpty ? [] : [Double(bots.count { record.bots[$0].joinedAt != nil }) / Double(bots.count)]
        case MetricCatalog.seen:
            let pairs = expectedPairs.filter { bots.contains($0.receiver) }
            return pairs.isEmpty
                ? [] : [Double(pairs.count { hasSeen(receiver: $0.receiver, sender: $0.sender) }) / Double(pairs.count)]
        case MetricCatalog.joinTime:
            return bots.compactMap { bot in
                record.bots[bot].joinedAt.map { ($0 - record.bots[bot].joinDue).inSeconds }
            }
        case MetricCatalog.firstFrame: return firstFrames(bots)
        case MetricCatalog.recovery:
            return record.faults.flatMap { fault in Self.isInside(fault.end, ranges) ? recoveries(from: fault) : [] }
        case MetricCatalog.outage: return chosen.flatMap { outages($0, ranges) }
        case MetricCatalog.videoLatency: return video.flatMap { latencies($0, ranges) }
        case MetricCatalog.audioLatency: return audio.flatMap { latencies($0, ranges) }
        case MetricCatalog.videoFramesIntact: return video.compactMap { intactShare($0, ranges) }
        case MetricCatalog.audioFramesIntact: return audio.compactMap { intactShare($0, ranges) }
        case MetricCatalog.audioFramesHeard: return audio.compactMap { heardShare($0, ranges) }
        case MetricCatalog.videoInFreezeRatio: return video.compactMap { freezeRatio($0, ranges) }
        case MetricCatalog.videoInFreezeCount: return video.map { freezeCount($0, ranges) }
        case MetricCatalog.videoInFreezeDuration: return video.map { frozenTime($0, ranges) }
        case MetricCatalog.videoInFreezeOpen: return video.map { frozenTime($0, ranges, open: true) }
        case MetricCatalog.videoInPauseCount: return video.map { pauseCount($0, ranges) }
        case MetricCatalog.videoInPauseDuration: return video.map { pausedTime($0, ranges) }
        case MetricCatalog.audioInterruptionCount: return audio.map { interruptionCount($0, ranges) }
        case MetricCatalog.audioInterruptionDuration: return audio.map { interruptedTime($0, ranges) }
        case MetricCatalog.audioMOS: return audio.compactMap { voiceQuality($0, ranges)?.mos }
        case MetricCatalog.skew: return skews(chosen, ranges)
        case MetricCatalog.videoInNack: return video.map { growth($0, ranges) { $0.nackCount } }
        case MetricCatalog.videoInPLI: return video.map { growth($0, ranges) { $0.pliCount } }
        case MetricCatalog.videoInFPS: return video.flatMap { framesPerSecond($0, ranges) }
        case MetricCatalog.videoInBitrate: return video.flatMap { rates($0, ranges) { $0.bytesReceived } }
        case MetricCatalog.audioInBitrate: return audio.flatMap { rates($0, ranges) { $0.bytesReceived } }
        case MetricCatalog.videoInLoss: return video.compactMap { loss($0, ranges) }
        case MetricCatalog.audioInLoss: return audio.compactMap { loss($0, ranges) }
        case MetricCatalog.videoInJitter: return video.flatMap { values($0, ranges) { $0.jitter } }
        case MetricCatalog.audioInJitter: return audio.flatMap { values($0, ranges) { $0.jitter } }
        case MetricCatalog.videoOutFPS: return sentPerSecond(.video, rid, bots, ranges)
        case MetricCatalog.videoOutBitrate: return outgoingRates(.video, rid, bots, ranges)
        case MetricCatalog.audioOutBitrate: return outgoingRates(.audio, rid, bots, ranges)
        case MetricCatalog.networkLoss: return chosen.compactMap { networkLoss($0, ranges) }
        case MetricCatalog.icePairsHost: return routeShare(.host, of: bots)
        case MetricCatalog.icePairsReflexive: return routeShare(.reflexive, of: bots)
        case MetricCatalog.icePairsRelayed: return routeShare(.relayed, of: bots)
        case MetricCatalog.icePairsFailed: return routeShare(nil, of: bots)
        case MetricCatalog.rtt: return roundTrips(bots, ranges)
        case MetricCatalog.chatDelivered, MetricCatalog.chatOrder, MetricCatalog.rosterAgreement, MetricCatalog.handsAgreement,
            MetricCatalog.sourcesAgreement:
            return roomSamples(of: metric, bots: bots)
        case MetricCatalog.speakerAgreement, MetricCatalog.qualityAgreement, MetricCatalog.connectionMOS:
            return statementSamples(of: metric, bots: bots, ranges: ranges)
        default: return reconnectSamples(of: metric, bots: bots, ranges: ranges)
        }
    }

    // MARK: - Choice

    private func matches(_ track: Track, _ tag: String, _ value: String) -> Bool {
        switch tag {
        case "from": track.audit.from == value
        case "rid": track.audit.rid == value
        default: matches(track.receiver, tag, value)
        }
    }

    func matches(_ bot: Int, _ tag: String, _ value: String) -> Bool {
        switch tag {
        case "bot": record.bots[bot].name == value
        case "group": record.bots[bot].name.prefix { $0 != "[" } == value
        case "room": record.bots[bot].room == value
        default: false
        }
    }

    static func isInside(_ instant: Instant, _ ranges: [TimeRange]) -> Bool {
        ranges.contains { $0.contains(instant) }
    }

    // MARK: - Frames

    /// From the moment a join was due, the later of both, to the first intact picture, or sound where there is no picture.
    private func firstFrames(_ receivers: [Int]) -> [Double] {
        expectedPairs.filter { receivers.contains($0.receiver) }.map { pair in
            let due = max(record.bots[pair.receiver].joinDue, record.bots[pair.sender].joinDue)
            let wanted = record.bots[pair.sender].publishes.contains(.video) ? MediaKind.video : .audio
            let first = firstCompletion(of: wanted, from: pair.sender, to: pair.receiver)
            return first.map { ($0 - due).inSeconds } ?? .infinity
        }
    }

    /// When the first frame of a kind was whole, of a simulcast of any layer.
    func firstCompletion(of kind: MediaKind, from sender: Int, to receiver: Int) -> Instant? {
        tracks.filter { $0.receiver == receiver && $0.sender == sender && $0.audit.kind == kind }
            .compactMap(\.completions.first).min()
    }

    private func latencies(_ track: Track, _ ranges: [TimeRange]) -> [Double] {
        track.audit.frames.filter { $0.outcome == .intact && Self.isInside($0.due, ranges) }.map(\.latency.inSeconds)
    }

    private func intactShare(_ track: Track, _ ranges: [TimeRange]) -> Double? {
        let due = track.audit.frames.filter { Self.isInside($0.due, ranges) && $0.outcome != .withheld }
        return due.isEmpty ? nil : Double(due.count { $0.outcome == .intact }) / Double(due.count)
    }

    /// With what the next frame repeats of those that were lost.
    private func heardShare(_ track: Track, _ ranges: [TimeRange]) -> Double? {
        let due = track.audit.frames.filter { Self.isInside($0.due, ranges) && $0.outcome != .withheld }
        return due.isEmpty ? nil : Double(due.count { $0.outcome == .intact || $0.isCovered }) / Double(due.count)
    }

    /// Stretches without intact media, longer than a second of video or 200 ms of sound; zero for a track without one.
    private func outages(_ track: Track, _ ranges: [TimeRange]) -> [Double] {
        let shortest = track.audit.kind == .video ? 1.0 : 0.2
        let ends = track.completions + [track.range.end]
        let gaps = zip([track.range.start] + track.completions, ends).filter { start, _ in Self.isInside(start, ranges) }
            .map { start, end in (end - start).inSeconds }.filter { $0 > shortest }
        return gaps.isEmpty ? [0] : gaps
    }

    /// Pictures shown in each whole second.
    private func framesPerSecond(_ track: Track, _ ranges: [TimeRange]) -> [Double] {
        let shown = PlayedFrames(track.audit, until: track.range.end).shownAt
        var counts: [Double] = []
        var next = 0
        var start = track.range.start
        while start + .seconds(1) <= track.range.end {
            let second = TimeRange(start: start, end: start + .seconds(1))
            var count = 0.0
            while next < shown.count, shown[next] < second.end {
                count += 1
                next += 1
            }
            if Self.isInside(second.start, ranges), Self.isInside(second.end, ranges) { counts.append(count) }
            start = second.end
        }
        return counts
    }

    /// Frames that left in each whole second, from when the first was due until the sender or the connection stopped.
    private func sentPerSecond(_ kind: MediaKind, _ rid: String?, _ bots: [Int], _ ranges: [TimeRange]) -> [Double] {
        bots.map { record.bots[$0] }.flatMap { bot in
            bot.connections.flatMap { connection in
                connection.sent.filter { $0.kind == kind && (rid == nil || $0.rid == rid) }.flatMap { sent -> [Double] in
                    guard let start = sent.frames.first?.due else { return [] }
                    let end = min(bot.stopDue, connection.endedAt ?? bot.stopDue, sent.endedAt ?? bot.stopDue)
                    var counts = [Double](repeating: 0, count: max(0, Int((end - start).inSeconds)))
                    for frame in sent.frames where frame.packetCount > 0 {
                        let second = Int(start.nanoseconds(to: frame.sentAt) / 1_000_000_000)
                        if counts.indices.contains(second) { counts[second] += 1 }
                    }
                    return counts.enumerated().filter { second, _ in
                        Self.isInside(start + .seconds(second), ranges) && Self.isInside(start + .seconds(second + 1), ranges)
                    }.map(\.element)
                }
            }
        }
    }

    // MARK: - Samples

    private func steps(_ connection: ConnectionRecord, _ name: TrackName, _ ranges: [TimeRange])
        -> [(before: ConnectionSample.Track, after: ConnectionSample.Track, seconds: Double)]
    {
        zip(connection.samples, connection.samples.dropFirst()).compactMap { earlier, later in
            guard ranges.contains(where: { $0.contains(earlier.at) && $0.contains(later.at) }),
                let before = earlier.tracks.first(where: { $0.name == name }),
                let after = later.tracks.first(where: { $0.name == name })
            else { return nil }
            return (before, after, (later.at - earlier.at).inSeconds)
        }
    }

    private func rates(
        _ track: Track, _ ranges: [TimeRange], _ bytes: (ConnectionSample.Track) -> UInt64
    ) -> [Double] {
        let within = ranges.map { TimeRange(start: max($0.start, track.range.start), end: min($0.end, track.range.end)) }
        return track.connections.flatMap { steps($0, track.audit.name, within) }.map { step in
            Double(bytes(step.after) - bytes(step.before)) * 8 / step.seconds
        }
    }

    private func outgoingRates(_ kind: MediaKind, _ rid: String?, _ bots: [Int], _ ranges: [TimeRange]) -> [Double] {
        var rates: [Double] = []
        for bot in bots.map({ record.bots[$0] }) {
            let sending = ranges.map { TimeRange(start: $0.start, end: min($0.end, bot.stopDue)) }
            for connection in bot.connections {
                for name in connection.sentNames where name.kind == kind && (rid == nil || name.rid == rid) {
                    let end = connection.end(of: name)
                    let due = end.map { end in sending.map { TimeRange(start: $0.start, end: min($0.end, end)) } } ?? sending
                    for step in steps(connection, name, due) {
                        rates.append(Double(step.after.bytesSent - step.before.bytesSent) * 8 / step.seconds)
                    }
                }
            }
        }
        return rates
    }

    private func loss(_ track: Track, _ ranges: [TimeRange]) -> Double? {
        let steps = track.connections.flatMap { self.steps($0, track.audit.name, ranges) }
        let received = steps.reduce(0) { $0 + Int64($1.after.packetsReceived - $1.before.packetsReceived) }
        let lost = steps.reduce(0) { $0 + $1.after.packetsLost - $1.before.packetsLost }
        guard received + lost > 0 else { return nil }
        return Double(max(0, lost)) / Double(received + max(0, lost))
    }

    /// By how much a counter grew from sample to sample; the first sample has grown from nothing since the connection was made.
    private func growth(_ track: Track, _ ranges: [TimeRange], _ count: (ConnectionSample.Track) -> UInt64) -> Double {
        var grown: UInt64 = 0
        for connection in track.connections {
            var before: UInt64 = 0
            var start = connection.createdAt
            for sample in connection.samples {
                guard let now = sample.tracks.first(where: { $0.name == track.audit.name }).map(count) else { continue }
                let isInside = Self.isInside(start, ranges) && Self.isInside(sample.at, ranges)
                if isInside, now > before { grown += now - before }
                before = now
                start = sample.at
            }
        }
        return Double(grown)
    }

    private func values(_ track: Track, _ ranges: [TimeRange], _ value: (ConnectionSample.Track) -> Double) -> [Double] {
        track.connections.flatMap(\.samples).filter { Self.isInside($0.at, ranges) }
            .compactMap { sample in sample.tracks.first { $0.name == track.audit.name }.map(value) }
    }

    private func roundTrips(_ bots: [Int], _ ranges: [TimeRange]) -> [Double] {
        bots.flatMap { bot in
            record.bots[bot].connections.flatMap { connection in
                connection.samples.filter { Self.isInside($0.at, ranges) }.compactMap(\.roundTripTime)
            }
        }
    }

    /// Packets that the impairment stages dropped when they were first sent, of all that were.
    private func networkLoss(_ track: Track, _ ranges: [TimeRange]) -> Double? {
        let frames = track.audit.frames.filter { Self.isInside($0.due, ranges) }
        let sent = frames.reduce(0) { $0 + $1.packets }
        return sent == 0 ? nil : Double(frames.reduce(0) { $0 + $1.packetsDropped }) / Double(sent)
    }
}
