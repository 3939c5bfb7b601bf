import RTCCore

/// A datagram of RTCP: one packet behind the other (RFC 3550 §6.1, reduced size allowed as in RFC 5506).
public enum RTCPCompound {
    /// Hands every packet of a decrypted compound to `body`.
    ///
    /// A malformed packet is passed over and counted; only where its length leads out of the datagram the rest is lost too,
    /// and counted as one.
    ///
    /// - Returns: How many were malformed.
    @discardableResult
    public static func parse(_ bytes: RawSpan, _ body: (RTCPPacket) -> Void) -> Int {
        var malformed = 0
        var offset = 0
        while offset < bytes.byteCount {
            guard offset + 4 <= bytes.byteCount else { return malformed + 1 }
            let size = 4 * (Int(bytes.bigEndian(at: offset + 2, as: UInt16.self)) + 1)
            guard offset + size <= bytes.byteCount else { return malformed + 1 }
            if let packet = RTCPPacket(bytes.extracting(offset..<(offset + size))) {
                body(packet)
            } else {
                malformed += 1
            }
            offset += size
        }
        return malformed
    }
}
