internal import MediaTracks
internal import RTCCore

/// What one connection sent on one track: the books of all files that were played on it, one after the other.
///
/// Due times and RTP time go on from file to file, so that the frames are one sequence.
struct SentBook {
    private let records: [SentTrackRecord]
    /// The place of each record's first frame.
    private let starts: [Int]
    let count: Int

    /// - Parameter records: Of one kind and one SSRC, in the order in which they were played; at least one.
    init(_ records: [SentTrackRecord]) {
        precondition(!records.isEmpty, "a track was sent")
        self.records = records
        var starts: [Int] = []
        var count = 0
        for record in records {
            starts.append(count)
            count += record.frames.count
        }
        self.starts = starts
        self.count = count
    }

    var kind: MediaKind { records[0].kind }

    var rid: String? { records[0].rid }

    /// The source of all of them; 0 where nothing was sent.
    var ssrc: UInt32 { records.last { $0.ssrc != 0 }?.ssrc ?? 0 }

    /// What one frame of the first file lasts, on average.
    var frameDuration: Duration { records[0].media.duration / max(1, records[0].media.frameCount) }

    private func record(of place: Int) -> Int {
        var record = records.count - 1
        while starts[record] > place { record -= 1 }
        return record
    }

    subscript(place: Int) -> SentFrame {
        let record = record(of: place)
        return records[record].frames[place - starts[record]]
    }

    /// What the file says of a frame.
    func facts(_ place: Int) -> MediaFrame {
        let record = record(of: place)
        return records[record].media.frame(Int(records[record].frames[place - starts[record]].frameIndex))
    }

    /// Whether any of the files has such a frame.
    func knows(_ fingerprint: FrameFingerprint) -> Bool {
        records.contains { $0.media.index(of: fingerprint) != nil }
    }
}
