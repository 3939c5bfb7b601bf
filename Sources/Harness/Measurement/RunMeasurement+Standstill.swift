internal import RTCCore
internal import RTCPeer

/// Video that stands still and sound that stops, within the windows of an assertion: stretches count by what lies inside, their number by
/// where they began.
extension RunMeasurement {
    /// A track of which no picture could be shown stood still once, all the time.
    static func freezes(of track: Track) -> [PlayedFrames.Freeze] {
        let played = PlayedFrames(track.audit, until: track.range.end)
        guard played.shownAt.isEmpty else { return played.freezes }
        return [PlayedFrames.Freeze(range: track.range, isOpen: true)]
    }

    func freezeRatio(_ track: Track, _ ranges: [TimeRange]) -> Double? {
        let looked = Self.time(in: ranges, of: track.range)
        return looked > 0 ? min(1, frozenTime(track, ranges) / looked) : nil
    }

    func freezeCount(_ track: Track, _ ranges: [TimeRange]) -> Double {
        Double(Self.freezes(of: track).count { Self.isInside($0.range.start, ranges) })
    }

    /// Seconds.
    ///
    /// - Parameter open: Only of what still stood still when the track ended.
    func frozenTime(_ track: Track, _ ranges: [TimeRange], open: Bool = false) -> Double {
        Self.freezes(of: track).reduce(0) { $0 + (open && !$1.isOpen ? 0 : Self.time(in: ranges, of: $1.range)) }
    }

    func pauseCount(_ track: Track, _ ranges: [TimeRange]) -> Double {
        Double(PlayedFrames(track.audit, until: track.range.end).pauses.count { Self.isInside($0.start, ranges) })
    }

    func pausedTime(_ track: Track, _ ranges: [TimeRange]) -> Double {
        PlayedFrames(track.audit, until: track.range.end).pauses.reduce(0) { $0 + Self.time(in: ranges, of: $1) }
    }

    func interruptionCount(_ track: Track, _ ranges: [TimeRange]) -> Double {
        Double(Self.interruptions(of: track).count { Self.isInside($0.start, ranges) })
    }

    func interruptedTime(_ track: Track, _ ranges: [TimeRange]) -> Double {
        Self.interruptions(of: track).reduce(0) { $0 + Self.time(in: ranges, of: $1) }
    }

    /// Those before the first frame and after the last included: sound was due from the beginning to the end.
    private static func interruptions(of track: Track) -> [TimeRange] {
        guard let first = track.completions.first else { return [track.range] }
        var detector = InterruptionDetector()
        var found: [TimeRange] = []
        if track.range.start.nanoseconds(to: first) >= InterruptionDetector.shortest {
            found.append(TimeRange(start: track.range.start, end: first))
        }
        for completion in track.completions {
            if let start = detector.receive(at: completion, duration: track.audit.frameDuration) {
                found.append(TimeRange(start: start, end: completion))
            }
        }
        if detector.open(at: track.range.end) > .zero, let end = detector.end {
            found.append(TimeRange(start: end, end: track.range.end))
        }
        return found
    }

    private static func time(in ranges: [TimeRange], of stretch: TimeRange) -> Double {
        ranges.reduce(0) { $0 + $1.overlap(stretch).inSeconds }
    }
}
