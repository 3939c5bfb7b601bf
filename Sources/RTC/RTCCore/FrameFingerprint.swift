internal import CStarlingCRC

/// What a frame is known by at the receiver: the CRC-32C of its encoded payload (RFC 3720 appendix B.4) and its size.
///
/// Fingerprints of packets add up to the fingerprint of their frame, so a receiver keeps eight bytes of each packet:
///
/// ```
/// FrameFingerprint(a ‖ b) = FrameFingerprint(a) + FrameFingerprint(b)
/// ```
///
/// It is a check on identity, not a signature: whoever wants to can forge one.
public struct FrameFingerprint: Hashable, Sendable {
    public var crc: UInt32
    /// Bytes.
    public var size: UInt32

    @inlinable
    public init(crc: UInt32, size: UInt32) {
        self.crc = crc
        self.size = size
    }

    /// The fingerprint of no bytes, which other ones are appended to.
    public static let empty = FrameFingerprint(crc: 0, size: 0)

    /// Allocates nothing.
    public init(_ bytes: UnsafeRawBufferPointer) {
        crc = starling_crc32c(0, bytes.baseAddress, bytes.count)
        size = UInt32(truncatingIfNeeded: bytes.count)
    }

    /// The fingerprint of these bytes with those of `next` behind them; allocates nothing.
    public mutating func append(_ next: FrameFingerprint) {
        crc = starling_crc32c_combine(crc, next.crc, Int(next.size))
        size &+= next.size
    }

    /// Whether the CPU's own instructions (SSE4.2 and PCLMULQDQ) are in use.
    public static var isAccelerated: Bool { starling_crc32c_is_accelerated() != 0 }
}

extension FrameFingerprint: CustomStringConvertible {
    /// Such as `89abcdef/1100`.
    public var description: String {
        let digits = String(crc, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits + "/\(size)"
    }
}

/// The fingerprint of one packet's share of a frame, behind the payload descriptor.
public typealias PacketFingerprint = FrameFingerprint
