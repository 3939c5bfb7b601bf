import RTCCore

/// The fixed part of an RTP packet's header, and where its extensions and its payload lie (RFC 3550 §5.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     ├─┴─┼─┼─┼─┴─┴─┴─┼─┼─┴─┴─┴─┴─┴─┴─┼─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┤
///     │V=2│P│X│  CC   │M│     PT      │        sequence number        │
///     │                           timestamp                           │
///     │                             SSRC                              │
///     │                   CSRCs: CC × 4 bytes                         │
///     │     profile, if X             │  length in words, then data   │
///
/// The header of an SRTP packet is in the clear, so this reads it before decryption; padding is told only afterwards.
public struct RTPHeader: Hashable, Sendable {
    /// Bytes of a header with neither CSRCs nor extensions.
    public static let fixedSize = 12

    public var marker: Bool
    /// 0…127.
    public var payloadType: UInt8
    public var sequenceNumber: UInt16
    /// In ticks of the codec's RTP clock.
    public var timestamp: UInt32
    public var ssrc: UInt32
    /// The P bit: the payload ends in padding, see ``payloadRange(in:)``. Read only: what ``RTPHeaderWriter`` writes has none.
    public var hasPadding: Bool
    /// Bytes before the payload: the fixed header, the CSRCs and the extension block.
    public var headerSize: Int
    /// The first 16 bits of the extension block, which tell its form (RFC 8285 §4.1.2); `nil` where there is no block.
    public var extensionProfile: UInt16?
    /// Where the extension elements lie in the packet; empty if there are none.
    public var extensionRange: Range<Int>

    public init(payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32, marker: Bool = false) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.hasPadding = false
        self.headerSize = Self.fixedSize
        self.extensionProfile = nil
        self.extensionRange = Self.fixedSize..<Self.fixedSize
    }

    /// Why bytes are not an RTP packet.
    public enum ParsingError: String, Error, Hashable, Sendable {
        /// Fewer than twelve bytes.
        case tooShort
        /// The version is not 2.
        case wrongVersion
        /// The CSRC list reaches past the end.
        case contributorsPastEnd
        /// The extension block reaches past the end.
        case extensionPastEnd
    }

    /// Reads a header, of SRTP or of RTP alike; allocates nothing.
    public static func parse(_ packet: RawSpan) throws(ParsingError) -> RTPHeader {
        let size = packet.byteCount
        guard size >= fixedSize else { throw .tooShort }
        let first = packet.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        let second = packet.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
        guard first >> 6 == 2 else { throw .wrongVersion }
        var header = RTPHeader(
            payloadType: second & 0x7F,
            sequenceNumber: packet.bigEndian(at: 2, as: UInt16.self),
            timestamp: packet.bigEndian(at: 4, as: UInt32.self),
            ssrc: packet.bigEndian(at: 8, as: UInt32.self),
            marker: second & 0x80 != 0)
        header.hasPadding = first & 0x20 != 0
        var end = fixedSize + 4 * Int(first & 0x0F)
        guard end <= size else { throw .contributorsPastEnd }
        header.extensionRange = end..<end
        if first & 0x10 != 0 {
            guard end + 4 <= size else { throw .extensionPastEnd }
            let start = end + 4
            end = start + 4 * Int(packet.bigEndian(at: start - 2, as: UInt16.self))
            guard end <= size else { throw .extensionPastEnd }
            header.extensionProfile = packet.bigEndian(at: start - 4, as: UInt16.self)
            header.extensionRange = start..<end
        }
        header.headerSize = end
        return header
    }

    /// How many bytes of padding end a decrypted packet: 0 without the P bit, `nil` where the count is zero or larger than
    /// what follows the header (RFC 3550 §5.1).
    public static func paddingSize(of packet: RawSpan, header: RTPHeader) -> Int? {
        guard header.hasPadding else { return 0 }
        guard packet.byteCount > header.headerSize else { return nil }
        let count = Int(packet.unsafeLoad(fromByteOffset: packet.byteCount - 1, as: UInt8.self))
        return count > 0 && count <= packet.byteCount - header.headerSize ? count : nil
    }

    /// Where the payload of a decrypted packet lies, without its padding; `nil` where the padding is absurd.
    ///
    /// Empty for the padding-only packets with which senders probe for bandwidth.
    public func payloadRange(in packet: RawSpan) -> Range<Int>? {
        guard packet.byteCount >= headerSize, let padding = Self.paddingSize(of: packet, header: self) else { return nil }
        return headerSize..<(packet.byteCount - padding)
    }
}
