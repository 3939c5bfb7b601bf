/// One packet of encoded audio.
public struct EncodedAudioPacket: Hashable, Sendable {
    /// Where its payload lies in ``EncodedAudio/bytes``.
    public var range: Range<Int>
    /// Samples at 48 kHz.
    public var duration: UInt32
    /// Where it began in the file, in bytes; `nil` where it never was in one.
    public var fileOffset: Int?

    public init(range: Range<Int>, duration: UInt32, fileOffset: Int? = nil) {
        self.range = range
        self.duration = duration
        self.fileOffset = fileOffset
    }
}

/// Audio as a file held it.
public struct EncodedAudio: Sendable {
    public var codec: AudioCodec
    /// 1 or 2.
    public var channels: Int
    /// Samples at 48 kHz that a player of the file drops at the start (RFC 7845 §4.2).
    public var preSkip: UInt16
    /// Samples at 48 kHz of the last packet that a player drops at the end (RFC 7845 §4.4).
    public var endTrim: UInt32 = 0
    /// The tags of the file, such as `TITLE=Speech`.
    public var comments: [String] = []
    /// What spoils a call without being wrong, such as packets that are very short.
    public internal(set) var warnings: [String] = []
    /// What ``EncodedAudioPacket/range`` points into.
    public private(set) var bytes: [UInt8] = []
    public private(set) var packets: [EncodedAudioPacket] = []

    public init(codec: AudioCodec, channels: Int, preSkip: UInt16) {
        self.codec = codec
        self.channels = channels
        self.preSkip = preSkip
    }

    /// Adds a packet that lasts `duration` samples at 48 kHz.
    public mutating func append(_ payload: some Collection<UInt8>, duration: UInt32, fileOffset: Int? = nil) {
        let start = bytes.count
        bytes.append(contentsOf: payload)
        packets.append(EncodedAudioPacket(range: start..<bytes.count, duration: duration, fileOffset: fileOffset))
    }

    /// The payload of one packet.
    public func payload(_ index: Int) -> ArraySlice<UInt8> {
        bytes[packets[index].range]
    }

    /// Samples at 48 kHz in all packets.
    public var duration: UInt64 {
        packets.reduce(0) { $0 + UInt64($1.duration) }
    }
}
