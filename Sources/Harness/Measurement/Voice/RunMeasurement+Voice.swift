internal import RTCCore
internal import RTCPeer

extension RunMeasurement {
    /// Of every received audio track that had something to hear, in the order of tracks.
    public var voiceQualities: [VoiceQuality] {
        let whole = ranges(of: nil)
        return tracks.filter { $0.audit.kind == .audio }.compactMap { voiceQuality($0, whole) }
    }

    /// Whatever was due and could not be played counts as lost: what the network dropped, what came too late for the model of a jitter
    /// buffer (``AudioPlayout``), and what was not sent because there was no way. The delay is that of the frames that were played,
    /// from the moment they were due until they left the buffer.
    func voiceQuality(_ track: Track, _ ranges: [TimeRange]) -> VoiceQuality? {
        let frames = track.audit.frames
        let waits = Self.waits(of: frames)
        var counter = BurstGapCounter()
        var delay: Int64 = 0
        var played: Int64 = 0
        var bytes = 0
        for (frame, wait) in zip(frames, waits) where Self.isInside(frame.due, ranges) && !frame.isSilence {
            counter.add(isReceived: wait != nil)
            bytes += frame.size
            guard let wait else { continue }
            played += 1
            delay += frame.latency.inNanoseconds + wait
        }
        let seconds = track.audit.frameDuration.inSeconds * Double(counter.packets)
        guard seconds > 0 else { return nil }
        return VoiceQuality(
            from: track.audit.from, to: track.audit.to, bitrate: Double(bytes) * 8 / seconds,
            ppl: 100 * Double(counter.lost) / Double(counter.packets), burstR: counter.burstRatio,
            ta: played == 0 ? 0 : Double(delay) / Double(played) / 1e6)
    }

    /// How long each frame waited in the model of a jitter buffer, in nanoseconds; `nil` where it was never played.
    private static func waits(of frames: [FrameAudit.Frame]) -> [Int64?] {
        var waits = [Int64?](repeating: nil, count: frames.count)
        var playout = AudioPlayout()
        let arrived = frames.indices.filter { frames[$0].outcome == .intact }
            .sorted { (frames[$0].completedAt, $0) < (frames[$1].completedAt, $1) }
        for index in arrived {
            let due = Int64(bitPattern: frames[index].due.nanoseconds)
            waits[index] = playout.receive(mediaTime: due, arrivedAt: frames[index].completedAt)
        }
        return waits
    }

    /// For each pair and second in which frames of both kinds came: how far apart their mean latencies are, in seconds.
    func skews(_ chosen: [Track], _ ranges: [TimeRange]) -> [Double] {
        return chosen.filter { $0.audit.kind == .video }.flatMap { video -> [Double] in
            let partner = chosen.first {
                $0.audit.kind == .audio && $0.sender == video.sender && $0.receiver == video.receiver
            }
            guard let audio = partner else { return [] }
            let (pictures, sounds) = (meanLatencies(video, ranges), meanLatencies(audio, ranges))
            return zip(pictures, sounds).compactMap { picture, sound in
                guard let picture, let sound else { return nil }
                return abs(picture - sound)
            }
        }
    }

    /// Of intact frames, by the second of the run in which they were due.
    private func meanLatencies(_ track: Track, _ ranges: [TimeRange]) -> [Double?] {
        let count = max(1, Int((record.stopAt - record.epoch).inSeconds.rounded(.up)))
        var sums = [(total: Double, count: Int)](repeating: (0, 0), count: count)
        for frame in track.audit.frames where frame.outcome == .intact && Self.isInside(frame.due, ranges) {
            let second = Int(record.epoch.nanoseconds(to: frame.due) / 1_000_000_000)
            guard sums.indices.contains(second) else { continue }
            sums[second].total += frame.latency.inSeconds
            sums[second].count += 1
        }
        return sums.map { $0.count == 0 ? nil : $0.total / Double($0.count) }
    }
}
