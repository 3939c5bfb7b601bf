/// What a sender says of itself and, as a receiver, of others (RFC 3550 §6.4.1).
public struct RTCPSenderReport: Hashable, Sendable {
    public var ssrc: UInt32
    /// Wall-clock time of this report, 32.32 fixed point since 1900.
    public var ntp: UInt64
    /// The same moment on the RTP clock of the stream.
    public var rtp: UInt32
    public var packetCount: UInt32
    /// Bytes of payload sent, without headers and padding.
    public var octetCount: UInt32
    public var reports: [RTCPReportBlock]

    public init(
        ssrc: UInt32, ntp: UInt64, rtp: UInt32, packetCount: UInt32, octetCount: UInt32, reports: [RTCPReportBlock] = []
    ) {
        self.ssrc = ssrc
        self.ntp = ntp
        self.rtp = rtp
        self.packetCount = packetCount
        self.octetCount = octetCount
        self.reports = reports
    }

    /// The middle 32 bits of ``ntp``, as a receiver repeats them in `lastSR`.
    public var compactNTP: UInt32 { UInt32(truncatingIfNeeded: ntp >> 16) }
}
