public import RTCCore
package import RTCCrypto
public import RTCICE
package import RTCWire

/// One WebRTC endpoint: JSEP, ICE, DTLS, SRTP, and the media that flows over them, as a machine that is told the time.
///
///                   setLocal/RemoteDescription      pair nominated       fingerprint verified, keys exported
///         ┌───────┐        ┌────────────┐         ┌────────────────┐          ┌───────────┐
///  ──────▶│  new  │───────▶│ ICE checks │────────▶│ DTLS handshake │─────────▶│ connected │
///         └───────┘        └────────────┘         └────────────────┘          └───────────┘
///                                                                      media, RTCP, consent, restarts
///
/// Mutate, then drain: after calls that change the peer, take ``nextDatagrams(into:now:)`` until it is drained and ``nextEvent()``
/// until it is `nil`, then read ``deadline`` again. Several datagrams may be received before one drain.
public struct Peer: ~Copyable {
    package let configuration: PeerConfiguration
    package var random: SplitMix64
    package var ice: IceAgent
    package var dtls: DTLSTransport?
    package var srtpSender: SRTPSender?
    package var srtpReceiver: SRTPReceiver?

    public package(set) var signalingState = SignalingState.stable
    package var transceivers: [Transceiver] = []
    /// What stands in each m-section, by line.
    package var sections: [Section] = []
    /// The mids that the remote offer bundles; an answer may bundle no others (RFC 9143 §7.3.3).
    package var offeredBundle: [String] = []
    /// The section whose transport carries all others (RFC 9143 §7.2), once the other side has named it.
    package var remoteTaggedMid: String?
    package var beforeOffer: NegotiationSnapshot?
    package let sessionID: UInt64
    package var descriptionVersion: UInt64 = 0
    package var remoteCredentials: IceCredentials?
    package var remoteFingerprints: [CertificateFingerprint] = []
    package var remoteDirections: [Int: SDPDirection] = [:]
    package var remoteStreams: [Int: String] = [:]
    package var dtlsRole: DTLSEndpoint.Role?
    /// What the far side's last offer says of its DTLS role.
    package var offeredSetup = SDPSetup.actpass
    /// What may come in, whatever its section: ids are the same in the whole bundle (RFC 9143 §9.1).
    package var extensionMap = RTPExtensionMap()
    /// Whether feedback may go without a report in front (RFC 5506).
    package var usesReducedSize = true
    package var usesTransportFeedback = false
    /// Whether receivers may ask for a round-trip time (RFC 3611 §4.4).
    package var usesReferenceTime = false
    package var referenceTimes = ReferenceTimeBook()
    package var receiverEstimate = ReceiverEstimate()
    /// Ways on which an authentic check or answer has come.
    package var provenPaths: [Path] = []
    package var payloadTypes: [PayloadBinding?] = Array(repeating: nil, count: 128)
    package var sources: [SourceBinding] = []

    package var events = RingQueue<PeerEvent>()
    package var statistics = PeerCounters()
    package var transportWide = TransportWideReceiver()
    package var nextTransportSequence: UInt16
    package var reportDue: Instant?
    /// Where the next regular report goes on among the transceivers.
    package var nextReported = 0
    package var nextDescribed = 0
    package var waitingRTCP = RingQueue<RTCPPacket>()
    /// Memory of one report, kept so that the next one allocates nothing.
    package var reportBlocks: [RTCPReportBlock] = []
    package var reportSenders: [UInt32] = []
    package var lostNumbers: [UInt16] = []
    package var sourceDescription = SourceDescription(senders: [], packet: .sourceDescription([]))
    /// The newest of the connection, from connectivity checks and receiver reports; `nil` before the first.
    package var roundTripTime: Duration?
    /// When the peer was last told the time: snapshots are of then.
    package var toldAt: Instant
    package var traffic = TrafficBook()
    package var certificates: (local: CertificateFacts, remote: CertificateFacts)?
    package var remoteTrackNames: [Int: String] = [:]
    package var isClosing = false
    /// Everything has been said.
    package var isClosed = false
    public package(set) var isConnected = false
    package var hasReportedTransportEnd = false
    package var scratch: PeerScratch
    /// Media of a far side that had its keys first.
    package var early = EarlyMedia()
    /// Candidates of the far side whose addresses are being sought.
    package var namedCandidates: [(name: String, line: String)] = []

