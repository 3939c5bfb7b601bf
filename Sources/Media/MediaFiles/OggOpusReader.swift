/// Reads Opus in Ogg (RFC 7845): one stream, mono or stereo, with every page's checksum and every packet's form checked.
public enum OggOpusReader {
    /// - Parameter name: The file's name in errors.
    public static func read(_ bytes: [UInt8], name: String) throws(MediaFileError) -> EncodedAudio {
        let kind = MediaFileKind(sniffing: bytes)
        guard kind == .ogg else { throw kind.refusal(of: name, wantsVideo: false, wantsAudio: true) }
        var stream = OggOpusStream(name: name)
        var offset = 0
        while offset < bytes.count {
            let page = try OggPage(bytes, at: offset, name: name)
            try stream.receive(page, of: bytes)
            offset = page.body.upperBound
        }
        var audio = try stream.finish(at: offset)
        audio.warnings = warnings(of: audio, name: name)
        return audio
    }

    /// Samples at 48 kHz in a packet as short as calls have them, 10 ms: below, headers outweigh the sound.
    private static let shortestPacket: UInt32 = 480
    /// Samples at 48 kHz in a packet as long as browsers agree to by themselves, 60 ms: above, a lost one leaves a hole.
    private static let longestPacket: UInt32 = 2880

    private static func warnings(of audio: EncodedAudio, name: String) -> [String] {
        let durations = audio.packets.map(\.duration)
        guard let shortest = durations.min(), let longest = durations.max() else { return [] }
        func milliseconds(_ samples: UInt32) -> String { "\(Double(samples) / 48) ms" }
        let remedy = "; encode it with packets of 20 ms (ffmpeg: -frame_duration 20)"
        if shortest < shortestPacket || longest > longestPacket {
            let range = shortest == longest ? milliseconds(longest) : "\(milliseconds(shortest)) to \(milliseconds(longest))"
            return ["\(name): packets last \(range), while callers send 10 to 60 ms\(remedy)"]
        }
        // The last packet of a file may be a shorter one.
        if let first = durations.first, durations.dropLast().contains(where: { $0 != first }) {
            return [
                "\(name): packets last \(milliseconds(shortest)) to \(milliseconds(longest)) by turns, which no caller sends\(remedy)"
            ]
        }
        return []
    }
}

/// Puts pages together to packets, and packets to audio.
///
/// ```
///  ──▶ head ──▶ tags ──▶ audio ──▶ ended
/// ```
private struct OggOpusStream {
    private enum Stage {
        case head, tags, audio, ended
    }

    /// Samples at 48 kHz in the longest file.
    private static let longest: UInt64 = 12 * 3600 * 48_000

    let name: String
    private var stage = Stage.head
    private var serial: UInt32 = 0
    private var nextSequence: UInt32 = 0
    private var pending: [UInt8] = []
    private var pendingOffset: Int?
    private var audio = EncodedAudio(codec: .opus, channels: 1, preSkip: 0)
    /// Samples at 48 kHz so far.
    private var length: UInt64 = 0
    /// Granule position at the end of the packets so far; `nil` before the first page of audio.
    private var position: UInt64?

    init(name: String) {
        self.name = name
    }

    private func refusal(_ offset: Int?, _ what: String, _ remedy: String = "encode the file anew") -> MediaFileError {
        MediaFileError(file: name, offset: offset, what: what, remedy: remedy)
    }

    mutating func receive(_ page: OggPage, of bytes: [UInt8]) throws(MediaFileError) {
        try checkOrder(page)
        nextSequence = page.sequence &+ 1
        var start = page.body.lowerBound
        var duration: UInt64 = 0
        var hasHeader = false
        for size in page.lacing {
            if pendingOffset == nil {
                // Each header packet ends its page (RFC 7845 §3), so audio begins on a page of its own.
                guard !hasHeader else { throw refusal(start, "a header packet and other packets share a page") }
                pendingOffset = start
            }
            pending += bytes[start..<(start + Int(size))]
            start += Int(size)
            guard size < 255 else { continue }
            hasHeader = stage != .audio
            duration += try finishPacket(at: pendingOffset ?? start)
            pending.removeAll(keepingCapacity: true)
            pendingOffset = nil
        }
        if duration > 0 { try settle(page, duration: duration) }
        if page.isLast {
            guard pendingOffset == nil else { throw refusal(page.offset, "the last page ends in the middle of a packet") }
            guard stage == .audio else { throw refusal(page.offset, "the stream ends before its audio begins") }
            stage = .ended
        }
    }

