public import RTCCore

/// One datagram that the impairment stage dropped or damaged, named so that the frame audit can account for what is missing.
public struct LedgerEntry: Hashable, Sendable {
    /// When it was dropped, or when it came out damaged.
    public let time: Instant
    public let direction: PipeDirection
    public let cause: DropCause
    public let kind: DatagramKind
    /// Whether it was the copy that a duplication made; the original had a fate of its own.
    public let isDuplicate: Bool
    /// Whether ``ssrc`` and ``sequenceNumber`` say anything.
    @usableFromInline let isRTP: Bool
    @usableFromInline let rawSequenceNumber: UInt16
    /// UDP payload in bytes.
    public let size: UInt16
    @usableFromInline let rawSSRC: UInt32

    /// The synchronisation source of an RTP packet, also of one inside TURN channel data (RFC 3550 §5.1, RFC 8656 §12.4).
    @inlinable
    public var ssrc: UInt32? { isRTP ? rawSSRC : nil }

    @inlinable
    public var sequenceNumber: UInt16? { isRTP ? rawSequenceNumber : nil }

    /// Reads the clear header of a datagram; anything may be in it.
    init(
        time: Instant, direction: PipeDirection, cause: DropCause, isDuplicate: Bool, datagram: UnsafeRawBufferPointer
    ) {
        self.time = time
        self.direction = direction
        self.cause = cause
        self.isDuplicate = isDuplicate
        size = UInt16(clamping: datagram.count)
        let bytes = datagram.bytes
        kind = DatagramKind(bytes)
        let channelDataHeader = 4
        let relayed = Self.relayedData(bytes)
        let start: Int?
        switch kind {
        case .rtp: start = 0
        case .turnChannel where bytes.byteCount > channelDataHeader:
            start = DatagramKind(bytes.extracting(channelDataHeader...)) == .rtp ? channelDataHeader : nil
        case .stun where relayed != nil:
            start = relayed.flatMap { DatagramKind(bytes.extracting($0...)) == .rtp ? $0 : nil }
        default: start = nil
        }
        if let start, bytes.byteCount >= start + 12 {
            isRTP = true
            rawSequenceNumber = bytes.bigEndian(at: start + 2, as: UInt16.self)
            rawSSRC = bytes.bigEndian(at: start + 8, as: UInt32.self)
        } else {
            isRTP = false
            rawSequenceNumber = 0
            rawSSRC = 0
        }
    }

    /// Where DATA begins in a Send or Data indication (RFC 8656 §11), behind the addresses that stand in front of it.
    private static func relayedData(_ bytes: RawSpan) -> Int? {
        guard bytes.byteCount > 24, bytes.bigEndian(at: 0, as: UInt16.self) | 1 == 0x0017 else { return nil }
        var offset = 20
        while offset + 4 < bytes.byteCount {
            let size = Int(bytes.bigEndian(at: offset + 2, as: UInt16.self))
            if bytes.bigEndian(at: offset, as: UInt16.self) == 0x0013 { return offset + 4 }
            offset += 4 + (size + 3) & ~3
        }
        return nil
    }
}
