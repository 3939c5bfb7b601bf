/// What became of a received RTP packet.
public enum SRTPResult: Hashable, Sendable {
    /// It is genuine and new; the payload lies decrypted in this range of the packet. The index is ROC and sequence number in 48 bits.
    case packet(payloadRange: Range<Int>, index: UInt64)
    /// It came before, or is older than the window of 1,024 packets.
    case replayed
    case authenticationFailed
    /// It is too short for its header and tag.
    case malformed
}
