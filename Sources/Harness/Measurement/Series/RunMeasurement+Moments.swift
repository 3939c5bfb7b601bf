internal import RTCCore

extension RunMeasurement {
    /// When and where a metric was what it was: second by second for what is measured all the time, else once for each gap, freeze,
    /// join or recovery. Empty for a metric that has no place in time.
    public func moments(of claim: Assertion) -> [Moment] {
        let ranges = ranges(of: claim.window)
        let chosen = tracks.filter { track in claim.tags.allSatisfy { isTagged(track, $0.0, $0.1) } }
        let video = chosen.filter { $0.audit.kind == .video }
        let audio = chosen.filter { $0.audit.kind == .audio }
        switch claim.metric {
        case MetricCatalog.firstFrame, MetricCatalog.seen: return firstFrameMoments(claim)
        case MetricCatalog.joinTime, MetricCatalog.joined: return joinMoments(claim)
        case MetricCatalog.recovery: return recoveryMoments(chosen, ranges)
        case MetricCatalog.outage: return chosen.flatMap { gapMoments($0, ranges) }
        case MetricCatalog.videoInFreezeRatio, MetricCatalog.videoInFreezeCount:
            return video.flatMap { freezeMoments($0, ranges) }
        case MetricCatalog.videoLatency: return video.flatMap { latencyMoments($0, ranges) }
        case MetricCatalog.audioLatency: return audio.flatMap { latencyMoments($0, ranges) }
        case MetricCatalog.videoFramesIntact: return video.flatMap { shareMoments($0, ranges) { $0.outcome == .intact } }
        case MetricCatalog.audioFramesIntact: return audio.flatMap { shareMoments($0, ranges) { $0.outcome == .intact } }
        case MetricCatalog.audioFramesHeard:
            return audio.flatMap { shareMoments($0, ranges) { $0.outcome == .intact || $0.isCovered } }
        case MetricCatalog.videoInLoss: return video.flatMap { shareMoments($0, ranges) { $0.outcome != .intact } }
        case MetricCatalog.audioInLoss: return audio.flatMap { shareMoments($0, ranges) { $0.outcome != .intact } }
        case MetricCatalog.networkLoss: return chosen.flatMap { droppedMoments($0, ranges) }
        case MetricCatalog.videoInFPS: return video.flatMap { frameRateMoments($0, ranges) }
        case MetricCatalog.videoInBitrate: return video.flatMap { bitrateMoments($0, ranges) }
        case MetricCatalog.audioInBitrate: return audio.flatMap { bitrateMoments($0, ranges) }
        default: return []
        }
    }

    private func isTagged(_ track: Track, _ tag: String, _ value: String) -> Bool {
        switch tag {
        case "from": track.audit.from == value
        case "rid": track.audit.rid == value
        default: isTagged(track.receiver, tag, value)
        }
    }

    private func isTagged(_ bot: Int, _ tag: String, _ value: String) -> Bool {
        switch tag {
        case "bot": record.bots[bot].name == value
        case "group": record.bots[bot].name.prefix { $0 != "[" } == value
        case "room": record.bots[bot].room == value
        default: false
        }
    }

    private func seconds(_ instant: Instant) -> Double { Double(record.epoch.nanoseconds(to: instant)) / 1e9 }

    private func moment(_ track: Track, _ start: Instant, _ end: Instant, _ value: Double) -> Moment {
        Moment(
            from: track.audit.from, to: track.audit.to, kind: track.audit.kind, rid: track.audit.rid, start: seconds(start),
            end: seconds(end),
            value: value)
    }

    // MARK: - Once each

    private func firstFrameMoments(_ claim: Assertion) -> [Moment] {
        expectedPairs.filter { pair in
            claim.tags.allSatisfy { ["from", "rid"].contains($0.0) || isTagged(pair.receiver, $0.0, $0.1) }
        }.map {
            pair in
            let sender = record.bots[pair.sender]
            let receiver = record.bots[pair.receiver]
            let due = max(receiver.joinDue, sender.joinDue)
            let wanted = sender.publishes.contains(.video) ? MediaKind.video : .audio
            let first = firstCompletion(of: wanted, from: pair.sender, to: pair.receiver)
            let value = first.map { ($0 - due).inSeconds } ?? .infinity
            return Moment(
                from: sender.name, to: receiver.name, kind: nil, start: seconds(due), end: seconds(first ?? record.stopAt),
                value: claim.metric == MetricCatalog.seen
                    ? (hasSeen(receiver: pair.receiver, sender: pair.sender) ? 1 : 0) : value)
        }
    }

