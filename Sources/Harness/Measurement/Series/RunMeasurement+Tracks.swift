internal import RTCCore

extension RunMeasurement {
    /// Every received track, in the order of senders, then of receivers.
    public var trackQualities: [TrackQuality] {
        tracks.map { track in
            let frames = track.audit.frames
            let latencies = frames.filter { $0.outcome == .intact }.map(\.latency.inSeconds)
            let freezes = track.audit.kind == .video ? Self.freezes(of: track) : []
            let gaps = zip([track.range.start] + track.completions, track.completions + [track.range.end]).map {
                TimeRange(start: $0, end: $1)
            }
            let gap = gaps.reduce(TimeRange(start: track.range.start, end: track.range.start)) { $1.length > $0.length ? $1 : $0 }
            return TrackQuality(
                from: track.audit.from, to: track.audit.to, kind: track.audit.kind, rid: track.audit.rid,
                framesSent: track.audit.sent,
                framesIntact: track.audit.count(.intact), framesWithheld: track.audit.count(.withheld),
                packetsSent: frames.reduce(0) { $0 + $1.packets },
                packetsDropped: frames.reduce(0) { $0 + $1.packetsDropped },
                latencyP50: latencies.isEmpty ? nil : Aggregate.p50.value(of: latencies),
                latencyP95: latencies.isEmpty ? nil : Aggregate.p95.value(of: latencies), freezeCount: freezes.count,
                freezeTime: freezes.reduce(0) { $0 + $1.range.length.inSeconds },
                longestGap: gap.length.inSeconds, longestGapStart: Double(record.epoch.nanoseconds(to: gap.start)) / 1e9)
        }
    }

    /// Every pair that was to see each other, by receiver, then by sender.
    public var sightings: [Sighting] {
        var firsts: [[Int]: Instant] = [:]
        for track in tracks {
            let key = [track.receiver, track.sender, track.audit.kind == .video ? 0 : 1]
            guard let first = track.completions.first else { continue }
            firsts[key] = min(firsts[key] ?? first, first)
        }
        return expectedPairs.map { pair in
            let sender = record.bots[pair.sender]
            let receiver = record.bots[pair.receiver]
            let due = max(receiver.joinDue, sender.joinDue)
            return Sighting(
                receiver: receiver.name, sender: sender.name, room: sender.room, kinds: sender.publishes,
                firstVideo: firsts[[pair.receiver, pair.sender, 0]].map { ($0 - due).inSeconds },
                firstAudio: firsts[[pair.receiver, pair.sender, 1]].map { ($0 - due).inSeconds })
        }
    }
}
