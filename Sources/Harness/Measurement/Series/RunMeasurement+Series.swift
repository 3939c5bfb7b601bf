public import RTCCore

extension RunMeasurement {
    /// One quantity of all tracks of a kind, second by second from the start of the run; not yet thinned out.
    public func series(_ quantity: SeriesQuantity, _ kind: MediaKind) -> PercentileSeries {
        let count = max(1, Int(((record.stopAt - record.epoch).inSeconds).rounded(.up)))
        var steps = [[Double]](repeating: [], count: count)
        switch quantity {
        case .bitrateIn:
            for track in tracks where track.audit.kind == kind {
                for connection in track.connections {
                    addRates(of: connection, track.audit.name, within: track.range, { $0.bytesReceived }, to: &steps)
                }
            }
        case .bitrateOut:
            for bot in record.bots {
                let sending = TimeRange(start: record.epoch, end: bot.stopDue)
                for connection in bot.connections {
                    for name in connection.sentNames where name.kind == kind {
                        addRates(of: connection, name, within: sending, { $0.bytesSent }, to: &steps)
                    }
                }
            }
        case .latency:
            for track in tracks where track.audit.kind == kind {
                for frame in track.audit.frames where frame.outcome == .intact {
                    add(frame.latency.inSeconds, at: frame.due, to: &steps)
                }
            }
        case .frameRate:
            for track in tracks where track.audit.kind == kind { addFrameRates(of: track, to: &steps) }
        case .networkLoss:
            for track in tracks where track.audit.kind == kind {
                addShares(of: track, part: { $0.packetsDropped }, whole: { $0.packets }, to: &steps)
            }
        case .framesLost:
            for track in tracks where track.audit.kind == kind {
                addShares(
                    of: track, part: { $0.outcome == .damaged || $0.outcome == .missing ? 1 : 0 },
                    whole: { $0.outcome == .withheld ? 0 : 1 }, to: &steps)
            }
        }
        return PercentileSeries(steps: steps)
    }

    private func second(of instant: Instant) -> Int {
        Int(record.epoch.nanoseconds(to: instant) / 1_000_000_000)
    }

    private func add(_ sample: Double, at instant: Instant, to steps: inout [[Double]]) {
        let second = second(of: instant)
        guard steps.indices.contains(second), sample.isFinite else { return }
        steps[second].append(sample)
    }

    /// Each difference of two samples counts for the second in whose midst it lies.
    private func addRates(
        of connection: ConnectionRecord, _ name: TrackName, within range: TimeRange,
        _ bytes: (ConnectionSample.Track) -> UInt64, to steps: inout [[Double]]
    ) {
        for (earlier, later) in zip(connection.samples, connection.samples.dropFirst())
        where range.contains(earlier.at) && range.contains(later.at) && later.at > earlier.at {
            guard let before = earlier.tracks.first(where: { $0.name == name }),
                let after = later.tracks.first(where: { $0.name == name }), bytes(after) >= bytes(before)
            else { continue }
            let length = later.at - earlier.at
            let rate = Double(bytes(after) - bytes(before)) * 8 / length.inSeconds
            add(rate, at: earlier.at + .nanoseconds(length.inNanoseconds / 2), to: &steps)
        }
    }

    /// Only seconds in which pictures were due from beginning to end.
    private func addFrameRates(of track: Track, to steps: inout [[Double]]) {
        var counts = [Int](repeating: 0, count: steps.count)
        for shown in PlayedFrames(track.audit, until: track.range.end).shownAt {
            let second = second(of: shown)
            if counts.indices.contains(second) { counts[second] += 1 }
        }
        for (second, count) in counts.enumerated() {
            let start = record.epoch + .seconds(second)
            if start >= track.range.start, start + .seconds(1) <= track.range.end { steps[second].append(Double(count)) }
        }
    }

    private func addShares(
        of track: Track, part: (FrameAudit.Frame) -> Int, whole: (FrameAudit.Frame) -> Int, to steps: inout [[Double]]
    ) {
        var parts = [Int](repeating: 0, count: steps.count)
        var wholes = parts
        for frame in track.audit.frames {
            let second = second(of: frame.due)
            guard steps.indices.contains(second) else { continue }
            parts[second] += part(frame)
            wholes[second] += whole(frame)
        }
        for second in steps.indices where wholes[second] > 0 {
            steps[second].append(Double(parts[second]) / Double(wholes[second]))
        }
    }
}
