internal import Measurement
internal import MediaTracks
internal import RTCCore
internal import RTCPeer

/// Plays one file on one transceiver: says which frame is due when, and keeps the sender's book.
///
/// Video starts at a key frame of its own choice and loops; RTP time and due time go on over the seam. A request for a picture
/// jumps to the next key frame, and what is skipped was never due.
struct MediaSchedule {
    struct Timing: Sendable {
        /// Requests for a picture are answered at most this often.
        var keyFrameInterval: Duration = .seconds(1)
    }

    private(set) var media: MediaTrack
    /// What was sent of files that were played before.
    private var played: [SentTrackRecord] = []
    let transceiver: Int
    /// The layer of a simulcast: its place, and what it is called.
    let layer: Int
    let rid: String?
    private let timing = Timing()
    private var nextIndex: Int
    private var nextDue: Instant
    private var mediaTime: UInt32 = 0
    private var lastJump: Instant?
    /// Nothing but signs of life was sent since the last talk.
    private var isStill = false
    /// Frames are due and withheld; what follows begins with a whole picture.
    var isMuted = false {
        didSet { if oldValue, !isMuted { jumpToKeyFrame() } }
    }
    private(set) var frames: [SentFrame] = []
    private(set) var framesNotOffered = 0
    private(set) var slip = ScheduleSlip()
    private(set) var ssrc: UInt32 = 0
    /// Of the sound that was sent.
    private(set) var audioEnergy = AudioEnergy()
    private var timestampOffset: UInt32 = 0

    /// - Parameters:
    ///   - start: When the first frame is due.
    ///   - end: When the last can be due, to size the book.
    init(
        media: MediaTrack, transceiver: Int, layer: Int = 0, rid: String? = nil, from start: Instant, until end: Instant,
        random: inout SplitMix64
    ) {
        self.media = media
        self.transceiver = transceiver
        self.layer = layer
        self.rid = rid
        nextDue = start
        nextIndex = media.keyFrames.randomElement(using: &random) ?? 0
        let seconds = max(0, (end - start).inSeconds)
        frames.reserveCapacity(Int(seconds * Double(media.frameCount) / max(media.duration.inSeconds, 0.001)) + 64)
    }

    /// Whether it shows a screen, which the camera's switch does not concern.
    var isScreen: Bool { TrackName.isScreen(rid) }
    /// When the track was taken away.
    private var endedAt: Instant?
    var isOver: Bool { endedAt != nil }

    var deadline: Instant { nextDue }

    /// Nothing more is due.
    mutating func end(at now: Instant) {
        guard endedAt == nil else { return }
        endedAt = now
        nextDue = Instant(nanoseconds: .max)
    }

    /// Sends every frame that is due.
    mutating func advance(to now: Instant, until end: Instant, peer: inout Peer) {
        while nextDue <= now, nextDue < end {
            let frame = media.frame(nextIndex)
            let due = nextDue
            slip.record(now - due)
            let outgoing = OutgoingFrame(
                captureTime: due, mediaTime: mediaTime, isKey: frame.isKey, audioLevel: frame.audioLevel,
                width: media.width, height: media.height, beginsTalkSpurt: isStill && frame.beginsTalkSpurt)
            let isSilence = !isMuted && frame.isDiscontinued && peer.prefersDiscontinuity(on: transceiver)
            let sent =
                isMuted || isSilence
                ? nil
                : peer.send(outgoing, on: transceiver, layer: layer, packetCount: frame.packetCount, now: now) { index in
                    let packet = media.packet(frame.firstPacket + index)
                    return OutgoingPacket(
                        payload: packet.payload, isFirstOfFrame: packet.isFirstOfFrame, isLastOfFrame: packet.isLastOfFrame,
                        descriptor: packet.descriptor)
                }
            if let sent {
                ssrc = sent.ssrc
                if media.kind == .audio { audioEnergy.add(level: frame.audioLevel) }
                frames.append(
                    SentFrame(
                        due: due, sentAt: now, rtpTimestamp: mediaTime, frameIndex: Int32(nextIndex),
                        packetCount: Int32(frame.packetCount), firstSequence: sent.firstSequence))
                if !frame.isSilence { isStill = false }
            } else if peer.selectedPath != nil, !isMuted, !isSilence, peer.isWanted(layer: layer, of: transceiver) {
                framesNotOffered += 1
            } else {
                // Without a path that consents to it nothing may be sent (RFC 7675 §5.1), nor a layer that the far side no longer takes:
                // the frame was due and is withheld, as is silence that the far side wants no packets for.
                frames.append(
                    SentFrame(
                        due: due, sentAt: now, rtpTimestamp: mediaTime, frameIndex: Int32(nextIndex), packetCount: 0,
                        firstSequence: 0, isSilence: isSilence && peer.selectedPath != nil))
                if isSilence { isStill = true }
            }
            step(from: nextIndex)
        }
    }

    private mutating func step(from index: Int) {
        let here = media.frame(index)
        let isLast = index + 1 == media.frameCount
        let next = isLast ? media.frame(0) : media.frame(index + 1)
        let ticks = isLast ? media.loopTicks - here.rtpOffset : next.rtpOffset - here.rtpOffset
        let nanoseconds = isLast ? media.loopDuration - here.dueOffset : next.dueOffset - here.dueOffset
        mediaTime &+= ticks
        nextDue = nextDue.advanced(byNanoseconds: Int64(nanoseconds))
        nextIndex = isLast ? 0 : index + 1
    }

    /// The far side needs a picture.
    mutating func requestKeyFrame(at now: Instant) {
        guard media.kind == .video, lastJump.map({ now - $0 >= timing.keyFrameInterval }) ?? true else { return }
        lastJump = now
        jumpToKeyFrame()
    }

    private mutating func jumpToKeyFrame() {
        guard media.kind == .video else { return }
        nextIndex = media.keyFrames.first { $0 >= nextIndex } ?? media.keyFrames.first ?? 0
    }

    /// Goes on with another file on the same track, from a key frame on; due times and RTP time go on, too.
    mutating func replace(with other: MediaTrack) {
        precondition(other.kind == media.kind, "a track keeps its kind")
        played.append(record)
        media = other
        nextIndex = other.keyFrames.first ?? 0
        frames = []
        framesNotOffered = 0
    }

    /// The sender's book, file by file.
    var records: [SentTrackRecord] { played + [record] }

    private var record: SentTrackRecord {
        var record = SentTrackRecord(
            kind: media.kind, rid: rid, media: media, ssrc: ssrc, frames: frames, framesNotOffered: framesNotOffered)
        record.endedAt = endedAt
        return record
    }
}
