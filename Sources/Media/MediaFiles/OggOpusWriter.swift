/// Writes Opus in Ogg (RFC 7845).
public enum OggOpusWriter {
    /// A page holds at most a second of audio, so that a player finds its place.
    private static let longestPage: UInt64 = 48_000

    /// A whole file of one stream.
    ///
    /// - Parameter serial: The stream's number, which only matters where files are joined.
    public static func write(_ audio: EncodedAudio, serial: UInt32 = 1) -> [UInt8] {
        var pages = Pages(serial: serial)
        var head = Array("OpusHead".utf8) + [1, UInt8(clamping: audio.channels)]
        head.append(littleEndian: audio.preSkip)
        head.append(littleEndian: UInt32(48_000))
        head += [0, 0, 0]
        pages.append([head], granule: 0, isLast: false)

        var tags = Array("OpusTags".utf8)
        for text in ["Starling"] { append(text, to: &tags) }
        tags.append(littleEndian: UInt32(audio.comments.count))
        for comment in audio.comments { append(comment, to: &tags) }
        pages.append([tags], granule: 0, isLast: audio.packets.isEmpty)

        var granule: UInt64 = 0
        var waiting: [[UInt8]] = []
        var segments = 0
        var duration: UInt64 = 0
        for index in audio.packets.indices {
            let packet = audio.packets[index]
            let needed = packet.range.count / 255 + 1
            if !waiting.isEmpty && (segments + needed > 255 || duration + UInt64(packet.duration) > longestPage) {
                pages.append(waiting, granule: granule, isLast: false)
                waiting.removeAll()
                segments = 0
                duration = 0
            }
            waiting.append(Array(audio.payload(index)))
            segments += needed
            duration += UInt64(packet.duration)
            granule += UInt64(packet.duration)
        }
        if !waiting.isEmpty {
            pages.append(waiting, granule: granule - min(granule, UInt64(audio.endTrim)), isLast: true)
        }
        return pages.bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(clamping: text.utf8.count))
        bytes += Array(text.utf8)
    }

    private struct Pages {
        let serial: UInt32
        var bytes: [UInt8] = []
        var sequence: UInt32 = 0

        init(serial: UInt32) {
            self.serial = serial
        }

        /// Adds packets that all end with a page: one page, or several where they need more than 255 segments.
        mutating func append(_ packets: [[UInt8]], granule: UInt64, isLast: Bool) {
            var lacing: [UInt8] = []
            var body: [UInt8] = []
            for packet in packets {
                lacing += Array(repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
                body += packet
            }
            var isContinued = false
            while !lacing.isEmpty {
                let part = Array(lacing.prefix(255))
                lacing.removeFirst(part.count)
                let size = part.reduce(0) { $0 + Int($1) }
                let ends = lacing.isEmpty
                append(
                    part, Array(body.prefix(size)), granule: part.contains { $0 < 255 } ? granule : OggPage.noGranule,
                    flags: (isContinued ? 1 : 0) | (sequence == 0 ? 2 : 0) | (ends && isLast ? 4 : 0))
                body.removeFirst(size)
                isContinued = part.last == 255
            }
        }

        private mutating func append(_ lacing: [UInt8], _ body: [UInt8], granule: UInt64, flags: UInt8) {
            let start = bytes.count
            bytes += Array("OggS".utf8) + [0, flags]
            bytes.append(littleEndian: granule)
            bytes.append(littleEndian: serial)
            bytes.append(littleEndian: sequence)
            bytes.append(littleEndian: UInt32(0))
            bytes.append(UInt8(lacing.count))
            bytes += lacing + body
            let checksum = OggPage.checksum(bytes[start...])
            for byte in 0..<4 { bytes[start + 22 + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * byte)) }
            sequence += 1
        }
    }
}
