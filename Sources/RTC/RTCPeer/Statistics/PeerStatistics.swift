public import RTCCore
public import RTCICE

/// What one peer counted; ``reports`` tells it in the words of W3C webrtc-stats.
public struct PeerStatistics: Sendable {
    public struct Track: Sendable {
        public var mid: String
        public var kind: MediaKind
        public var ssrc: UInt32
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
        for index in tracks.indices where index < earlier.tracks.count {
            if let before = earlier.tracks[index].outbound { tracks[index].outbound?.framesPerSecond = before.framesPerSecond }
            guard let before = earlier.tracks[index].inbound else { continue }
            tracks[index].inbound?.framesPerSecond = before.framesPerSecond
            tracks[index].inbound?.freezes.openFreeze = before.freezes.openFreeze
            tracks[index].inbound?.openInterruption = before.openInterruption
        }
    }
}