    public init(configuration: PeerConfiguration, now: Instant) {
        self.configuration = configuration
        random = SplitMix64(seed: SplitMix64.derive(configuration.seed, "peer"))
        ice = IceAgent(
            role: .controlling, seed: SplitMix64.derive(configuration.seed, "ice"), timing: configuration.iceTiming, at: now)
        if !configuration.turnServers.isEmpty || configuration.iceTransportPolicy == .relay {
            ice.relay(
                through: configuration.turnServers, policy: configuration.iceTransportPolicy, streams: configuration.firstStream,
                timing: configuration.turnTiming, now: now)
        }
        if configuration.usesTCP { ice.allowTCP(streams: configuration.firstStream) }
        if !configuration.stunServers.isEmpty { ice.gather(from: configuration.stunServers, now: now) }
        sessionID = UInt64.random(in: 1...UInt64(Int64.max), using: &random)
        nextTransportSequence = UInt16.random(in: 0..<32_768, using: &random)
        scratch = PeerScratch()
        toldAt = now
    }

    /// Which transceiver a payload type belongs to, for sources that no SSRC attribute names.
    package struct PayloadBinding {
        package var transceiver: Int
        package var isRTX: Bool
        /// Of what RTX repeats, for RTX.
        package var format: PayloadFormat?
    }

    package struct SourceBinding {
        var ssrc: UInt32
        var transceiver: Int
        var layer: Int
        var isRTX: Bool
    }

    /// The names that go with a report.
    package struct SourceDescription {
        var senders: [UInt32]
        var packet: RTCPPacket
    }

    // MARK: - Life

    public var iceState: IceConnectionState { ice.state }

    /// Where media goes now; `nil` while there is no way.
    public var selectedPath: Path? { ice.selectedPath }

    /// A socket is open on this address; the candidate comes as an event, where others may know of it.
    public mutating func addLocalAddress(_ base: SocketAddress, now: Instant) {
        let candidate = ice.addHostCandidate(base: base, now: now).sdpValue
        if ice.transportPolicy == .all { events.append(.localCandidate(candidate)) }
        afterTransport(now: now)
    }

    /// What is to be done with byte streams; to be taken like events, and once more after the last drain.
    public mutating func nextStreamRequest() -> IceStreamRequest? {
        ice.nextStreamRequest()
    }

    public mutating func streamOpened(_ token: UInt64, now: Instant) {
        ice.streamOpened(token, now: now)
        afterTransport(now: now)
    }

    public mutating func streamClosed(_ token: UInt64, reason: String, now: Instant) {
        ice.streamClosed(token, reason: reason, now: now)
        afterTransport(now: now)
    }

    /// A socket is closed: its candidate is gone, and with it the selected path if that began there.
    public mutating func removeLocalAddress(_ base: SocketAddress, now: Instant) {
        ice.removeHostCandidate(base: base, now: now)
        afterTransport(now: now)
    }

    public mutating func advance(to now: Instant) {
        guard !isClosed else { return }
        toldAt = now
        ice.advance(to: now)
        dtls?.endpoint.advance(to: now)
        afterTransport(now: now)
        advanceFeedback(to: now)
    }

    /// The next moment at which ``advance(to:)`` has something to do.
    ///
    /// Mutating, though it changes nothing: a peer that lies in a class is then read in place, where it would be copied, all of its 3 KB,
    /// to be read.
    public var deadline: Instant? {
        mutating get {
            guard !isClosed else { return nil }
            var next = ice.deadline
            next = earliest(next, dtls?.endpoint.deadline)
            guard isConnected, !isClosing else { return next }
            next = earliest(next, reportDue)
            next = earliest(next, transportWide.deadline)
            for index in transceivers.indices {
                for layer in transceivers[index].receivers.indices {
                    next = earliest(next, transceivers[index].receivers[layer].deadline)
                }
            }
            return next
        }
    }

    public mutating func nextEvent() -> PeerEvent? {
        events.popFirst()
    }

