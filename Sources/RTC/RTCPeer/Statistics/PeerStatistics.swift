public import RTCCore
public import RTCICE

/// What one peer counted, in the shape of a W3C statistics report.
public struct PeerStatistics: Sendable {
    public struct Track: Sendable {
        public var mid: String
        public var kind: MediaKind
        public var ssrc: UInt32
        public var outbound: RTPSendStatistics?
        public var inbound: RTPReceiveStatistics?
        public var remoteSSRC: UInt32?

        public init(mid: String, kind: MediaKind, ssrc: UInt32, remoteSSRC: UInt32? = nil) {
            self.mid = mid
            self.kind = kind
            self.ssrc = ssrc
            self.remoteSSRC = remoteSSRC
        }
    }

    public var tracks: [Track] = []
    public var transport = TransportStatistics()
    public var ice: IceCounters
    public var candidatePairs: [IceCandidatePairReport] = []
}

/// Names of `RTCTransportStats`, and what the transport refused.
public struct TransportStatistics: Hashable, Sendable {
    public var packetsSent: UInt64 = 0
    public var packetsReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var iceState = "new"
    public var iceRole = "unknown"
    public var dtlsState = "new"
    public var dtlsRole = "unknown"
    /// The protocol version as four hex digits, `FEFD` for DTLS 1.2.
    public var tlsVersion: String?
    public var dtlsCipher: String?
    public var srtpCipher: String?
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
    public var starlingTransportFeedbackSent: UInt64 = 0
    public var starlingTransportFeedbackReceived: UInt64 = 0

    public init() {}
}
