import MediaTracks
import RTCCore
import RTCPeer

/// Plays one file on one transceiver, over and over, from a key frame on.
struct Playback {
    /// Requests for a picture are answered at most this often, as browsers do.
    static let keyFrameInterval = Duration.milliseconds(500)

    let media: MediaTrack
    let transceiver: Int
    /// The place of its layer in a simulcast; 0 where there is none.
    let layer: Int
    private var nextIndex: Int
    private var nextDue: Instant
    private var mediaTime: UInt32 = 0
    private var lastJump: Instant?
    private var hasSent = false
    /// Nothing but signs of life was sent since the last talk.
    private var isStill = false

    init(media: MediaTrack, transceiver: Int, layer: Int = 0, from start: Instant, random: inout SplitMix64) {
        self.media = media
        self.transceiver = transceiver
        self.layer = layer
        nextDue = start
        nextIndex = media.keyFrames.randomElement(using: &random) ?? 0
    }

    var deadline: Instant { nextDue }

    /// Begins again with a key frame, now that somebody listens.
    mutating func start(at now: Instant) {
        nextDue = now
        nextIndex = media.keyFrames.first { $0 >= nextIndex } ?? media.keyFrames.first ?? 0
    }

    mutating func advance(to now: Instant, peer: inout Peer) {
        while nextDue <= now {
            guard peer.maySend(on: transceiver, layer: layer) || hasSent else {
                // Not negotiated yet: the file waits at its key frame.
                nextDue = now + .milliseconds(10)
                return
            }
            let frame = media.frame(nextIndex)
            let outgoing = OutgoingFrame(
                captureTime: nextDue, mediaTime: mediaTime, isKey: frame.isKey, audioLevel: frame.audioLevel,
                width: media.width, height: media.height, beginsTalkSpurt: isStill && frame.beginsTalkSpurt)
            if frame.isDiscontinued, peer.prefersDiscontinuity(on: transceiver) {
                isStill = true
                step()
                continue
            }
            if !frame.isSilence { isStill = false }
            let sent = peer.send(outgoing, on: transceiver, layer: layer, packetCount: frame.packetCount, now: now) { index in
                let packet = media.packet(frame.firstPacket + index)
                return OutgoingPacket(
                    payload: packet.payload, isFirstOfFrame: packet.isFirstOfFrame, isLastOfFrame: packet.isLastOfFrame,
                    descriptor: packet.descriptor)
            }
            if sent != nil { hasSent = true }
            step()
        }
    }

    private mutating func step() {
        let here = media.frame(nextIndex)
        let isLast = nextIndex + 1 == media.frameCount
        let next = media.frame(isLast ? 0 : nextIndex + 1)
        mediaTime &+= isLast ? media.loopTicks - here.rtpOffset : next.rtpOffset - here.rtpOffset
        let wait = isLast ? media.loopDuration - here.dueOffset : next.dueOffset - here.dueOffset
        nextDue = nextDue.advanced(byNanoseconds: Int64(wait))
        nextIndex = isLast ? 0 : nextIndex + 1
    }

    /// The far side needs a picture.
    mutating func requestKeyFrame(at now: Instant) {
        guard media.kind == .video, lastJump.map({ now - $0 >= Self.keyFrameInterval }) ?? true else { return }
        lastJump = now
        nextIndex = media.keyFrames.first { $0 >= nextIndex } ?? media.keyFrames.first ?? 0
    }
}
