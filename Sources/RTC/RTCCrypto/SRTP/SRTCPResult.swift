/// What became of a received RTCP packet.
public enum SRTCPResult: Hashable, Sendable {
    /// It is genuine and new; the decrypted compound packet is the first `size` bytes.
    case packet(size: Int)
    /// It came before, or is older than the window of 1,024 packets.
    case replayed
    case authenticationFailed
    /// It is too short for a header, an index and a tag.
    case malformed
}
