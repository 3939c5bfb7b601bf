public import RTCCore
public import RTCICE

/// What one peer counted; ``reports`` tells it in the words of W3C webrtc-stats.
public struct PeerStatistics: Sendable {
    /// Both directions of one section; a simulcast has one for each of its layers.
    public struct Track: Sendable {
        public var mid: String
        public var kind: MediaKind
        /// 0 where this layer only comes in.
        public var ssrc: UInt32
        /// The place of what is sent among the layers; 0 where there is one stream.
        public var encodingIndex = 0
        /// The layer that is sent (RFC 8851); `nil` where there is one stream.
        public var rid: String?
        /// The layer that comes in.
        public var remoteRid: String?
        /// Whether the far side wants what would be sent.
        public var isActive = true
        /// The source of retransmissions; `nil` where RTX was not agreed.
        public var rtxSSRC: UInt32?
        public var outbound: RTPSendStatistics?
        public var inbound: RTPReceiveStatistics?
        public var remoteSSRC: UInt32?
        public var remoteRTXSSRC: UInt32?
        /// What this side's track is called, and what the far side calls the one that it sends.
        public var trackIdentifier: String?
        public var remoteTrackIdentifier: String?
        /// What is sent, and what came last.
        public var outboundCodec: CodecFacts?
        public var inboundCodec: CodecFacts?

        public init(mid: String, kind: MediaKind, ssrc: UInt32, remoteSSRC: UInt32? = nil) {
            self.mid = mid
            self.kind = kind
            self.ssrc = ssrc
            self.remoteSSRC = remoteSSRC
        }
    }

    /// When the snapshot was taken, and the clock that maps instants to dates.
    public var at = Instant.origin
    public var wallClock = WallClock.simulation
    public var tracks: [Track] = []
    public var transport = TransportStatistics()
    public var ice: IceCounters
    public var candidatePairs: [IceCandidatePairReport] = []
    public var localCandidates: [IceCandidate] = []
    public var traffic: [PathTraffic] = []
    public var selectedPath: Path?
    /// Bits per second that the far side last said it can take (REMB); `nil` where it never did.
    public var availableOutgoingBitrate: UInt64?
    public var localCertificate: CertificateFacts?
    public var remoteCertificate: CertificateFacts?

    /// The pair in use, or where there is none the one that was last.
    public var nominatedPair: IceCandidatePairReport? {
        let nominated = candidatePairs.filter { $0.nominated }
        return nominated.first { $0.path == selectedPath } ?? nominated.last
    }

    /// Says of what is true for a moment alone what an earlier snapshot of the same peer said: states, rates, and what stands still.
    public mutating func takeMoment(of earlier: PeerStatistics) {
        transport.iceState = earlier.transport.iceState
        transport.dtlsState = earlier.transport.dtlsState
        for index in tracks.indices {
            let same = earlier.tracks.first {
                $0.mid == tracks[index].mid && $0.encodingIndex == tracks[index].encodingIndex
            }
            if let before = same?.outbound { tracks[index].outbound?.framesPerSecond = before.framesPerSecond }
            guard let before = same?.inbound else { continue }
            tracks[index].inbound?.framesPerSecond = before.framesPerSecond
            tracks[index].inbound?.freezes.openFreeze = before.freezes.openFreeze
            tracks[index].inbound?.openInterruption = before.openInterruption
        }
    }
}
