import RTCCore
import RTCCrypto
import RTCPeer

/// What a pair is made of.
struct PairSetup {
    var seed: UInt64
    var wallClock: WallClock
    var dtls: DTLSContext
    /// `nil` to make one for each peer.
    var sharedCertificate: Certificate?
    var media: Media
}

/// The two packets that are sent all the time: 80 B of sound, and 1,100 B of video with its payload descriptor of 4 B.
struct Media: Sendable {
    static let videoBytes = 1100 - 4
    static let audioBytes = 80

    let audio: OutgoingPacket
    let video: OutgoingPacket
    let audioFingerprint: FrameFingerprint
    let videoFingerprint: FrameFingerprint

    /// The bytes are never freed, as peers demand of what they may send again.
    init() {
        audio = Self.packet(size: Self.audioBytes)
        video = Self.packet(size: Self.videoBytes)
        audioFingerprint = FrameFingerprint(audio.payload)
        videoFingerprint = FrameFingerprint(video.payload)
    }

    private static func packet(size: Int) -> OutgoingPacket {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        // An odd first byte is what a VP8 frame that is no key frame begins with (RFC 6386 §9.1).
        for index in 0..<size { bytes[index] = UInt8(truncatingIfNeeded: index &* 7 | 1) }
        return OutgoingPacket(payload: UnsafeRawBufferPointer(bytes), isFirstOfFrame: true, isLastOfFrame: true)
    }
}

/// What the pairs of one worker share.
///
/// Unchecked, because it is made and used on its worker's thread alone: the closure that makes a pair runs there, and nothing else
/// reaches it.
final class WorkerMaterial: @unchecked Sendable {
    let tally = Tally()
    private let profile: SRTPProfile
    private let sharesCertificate: Bool
    private let media: Media
    private var context: DTLSContext?
    private var certificate: Certificate?

    init(profile: SRTPProfile, sharesCertificate: Bool, media: Media) {
        self.profile = profile
        self.sharesCertificate = sharesCertificate
        self.media = media
    }

    func setup(seed: UInt64, wallClock: WallClock, now: Instant) throws -> PairSetup {
        let context = try context ?? DTLSContext(profiles: [profile], entropy: .system, clock: wallClock)
        self.context = context
        if sharesCertificate, certificate == nil {
            certificate = try .generate(unixSeconds: wallClock.unixSeconds(at: now), entropy: .system)
        }
        return PairSetup(seed: seed, wallClock: wallClock, dtls: context, sharedCertificate: certificate, media: media)
    }
}
