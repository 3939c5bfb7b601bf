/// Names of `RTCTransportStats`, and what the transport refused.
public struct TransportStatistics: Hashable, Sendable {
    /// Datagrams and their bytes, connectivity checks left out.
    public var packetsSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var iceState = "new"
    public var iceRole = "unknown"
    public var iceLocalUsernameFragment = ""
    public var dtlsState = "new"
    public var dtlsRole = "unknown"
    /// The protocol version as four hex digits, `FEFD` for DTLS 1.2.
    public var tlsVersion: String?
    public var dtlsCipher: String?
    public var srtpCipher: String?
    /// From none to one and back counts, too.
    public var selectedCandidatePairChanges: UInt64 = 0
    public var rtcpPacketsSent: UInt64 = 0
    public var rtcpPacketsReceived: UInt64 = 0

    // What the standard has no name for.
    /// Packets whose authentication failed.
    public var starlingSRTPAuthenticationFailures: UInt64 = 0
    public var starlingSRTPReplays: UInt64 = 0
    /// RTP of an SSRC that no m-section claims.
    public var starlingUnknownSSRC: UInt64 = 0
    /// Datagrams that were no STUN, DTLS, RTP or RTCP, or not well formed.
    public var starlingMalformed: UInt64 = 0
    /// DTLS that came on a way which no authentic check had shown.
    public var starlingUnprovenPath: UInt64 = 0
    /// Media that came before the keys.
    public var starlingTooEarly: UInt64 = 0
    /// Checks and answers that were not authentic: a wrong or missing MESSAGE-INTEGRITY, another user fragment, or no request of ours.
    public var starlingChecksRefused: UInt64 = 0
    /// Datagrams that begin like STUN and are none, or lack what their kind must carry.
    public var starlingChecksMalformed: UInt64 = 0
    /// Candidates of the far side that were not taken: unreadable, of no use here, too many, known, or of another generation.
    public var starlingCandidatesIgnored: UInt64 = 0
    /// Packets of authentic compounds that were not well formed.
    public var starlingReportsMalformed: UInt64 = 0
    /// Candidates that were dropped because nobody on the network knew the name in the place of their address.
    public var starlingNamesUnresolved: UInt64 = 0
    public var starlingTransportFeedbackSent: UInt64 = 0
    public var starlingTransportFeedbackReceived: UInt64 = 0

    public init() {}
}