    private mutating func checkOrder(_ page: OggPage) throws(MediaFileError) {
        if stage == .ended {
            throw refusal(
                page.offset, "another stream follows the first",
                "keep one: `ffmpeg -i \(name) -map 0:a:0 -c:a libopus -b:a 32k one.ogg`")
        }
        if stage == .head && pendingOffset == nil {
            guard page.isFirst else {
                throw refusal(page.offset, "the first page is not the beginning of a stream", "copy the file from its beginning")
            }
            serial = page.serial
        } else {
            guard !page.isFirst, page.serial == serial else {
                throw refusal(
                    page.offset, "the file holds more than one stream",
                    "keep its audio alone: `ffmpeg -i \(name) -vn -map 0:a:0 -c:a copy one.ogg`")
            }
            guard page.sequence == nextSequence else {
                throw refusal(page.offset, "page \(nextSequence) is missing, page \(page.sequence) is here")
            }
        }
        guard page.isContinued == (pendingOffset != nil) else {
            throw refusal(page.offset, page.isContinued ? "the start of a packet is missing" : "the rest of a packet is missing")
        }
    }

    /// Reads one whole packet; its duration in samples at 48 kHz, zero for headers.
    private mutating func finishPacket(at offset: Int) throws(MediaFileError) -> UInt64 {
        switch stage {
        case .head:
            try readHead(at: offset)
            stage = .tags
            return 0
        case .tags:
            try readTags(at: offset)
            stage = .audio
            return 0
        case .audio, .ended:
            guard let header = OpusPacketHeader(pending[...]) else {
                throw refusal(offset, "packet \(audio.packets.count) is not a valid Opus packet")
            }
            length += UInt64(header.duration)
            guard length <= Self.longest else {
                throw refusal(offset, "the audio is longer than twelve hours", "cut out a loop of some seconds")
            }
            audio.append(pending, duration: header.duration, fileOffset: offset)
            return UInt64(header.duration)
        }
    }

    private mutating func readHead(at offset: Int) throws(MediaFileError) {
        guard pending.starts(with: Array("OpusHead".utf8)) else {
            let codecs = [("\u{1}vorbis", "Vorbis"), ("\u{80}theora", "Theora"), ("Speex", "Speex"), ("\u{7F}FLAC", "FLAC")]
            let codec = codecs.first { name, _ in pending.starts(with: name.unicodeScalars.map { UInt8($0.value) }) }?.1
            throw refusal(
                offset, "the stream's codec is \(codec ?? "not known here"), only Opus can be sent",
                "convert it with `\(MediaFileKind.audioConversion(of: name))`")
        }
        guard pending.count >= 19 else { throw refusal(offset, "the Opus header is cut short") }
        guard pending[8] & 0xF0 == 0 else { throw refusal(offset + 8, "the Opus header's version is \(pending[8])") }
        guard pending[18] == 0, (1...2).contains(pending[9]) else {
            throw refusal(
                offset + 9, "the audio has \(pending[9]) channels of mapping family \(pending[18])",
                "mix it down: `ffmpeg -i \(name) -ac 2 -c:a libopus stereo.ogg`")
        }
        audio.channels = Int(pending[9])
        audio.preSkip = pending.littleEndian(at: 10, as: UInt16.self)
    }

    private mutating func readTags(at offset: Int) throws(MediaFileError) {
        guard pending.starts(with: Array("OpusTags".utf8)) else { throw refusal(offset, "the Opus tags are missing") }
        var place = 8
        func text(_ bytes: [UInt8]) -> String? {
            guard bytes.count - place >= 4 else { return nil }
            let size = Int(bytes.littleEndian(at: place, as: UInt32.self))
            guard size <= bytes.count - place - 4 else { return nil }
            place += 4 + size
            return String(decoding: bytes[(place - size)..<place], as: UTF8.self)
        }
        guard text(pending) != nil, pending.count - place >= 4 else {
            throw refusal(offset + place, "the Opus tags are cut short")
        }
        let count = pending.littleEndian(at: place, as: UInt32.self)
        place += 4
        for _ in 0..<count {
            guard let comment = text(pending) else { throw refusal(offset + place, "the Opus tags are cut short") }
            audio.comments.append(comment)
        }
    }

    /// Compares a page's granule position with the packets that end on it (RFC 7845 §4).
    private mutating func settle(_ page: OggPage, duration: UInt64) throws(MediaFileError) {
        guard page.granule <= UInt64(Int64.max) else {
            throw refusal(page.offset + 6, "packets end on the page, but it has no granule position")
        }
        let before: UInt64
        if let position {
            before = position
        } else {
            // A stream that was cut out of a longer one begins later than zero.
            before = page.granule > duration ? page.granule - duration : 0
        }
        let end = before + duration
        position = end
        if page.granule == end { return }
        guard page.isLast, page.granule < end, page.granule >= before else {
            throw refusal(
                page.offset + 6, "the granule position is \(page.granule), but the packets end at \(end)",
                "encode it without gaps (`opusenc` and `ffmpeg` write none)")
        }
        audio.endTrim = UInt32(end - page.granule)
    }

    func finish(at offset: Int) throws(MediaFileError) -> EncodedAudio {
        guard stage == .ended else {
            throw refusal(
                offset, "the stream has no last page: the file was cut short",
                "copy it anew, or close it with `ffmpeg -i \(name) -c copy closed.ogg`")
        }
        guard !audio.packets.isEmpty else { throw refusal(offset, "the file holds no audio") }
        return audio
    }
}
