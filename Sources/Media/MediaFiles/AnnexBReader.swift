internal import RTCWire

/// Reads H.264 as a byte stream (ITU-T H.264 annex B): NAL units behind start codes, put together to pictures.
///
/// Sound has no place in it, nor have times: the rate is that of the parameter set, and pictures must be in the order in which they are
/// shown. What a decoder does not need is left out: delimiters, filler, supplemental information.
public enum AnnexBReader {
    /// Pictures per second of a file that does not say.
    static let usualRate: (UInt32, scale: UInt32) = (30, 1)

    /// Pictures per second that a stream may state; others are taken for none.
    static let plausibleRates = 1.0...1000.0

    /// - Parameter name: The file's name in errors.
    public static func read(_ bytes: [UInt8], name: String) throws(MediaFileError) -> EncodedVideo {
        let kind = MediaFileKind(sniffing: bytes)
        guard kind == .annexB else { throw kind.refusal(of: name, wantsVideo: true, wantsAudio: false) }
        var stream = H264Stream(name: name)
        for range in units(of: bytes) { try stream.receive(bytes[range]) }
        var video = try stream.finish()
        video.warnings += video.timingWarnings(name: name)
        return video
    }

    /// What lies between start codes of three or four bytes, without zeros at the end.
    static func units(of bytes: [UInt8]) -> [Range<Int>] {
        var units: [Range<Int>] = []
        var start: Int?
        var zeros = 0
        func close(_ end: Int) {
            guard let first = start else { return }
            var last = end
            while last > first, bytes[last - 1] == 0 { last -= 1 }
            if last > first { units.append(first..<last) }
        }
        for (index, byte) in bytes.enumerated() {
            if byte == 1, zeros >= 2 {
                close(index - zeros)
                start = index + 1
            }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        close(bytes.count)
        return units
    }
}

/// Puts NAL units together to access units (ITU-T H.264 §7.4.1.2.3).
private struct H264Stream {
    let name: String
    private var video: EncodedVideo?
    private var parameters: H264SequenceParameters?
    /// The newest sets by their order, which stand before each key frame.
    private var sequenceSet: ArraySlice<UInt8>?
    private var pictureSets: [ArraySlice<UInt8>] = []
    private var slices: [ArraySlice<UInt8>] = []
    private var isKey = false
    private var hasNoRate = false

    init(name: String) {
        self.name = name
    }

    private func refusal(_ offset: Int, _ what: String, _ remedy: String) -> MediaFileError {
        MediaFileError(file: name, offset: offset, what: what, remedy: remedy)
    }

    private var conversion: String {
        "encode it anew with `ffmpeg -i \(name) -an -c:v libx264 -profile:v baseline -bf 0 -g 30 converted.h264`"
    }

    mutating func receive(_ unit: ArraySlice<UInt8>) throws(MediaFileError) {
        let start = unit.startIndex
        let type = H264NALUnit.type(unit[start])
        guard unit[start] & 0x80 == 0 else { throw refusal(start, "a unit has the forbidden bit: this is no H.264", conversion) }
        switch type {
        case H264NALUnit.slice, H264NALUnit.instantaneousRefresh:
            try receiveSlice(unit, isKey: type == H264NALUnit.instantaneousRefresh)
        case 2...4:
            throw refusal(start, "the stream uses data partitioning, which no browser decodes", conversion)
        case H264NALUnit.sequenceParameters:
            try finishPicture()
            try receiveSequenceParameters(unit)
        case H264NALUnit.pictureParameters:
            try finishPicture()
            guard sequenceSet != nil else {
                throw refusal(
                    start, "the stream does not begin with a sequence parameter set: it is no H.264, or was cut", conversion)
            }
            guard unit.count > 1 else { throw refusal(start, "a picture parameter set is empty", conversion) }
            if !pictureSets.contains(where: { $0.elementsEqual(unit) }) { pictureSets.append(unit) }
        case H264NALUnit.supplementalInformation, H264NALUnit.accessUnitDelimiter:
            try finishPicture()
        default: break
        }
    }

    private mutating func receiveSequenceParameters(_ unit: ArraySlice<UInt8>) throws(MediaFileError) {
        guard let parsed = H264SequenceParameters(unit.span.bytes) else {
            throw refusal(unit.startIndex, "the sequence parameter set cannot be read: this is no H.264, or damaged", conversion)
        }
        if let parameters {
            guard parsed.width == parameters.width, parsed.height == parameters.height,
                parsed.profileLevelID == parameters.profileLevelID
            else { throw refusal(unit.startIndex, "the size or the profile changes", "use one file for each") }
        }
        if let sequenceSet, !sequenceSet.elementsEqual(unit) { pictureSets = [] }
        sequenceSet = unit
        guard parameters == nil else { return }
        parameters = parsed
        let stated = parsed.rate.flatMap { AnnexBReader.plausibleRates.contains(Double($0) / Double($1)) ? ($0, $1) : nil }
        hasNoRate = stated == nil
        let (rate, scale) = stated ?? AnnexBReader.usualRate
        var video = EncodedVideo(
            codec: .h264, width: parsed.width, height: parsed.height, timebase: Timebase(scale: scale, rate: rate))
        let digits = String(parsed.profileLevelID, radix: 16)
        video.formatParameters =
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
            + String(repeating: "0", count: 6 - digits.count) + digits
        self.video = video
    }

    private mutating func receiveSlice(_ unit: ArraySlice<UInt8>, isKey: Bool) throws(MediaFileError) {
        guard video != nil, !pictureSets.isEmpty else {
            throw refusal(unit.startIndex, "a picture comes before its parameter sets", "cut the file at a key frame")
        }
        guard let header = H264NALUnit.sliceHeader(unit.span.bytes) else {
            throw refusal(unit.startIndex, "a slice has no header: this is no H.264, or damaged", conversion)
        }
        guard header.type != H264NALUnit.bidirectional else {
            throw refusal(
                unit.startIndex, "the stream has B pictures, which are shown in another order than they are sent",
                "encode it without them (ffmpeg: -bf 0)")
        }
        if header.firstMacroblock == 0 { try finishPicture() }
        guard header.firstMacroblock == 0 || !slices.isEmpty else {
            throw refusal(unit.startIndex, "the first slice of a picture is missing", conversion)
        }
        if slices.isEmpty { self.isKey = isKey }
        slices.append(unit)
    }

    private mutating func finishPicture() throws(MediaFileError) {
        guard let first = slices.first, let count = video?.frames.count else { return }
        guard count > 0 || isKey else {
            throw refusal(
                first.startIndex, "the first picture is not a key frame (IDR), so nobody could begin to decode",
                "cut the file at a key frame")
        }
        guard let time = video?.timebase.nanoseconds(UInt64(count)), time <= IVFReader.longest else {
            throw refusal(first.startIndex, "the video is longer than twelve hours", "cut out a loop of some seconds")
        }
        // Whoever joins, or lost them, has the sets with each key frame.
        let sets = isKey ? [sequenceSet].compactMap { $0 } + pictureSets : []
        video?.append(parts: sets + slices, at: time, isKey: isKey, fileOffset: first.startIndex)
        slices.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws(MediaFileError) -> EncodedVideo {
        try finishPicture()
        guard var video, !video.frames.isEmpty else {
            throw MediaFileError(file: name, what: "the file holds no pictures of H.264", remedy: conversion)
        }
        if hasNoRate {
            video.warnings.append(
                "\(name): the stream does not say its rate, and is played at \(AnnexBReader.usualRate.0) pictures a second;"
                    + " encode it with its timing (x264 writes it)")
        }
        return video
    }
}
