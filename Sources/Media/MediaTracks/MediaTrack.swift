public import RTCCore

/// A media file, split into packets once and shared by every bot that sends or receives it.
///
/// ```
///  file ──▶ encoded frames ──▶ packets ──▶ shared by all senders
///                    └───────▶ fingerprints ──▶ looked up by all receivers
/// ```
///
/// Unchecked, because pointers are never `Sendable`: all memory is written before `init` returns, never changed, and never
/// freed, not even with the object, so that packets outlive every owner.
public final class MediaTrack: @unchecked Sendable {
    /// Bytes of payload in a packet, without the payload descriptor.
    public static let defaultPayloadLimit = 1094

    public let kind: MediaKind
    /// As SDP spells it: `VP8`, `VP9`, `H264`, `AV1` or `opus`.
    public let codec: String
    /// What SDP says of the stream besides its codec, as an `fmtp` line has it; empty where there is nothing to say.
    public let formatParameters: String
    /// Ticks of RTP time per second: 90,000 for video and 48,000 for Opus.
    public let clockRate: UInt32
    /// The file's path as it was given.
    public let name: String
    /// Pixels; zero for audio.
    public let width: Int
    /// Pixels; zero for audio.
    public let height: Int
    /// Zero for video. (SDP says `opus/48000/2` whatever the file has, RFC 7587 §7.)
    public let channels: Int
    /// Nanoseconds from the start of one loop to the start of the next: due times continue over the seam.
    public let loopDuration: UInt64
    /// RTP ticks from the start of one loop to the start of the next: RTP time continues over the seam.
    public let loopTicks: UInt32
    public let frameCount: Int
    public let packetCount: Int
    /// Bytes of payload in one loop.
    public let payloadSize: Int
    /// Where decoding can begin, in order: for staggered starts, and to jump to on a picture loss indication. All frames of audio.
    public let keyFrames: [Int]
    /// Whether audio levels come from the audio; where not, each frame that is not silent has ``nominalLevel``.
    public let hasMeasuredLevels: Bool
    /// Whether there is silence in it for which nothing need be sent.
    public let isDiscontinuous: Bool
    /// What spoils a call without being wrong.
    public let warnings: [String]

    /// The level of speech whose level nobody measured, in −dBov.
    public static let nominalLevel: UInt8 = 30

    @usableFromInline let frames: UnsafePointer<MediaFrame>
    @usableFromInline let packets: UnsafePointer<SharedPacket>
    private let table: FingerprintTable

    init(_ library: consuming PacketLibrary, facts: Facts) {
        kind = facts.kind
        codec = facts.codec
        formatParameters = facts.formatParameters
        clockRate = facts.clockRate
        name = facts.name
        width = facts.width
        height = facts.height
        channels = facts.channels
        loopDuration = facts.loopDuration
        loopTicks = facts.loopTicks
        hasMeasuredLevels = facts.hasMeasuredLevels
        warnings = facts.warnings
        frameCount = library.frameCount
        packetCount = library.packetCount
        payloadSize = library.payloadSize
        let frames = UnsafePointer(library.frames)
        isDiscontinuous = (0..<library.frameCount).contains { frames[$0].isDiscontinued }
        keyFrames = (0..<library.frameCount).filter { frames[$0].isKey }
        self.frames = frames
        packets = UnsafePointer(library.packets)
        table = library.table
        library.handOver()
    }

    struct Facts {
        var kind: MediaKind
        var codec: String
        var formatParameters = ""
        var clockRate: UInt32
        var name: String
        var width = 0
        var height = 0
        var channels = 0
        var loopDuration: UInt64
        var loopTicks: UInt32
        var hasMeasuredLevels = false
        var warnings: [String] = []
    }

    /// How long one loop lasts.
    public var duration: Duration { .nanoseconds(Int64(loopDuration)) }

    /// Bits of payload per second, on average.
    public var bitrate: Double { Double(payloadSize) * 8e9 / Double(loopDuration) }

    /// One frame; `index` is below ``frameCount``.
    @inlinable
    public func frame(_ index: Int) -> MediaFrame {
        precondition(index >= 0 && index < frameCount, "no such frame")
        return frames[index]
    }

    /// One packet; `index` is below ``packetCount``.
    @inlinable
    public func packet(_ index: Int) -> SharedPacket {
        precondition(index >= 0 && index < packetCount, "no such packet")
        return packets[index]
    }

    /// The frame that has this fingerprint; `nil` for one that is not of this file, damaged, or silence. Allocates nothing.
    public func index(of fingerprint: FrameFingerprint) -> Int? {
        table.frame(of: fingerprint)
    }
}