    private func joinMoments(_ claim: Assertion) -> [Moment] {
        record.bots.indices.filter { bot in claim.tags.allSatisfy { $0.0 == "rid" || isTagged(bot, $0.0, $0.1) } }.map { place in
            let bot = record.bots[place]
            let value = bot.joinedAt.map { ($0 - bot.joinDue).inSeconds } ?? .infinity
            return Moment(
                from: nil, to: bot.name, kind: nil, start: seconds(bot.joinDue), end: seconds(bot.joinedAt ?? record.stopAt),
                value: claim.metric == MetricCatalog.joined ? (bot.joinedAt == nil ? 0 : 1) : value)
        }
    }

    private func recoveryMoments(_ chosen: [Track], _ ranges: [TimeRange]) -> [Moment] {
        record.faults.filter { Self.isInside($0.end, ranges) }.flatMap { fault in
            chosen.filter { fault.hits.contains($0.audit.from) || fault.hits.contains($0.audit.to) }
                .filter { $0.range.end > fault.end }.map { track in
                    let next = track.completions.first { $0 >= fault.end }
                    return moment(
                        track, fault.end, next ?? track.range.end, next.map { ($0 - fault.end).inSeconds } ?? .infinity)
                }
        }
    }

    private func gapMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        let shortest = track.audit.kind == .video ? 1.0 : 0.2
        return zip([track.range.start] + track.completions, track.completions + [track.range.end]).compactMap { start, end in
            let length = end > start ? (end - start).inSeconds : 0
            return length > shortest && Self.isInside(start, ranges) ? moment(track, start, end, length) : nil
        }
    }

    private func freezeMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        Self.freezes(of: track).filter { Self.isInside($0.range.start, ranges) }.map {
            moment(track, $0.range.start, $0.range.end, $0.range.length.inSeconds)
        }
    }

    // MARK: - Second by second

    /// Puts the frames that were due in each second of the run together.
    private func bySecond(
        _ track: Track, _ ranges: [TimeRange], _ value: ([FrameAudit.Frame]) -> Double?
    ) -> [Moment] {
        var moments: [Moment] = []
        var rest = track.audit.frames[...]
        while let first = rest.first {
            let start = record.epoch + .seconds(record.epoch.nanoseconds(to: first.due) / 1_000_000_000)
            let end = start + .seconds(1)
            let frames = rest.prefix { $0.due < end }
            guard !frames.isEmpty else { break }
            rest = rest.dropFirst(frames.count)
            let looked = frames.filter { Self.isInside($0.due, ranges) }
            if !looked.isEmpty, let value = value(looked) { moments.append(moment(track, start, end, value)) }
        }
        return moments
    }

    private func latencyMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        bySecond(track, ranges) { frames in frames.filter { $0.outcome == .intact }.map(\.latency.inSeconds).max() }
    }

    private func shareMoments(
        _ track: Track, _ ranges: [TimeRange], _ counts: (FrameAudit.Frame) -> Bool
    ) -> [Moment] {
        bySecond(track, ranges) { frames in
            let due = frames.filter { $0.outcome != .withheld }
            return due.isEmpty ? nil : Double(due.count(where: counts)) / Double(due.count)
        }
    }

    private func droppedMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        bySecond(track, ranges) { frames in
            let sent = frames.reduce(0) { $0 + $1.packets }
            return sent == 0 ? nil : Double(frames.reduce(0) { $0 + $1.packetsDropped }) / Double(sent)
        }
    }

    private func frameRateMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        let shown = PlayedFrames(track.audit, until: track.range.end).shownAt
        var moments: [Moment] = []
        var next = 0
        var start = track.range.start
        while start + .seconds(1) <= track.range.end {
            let end = start + .seconds(1)
            let first = next
            while next < shown.count, shown[next] < end { next += 1 }
            if Self.isInside(start, ranges), Self.isInside(end, ranges) {
                moments.append(moment(track, start, end, Double(next - first)))
            }
            start = end
        }
        return moments
    }

    private func bitrateMoments(_ track: Track, _ ranges: [TimeRange]) -> [Moment] {
        let within = ranges.map { TimeRange(start: max($0.start, track.range.start), end: min($0.end, track.range.end)) }
        let steps = track.connections.flatMap { Array(zip($0.samples, $0.samples.dropFirst())) }
        return steps.compactMap { earlier, later in
            guard within.contains(where: { $0.contains(earlier.at) && $0.contains(later.at) }), later.at > earlier.at,
                let before = earlier.tracks.first(where: { $0.name == track.audit.name }),
                let after = later.tracks.first(where: { $0.name == track.audit.name }),
                after.bytesReceived >= before.bytesReceived
            else { return nil }
            let rate = Double(after.bytesReceived - before.bytesReceived) * 8 / (later.at - earlier.at).inSeconds
            return moment(track, earlier.at, later.at, rate)
        }
    }
}
