import RTCCore
import RTCPeer
import RTCWire
import SignalingProtocol

/// Puts one incoming track back in order and decodes it: gaps that repair left, whole frames, and whether they are what they claim to be.
///
/// A packet that is missing is waited for until one that came ``patience`` ago is newer; then it is a gap. Behind a gap a picture is only
/// decoded from the next key frame on, as in any player.
final class TrackAudit {
    /// Longer than any repair that a player would wait for.
    static let patience = Duration.milliseconds(1000)

    private struct Packet {
        var timestamp: UInt32
        var marker: Bool
        var format: PayloadFormat?
        var bytes: [UInt8]
        var arrivedAt: Instant
    }

    private let kind: MediaKind
    private var ssrc: UInt32?
    private var unwrapper = SequenceUnwrapper()
    private var waiting: [Int64: Packet] = [:]
    private var next: Int64?
    private var newest: Int64 = 0
    private var decoder: FrameDecoder
    private var frame: [UInt8] = []
    private var frameTimestamp: UInt32 = 0
    private var isFrameKey = false
    private var format: PayloadFormat?
    private var isFrameBroken = false
    private var isFrameOpen = false
    private var awaitsKeyFrame = true

    private var packets = 0
    private var repaired = 0
    private var duplicates = 0
    private var padding = 0
    private var gaps = 0
    private var sources = 0
    private var framesWhole = 0
    private var framesBroken = 0
    private var framesSkipped = 0
    private var framesCounted = 0
    private var framesDamaged = 0

    init(kind: MediaKind) {
        self.kind = kind
        decoder = FrameDecoder(kind: kind)
    }

    func count(_ frame: ReceivedFrame) {
        if frame.outcome == .intact { framesCounted += 1 } else { framesDamaged += 1 }
    }

    func receive(_ packet: ReceivedPayload) {
        if packet.ssrc != ssrc { begin(packet.ssrc) }
        let sequence = unwrapper.unwrap(packet.sequenceNumber)
        if next == nil { next = sequence }
        guard let expected = next, sequence >= expected, waiting[sequence] == nil else {
            duplicates += 1
            return
        }
        packets += 1
        if packet.overRTX { repaired += 1 }
        newest = max(newest, sequence)
        waiting[sequence] = Packet(
            timestamp: packet.timestamp, marker: packet.marker, format: packet.format, bytes: Array(packet.bytes),
            arrivedAt: packet.arrivedAt)
        play(now: packet.arrivedAt)
    }

    private func begin(_ source: UInt32) {
        if ssrc != nil { play(now: nil) }
        ssrc = source
        sources += 1
        unwrapper = SequenceUnwrapper()
        waiting.removeAll()
        next = nil
        newest = 0
        breakFrame()
    }

    /// Takes what is next in line, and gives up what has been waited for long enough; all of it where there is no later.
    private func play(now: Instant?) {
        while let sequence = next, !waiting.isEmpty {
            if let packet = waiting.removeValue(forKey: sequence) {
                take(packet)
                next = sequence + 1
                continue
            }
            guard let following = waiting.keys.min(), let packet = waiting[following] else { return }
            if let now, now - packet.arrivedAt < Self.patience { return }
            gaps += Int(following - sequence)
            breakFrame()
            next = following
        }
    }

    private func breakFrame() {
        if isFrameOpen { isFrameBroken = true }
        awaitsKeyFrame = true
    }

    private func take(_ packet: Packet) {
        guard !packet.bytes.isEmpty else {
            padding += 1
            return
        }
        format = packet.format
        guard kind == .video else {
            framesWhole += 1
            decoder.decode(packet.bytes, .opus)
            return
        }
        guard let format, let facts = packet.bytes.withUnsafeBytes({ VideoPayload.parse($0, format: format) }) else {
            return breakFrame()
        }
        if !isFrameOpen || packet.timestamp != frameTimestamp {
            if isFrameOpen { framesBroken += 1 }
            frame.removeAll(keepingCapacity: true)
            frameTimestamp = packet.timestamp
            isFrameOpen = true
            isFrameBroken = facts.start == .no
            isFrameKey = false
        }
        isFrameKey = isFrameKey || facts.isKey
        frame += packet.bytes[Self.descriptorSize(packet.bytes, format)...]
        guard packet.marker else { return }
        isFrameOpen = false
        if isFrameBroken { framesBroken += 1 } else { finishFrame(format) }
    }

    private static func descriptorSize(_ bytes: [UInt8], _ format: PayloadFormat) -> Int {
        switch format {
        case .vp8: (try? VP8PayloadDescriptor.parse(bytes.span.bytes))?.size ?? 0
        case .vp9: (try? VP9PayloadDescriptor.parse(bytes.span.bytes))?.size ?? 0
        case .h264, .av1, .opus: 0
        }
    }

    private func finishFrame(_ format: PayloadFormat) {
        framesWhole += 1
        if isFrameKey { awaitsKeyFrame = false }
        if awaitsKeyFrame { framesSkipped += 1 } else { decoder.decode(frame, format) }
    }

    func report() -> JSONObject {
        let missing = waiting.isEmpty ? 0 : Int(newest - (next ?? newest) + 1) - waiting.count
        return [
            "codec": .text(format?.name), "decodeErrors": .integer(Int64(decoder.errors)),
            "decoded": .integer(Int64(decoder.decoded)),
            "duplicates": .integer(Int64(duplicates)), "firstError": .text(decoder.firstError),
            "framesBroken": .integer(Int64(framesBroken)), "framesCounted": .integer(Int64(framesCounted)),
            "framesDamaged": .integer(Int64(framesDamaged)), "framesSkipped": .integer(Int64(framesSkipped)),
            "framesWhole": .integer(Int64(framesWhole)), "gaps": .integer(Int64(gaps)),
            "height": .integer(Int64(decoder.height)), "loudest": .integer(Int64(decoder.loudest)),
            "missing": .integer(Int64(missing)), "packets": .integer(Int64(packets)), "padding": .integer(Int64(padding)),
            "pictures": .integer(Int64(decoder.pictures)), "repaired": .integer(Int64(repaired)),
            "sources": .integer(Int64(sources)), "width": .integer(Int64(decoder.width)),
        ]
    }
}
