internal import RTCWire

/// AV1's temporal units as IVF holds them: OBUs with sizes (AV1 bitstream specification §5, AV1 in RTP §5).
enum AV1Frames {
    private struct Refusal: Error {
        var offset: Int
        var what: String
        var remedy: String?
    }

    /// Takes each temporal unit apart, and leaves out what RTP leaves out: sizes, temporal delimiters, padding and tile lists.
    static func read(
        _ bytes: [UInt8], _ frames: [EncodedFrame], of header: EncodedVideo, name: String
    ) throws(MediaFileError) -> EncodedVideo {
        var video = header
        var sequence: (header: AV1SequenceHeader, unit: ArraySlice<UInt8>)?
        for (index, frame) in frames.enumerated() {
            do throws(Refusal) {
                let parts = try parts(of: bytes[frame.range], index: index)
                let unit = parts.first { type(of: $0) == AV1OpenBitstreamUnit.sequenceHeader }
                if let unit {
                    let parsed = try parse(unit, index: index)
                    let facts = FrameFacts(isKey: true, isShown: true, width: parsed.width, height: parsed.height)
                    do throws(MediaFileError) {
                        try facts.check(index: index, of: video, name: name, offset: frame.range.lowerBound)
                    } catch { throw Refusal(offset: frame.range.lowerBound, what: error.what, remedy: error.remedy) }
                    sequence = (parsed, unit)
                }
                guard sequence != nil else {
                    throw Refusal(
                        offset: frame.range.lowerBound,
                        what: "the first frame has no sequence header, so nobody could begin to decode",
                        remedy: "cut the file at a key frame")
                }
                let isKey = try checkFrames(parts, index: index, hasSequence: unit != nil)
                video.append(
                    parts: parts, at: frame.presentationTime, isKey: isKey, fileOffset: frame.range.lowerBound)
            } catch {
                throw MediaFileError(file: name, offset: error.offset, what: error.what, remedy: error.remedy)
            }
        }
        if let sequence {
            video.formatParameters =
                "profile=\(sequence.header.profile);level-idx=\(sequence.header.levelIndex);tier=\(sequence.header.tier)"
        }
        return video
    }

    private static func type(of unit: ArraySlice<UInt8>) -> UInt8 { unit[unit.startIndex] >> 3 & 15 }

    private static func parts(of payload: ArraySlice<UInt8>, index: Int) throws(Refusal) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var offset = payload.startIndex
        while offset < payload.endIndex {
            let rest = payload[offset...]
            guard let unit = AV1OpenBitstreamUnit(rest.span.bytes) else {
                throw Refusal(offset: offset, what: "frame \(index) is not made of AV1's OBUs", remedy: "encode it anew")
            }
            var body = (offset + unit.headerSize)..<payload.endIndex
            if unit.hasSize {
                guard let (size, end) = AV1OpenBitstreamUnit.readLEB128(rest.span.bytes, at: unit.headerSize),
                    size <= payload.endIndex - offset - end
                else {
                    throw Refusal(
                        offset: offset, what: "an OBU of frame \(index) reaches past the frame's end", remedy: "encode it anew")
                }
                body = (offset + end)..<(offset + end + size)
            }
            switch unit.type {
            case AV1OpenBitstreamUnit.temporalDelimiter, AV1OpenBitstreamUnit.padding, AV1OpenBitstreamUnit.tileList: break
            default:
                // Without its size, as RTP has them (AV1 in RTP §5).
                var part = Array(payload[offset..<(offset + unit.headerSize)])
                part[0] &= ~0x02
                part += payload[body]
                parts.append(part[...])
            }
            offset = body.upperBound
        }
        return parts
    }

    private static func parse(_ unit: ArraySlice<UInt8>, index: Int) throws(Refusal) -> AV1SequenceHeader {
        let body = unit.dropFirst(AV1OpenBitstreamUnit(unit.span.bytes)?.headerSize ?? unit.count)
        guard let parsed = AV1SequenceHeader(body.span.bytes) else {
            throw Refusal(offset: 0, what: "the sequence header of frame \(index) is cut short", remedy: "encode it anew")
        }
        return parsed
    }

    /// - Returns: Whether the frame is a key frame.
    private static func checkFrames(_ parts: [ArraySlice<UInt8>], index: Int, hasSequence: Bool) throws(Refusal) -> Bool {
        let frames = parts.filter {
            type(of: $0) == AV1OpenBitstreamUnit.frame || type(of: $0) == AV1OpenBitstreamUnit.frameHeader
        }
        guard frames.count == 1, let frame = frames.first, frame.count >= 2 else {
            throw Refusal(
                offset: 0, what: "frame \(index) holds \(frames.count) frames of AV1, where RTP has a time for one",
                remedy: "encode it without hidden frames (ffmpeg: \(FrameFacts.withoutHidden(.av1)))")
        }
        let hasExtension = frame[frame.startIndex] & 0x04 != 0
        guard !hasExtension || frame.count >= 3 else { return false }
        // show_existing_frame, then two bits of frame_type, of which 0 is a key frame; then show_frame (§5.9.2).
        let first = frame[frame.startIndex + (hasExtension ? 2 : 1)]
        guard first & 0x80 == 0, first & 0x10 != 0 else {
            throw Refusal(
                offset: 0, what: "frame \(index) is never shown or repeats another, which RTP has no time for",
                remedy: "encode it without them (ffmpeg: \(FrameFacts.withoutHidden(.av1)))")
        }
        return first & 0x60 == 0 && hasSequence
    }
}