    /// Says goodbye: RTCP BYE, then DTLS close_notify; drain once more afterwards.
    public mutating func close(now: Instant) {
        guard !isClosing else { return }
        isClosing = true
        if isConnected {
            let sending = transceivers.flatMap(\.senders).filter { $0.statistics.packetsSent > 0 }.map(\.ssrc)
            for start in stride(from: 0, to: sending.count, by: 31) {
                waitingRTCP.append(.bye(ssrcs: Array(sending[start..<min(start + 31, sending.count)]), reason: nil))
            }
            // A goodbye stands behind a report (RFC 3550 §6.1); RFC 5506 lets feedback alone go without.
            reportDue = now
        }
        for index in transceivers.indices {
            for layer in transceivers[index].senders.indices { transceivers[index].senders[layer].dropWaiting() }
            for layer in transceivers[index].receivers.indices { transceivers[index].receivers[layer].flush() }
        }
        signalingState = .closed
    }

    // MARK: - Media

    /// Queues one frame on a transceiver; the packets leave with the next drain.
    ///
    /// - Parameter layer: The place of its layer among the rids that the transceiver was added with; 0 where there is one stream.
    /// - Returns: The SSRC and the extended sequence number of the frame's first packet; `nil`, and nothing is queued, while the
    ///   transport is not connected, there is no way to the other side, or the transceiver may not send this layer. Numbers given to packets
    ///   that never leave would in the end carry the stream past what the far side can guess of its rollover counter.
    public mutating func send(
        _ frame: OutgoingFrame, on transceiver: Int, layer: Int = 0, packetCount: Int, now: Instant,
        packetAt: (Int) -> OutgoingPacket
    ) -> (ssrc: UInt32, firstSequence: UInt64)? {
        guard isConnected, !isClosing, ice.selectedPath != nil, transceivers[transceiver].maySend(layer: layer) else {
            return nil
        }
        let first = transceivers[transceiver].senders[layer].enqueue(
            frame, packetCount: packetCount, packetAt: packetAt, wallClock: configuration.wallClock, now: now)
        return (transceivers[transceiver].senders[layer].ssrc, first)
    }

    public func maySend(on transceiver: Int, layer: Int = 0) -> Bool {
        isConnected && !isClosing && transceivers[transceiver].maySend(layer: layer)
    }

    /// Whether the far side takes this layer of what is sent, and has not paused it (RFC 8853 §5.2).
    public func isWanted(layer: Int, of transceiver: Int) -> Bool { transceivers[transceiver].senders[layer].isWanted }

    /// The next frame that came on a transceiver, whole or damaged; of any of its layers, each of which keeps its order.
    public mutating func nextFrame(on transceiver: Int) -> ReceivedFrame? {
        for layer in transceivers[transceiver].receivers.indices {
            guard var frame = transceivers[transceiver].receivers[layer].nextFrame() else { continue }
            frame.layer = UInt8(layer)
            return frame
        }
        return nil
    }

    public var transceiverCount: Int { transceivers.count }

    /// How many streams a transceiver sends side by side: the layers that it was added with, else one.
    public func sentLayerCount(of transceiver: Int) -> Int { transceivers[transceiver].senders.count }

    /// The rid of a layer that goes out (RFC 8851); `nil` where there is one stream.
    public func sentRid(of transceiver: Int, layer: Int) -> String? { transceivers[transceiver].senders[layer].rid?.string }

    /// How many streams a transceiver receives side by side: the layers of a simulcast, else one.
    public func receivedLayerCount(of transceiver: Int) -> Int { transceivers[transceiver].receivers.count }

    /// The rid of a layer that comes in (RFC 8851); `nil` where there is one stream without.
    public func receivedRid(of transceiver: Int, layer: Int) -> String? {
        transceivers[transceiver].receivers[layer].rid?.string
    }

    /// Gives up on frames that are not whole yet, so that they come out as damaged.
    public mutating func flushReceivers() {
        for index in transceivers.indices {
            for layer in transceivers[index].receivers.indices { transceivers[index].receivers[layer].flush() }
        }
    }
}

/// Working memory of one peer, so that writing a header or a report allocates nothing.
package struct PeerScratch: ~Copyable {
    package let header = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
    package let report = UnsafeMutableRawBufferPointer.allocate(byteCount: reportSize, alignment: 16)

    /// The longest compound in bytes, so that it fits a datagram with its tag.
    package static let reportSize = 1400

    deinit {
        header.deallocate()
        report.deallocate()
    }
}

package struct PeerCounters {
    package var transport = TransportStatistics()
    package var ignoredCandidates: UInt64 = 0
    package var malformedReports: UInt64 = 0
    /// Bits per second that the far side last said it can take (REMB); `nil` where it never did.
    package var availableOutgoingBitrate: UInt64?
}
