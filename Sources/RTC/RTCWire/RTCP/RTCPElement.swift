/// A part of a compound that is read without heap memory, so that the reports of a steady call allocate nothing.
public enum RTCPElement {
    /// The sender's own part of a sender report; its blocks follow as ``reportBlock(_:)``.
    case senderInfo(ssrc: UInt32, ntp: UInt64, rtp: UInt32, packetCount: UInt32, octetCount: UInt32)
    /// One block of a sender or receiver report.
    case reportBlock(RTCPReportBlock)
    /// Well-formed transport-wide feedback on this many packets.
    case transportFeedback(statusCount: Int)
    /// A well-formed source description.
    case sourceDescription
    /// Anything else.
    case packet(RTCPPacket)
}
