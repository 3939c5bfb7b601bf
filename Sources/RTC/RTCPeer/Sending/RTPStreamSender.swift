package import RTCCore
package import RTCWire

/// The sending half of one m-section: numbers, times and repairs the packets of one track (RFC 3550 §5, RFC 4588).
///
/// Packets wait here until the peer drains them into a batch; sequence numbers are given on entry, in order.
package struct RTPStreamSender {
    package struct Waiting {
        var packet: OutgoingPacket
        var extendedSequence: UInt64
        /// That of RTX for what goes over RTX.
        var payloadType: UInt8
        var marker: Bool
        var timestamp: UInt32
        var pictureID: UInt16
        var captureTimeNTP: UInt64
        var audioLevel: UInt8
        var enqueuedAt: Instant
        /// Zero for a first transmission; the stored transport sequence is kept for a resend without RTX.
        var resent: Resent
    }

    package enum Resent {
        case no
        case overRTX
        /// Repeats the stored bytes, so the header must not change (the nonce is the same, RFC 3711 §9.1).
        case verbatim(transportSequence: UInt16, carriesMid: Bool, absSendTime: UInt32)
    }

    package let kind: MediaKind
    package let ssrc: UInt32
    package let rtxSSRC: UInt32
    package let timestampOffset: UInt32
    package let cname: String
    /// The layer of a simulcast that this is (RFC 8852 §3.1); `nil` where there is one stream alone.
    package let rid: InlineText?
    /// Whether the far side knows the layer by its rid, so that packets have to say it.
    package var statesRid = false
    /// Whether the far side wants this layer now.
    package var isWanted = true

    package private(set) var payloadType: UInt8 = 0
    /// Whether the far side takes the codec of what is sent.
    package var isAccepted = true
    /// The payload type of RTX, where it was negotiated.
    package private(set) var rtxPayloadType: UInt8?
    package var usesNack = false
    /// Whether the far side has confirmed the SSRC, so that mid and rid need not be sent any more.
    package var isConfirmedByRemote = false
    package var isRTXConfirmedByRemote = false
    /// What the SSRC has sent, retransmissions on its own sequence numbers included, RTX not (RFC 3550 §6.4.1).
    package private(set) var sourcePacketCount: UInt64 = 0
    package private(set) var sourceOctetCount: UInt64 = 0

    package private(set) var queue = RingQueue<Waiting>()
    package private(set) var statistics = RTPSendStatistics()
    private var nextSequence: UInt64
    private var nextRTXSequence: UInt64
    private var nextPictureID: UInt16
    private var sentPackets: RetransmissionBuffer?
    private var lastCaptureTimeSent: Instant?
    private var frameRate = FrameRateMeter()
    /// Payload of all frames so far.
    private var frameBytes: UInt64 = 0
    /// The extended number of the first packet.
    package let firstSequence: UInt64
    package private(set) var lastTimestamp: UInt32 = 0
    package private(set) var lastCaptureTime: Instant = .origin

    package init(kind: MediaKind, cname: String, rid: InlineText? = nil, random: inout SplitMix64) {
        self.kind = kind
        self.cname = cname
        self.rid = rid
        ssrc = UInt32.random(in: 1...UInt32.max, using: &random)
        rtxSSRC = UInt32.random(in: 1...UInt32.max, using: &random)
        timestampOffset = UInt32.random(in: 0...UInt32.max, using: &random)
        // Below 2^15, so that losing the first packets cannot make the far side guess a wrong rollover counter.
        firstSequence = UInt64.random(in: 1..<32_768, using: &random)
        nextSequence = firstSequence
        nextRTXSequence = UInt64.random(in: 1..<32_768, using: &random)
        nextPictureID = UInt16.random(in: 0..<32_768, using: &random)
    }

    /// Takes a frame in.
    ///
    /// - Returns: The extended sequence number of its first packet.
    package mutating func enqueue(
        _ frame: OutgoingFrame, packetCount: Int, packetAt: (Int) -> OutgoingPacket, wallClock: WallClock, now: Instant
    ) -> UInt64 {
        let first = nextSequence
        let timestamp = timestampOffset &+ frame.mediaTime
        var captureTimeNTP: UInt64 = 0
        if lastCaptureTimeSent.map({ frame.captureTime - $0 >= .seconds(1) }) ?? true {
            captureTimeNTP = wallClock.ntp(at: frame.captureTime)
            lastCaptureTimeSent = frame.captureTime
        }
        var size: UInt64 = 0
        for index in 0..<packetCount {
            let packet = packetAt(index)
            size += UInt64(packet.payload.count)
            if index == 0, frame.isKey, kind == .video { noteSize(of: packet, frame) }
            queue.append(
                Waiting(
                    packet: packet, extendedSequence: nextSequence, payloadType: payloadType,
                    marker: kind == .video ? packet.isLastOfFrame : frame.beginsTalkSpurt, timestamp: timestamp,
                    pictureID: nextPictureID,
                    captureTimeNTP: index == 0 ? captureTimeNTP : 0, audioLevel: frame.audioLevel ?? Self.noLevel,
                    enqueuedAt: now, resent: .no))
            nextSequence += 1
        }
        nextPictureID = (nextPictureID + 1) & 0x7FFF
        lastTimestamp = timestamp
        lastCaptureTime = frame.captureTime
        if statistics.framesEncoded > 0, 2 * size * statistics.framesEncoded >= 5 * frameBytes { statistics.hugeFramesSent += 1 }
        frameBytes += size
        statistics.framesEncoded += 1
        statistics.firstFrameAt = statistics.firstFrameAt ?? now.nanoseconds
        frameRate.add(at: now)
        if frame.isKey, kind == .video { statistics.keyFramesSent += 1 }
        return first
    }

    private mutating func noteSize(of packet: OutgoingPacket, _ frame: OutgoingFrame) {
        if frame.width > 0 {
            statistics.frameWidth = frame.width
            statistics.frameHeight = frame.height
            return
        }
        guard packet.descriptor == .vp8, let header = try? VP8FrameHeader.parse(packet.payload.bytes),
            header.isKeyFrame
        else {
            return
        }
        statistics.frameWidth = header.width
        statistics.frameHeight = header.height
    }

    /// The counters with what only the moment of looking can tell.
    package func snapshot(at now: Instant) -> RTPSendStatistics {
        var snapshot = statistics
        snapshot.framesPerSecond = frameRate.rate(at: now)
        return snapshot
    }

    package static let noLevel: UInt8 = 0xFF

    package var nextWaiting: Waiting? { queue.first }

    package mutating func removeFirstWaiting() {
        queue.removeFirst()
    }

    package mutating func takeRTXSequence() -> UInt64 {
        defer { nextRTXSequence += 1 }
        return nextRTXSequence
    }

    package mutating func recordSent(
        _ waiting: Waiting, headerSize: Int, payloadSize: Int, transportSequence: UInt16,
        carriesMid: Bool, absSendTime: UInt32, now: Instant
    ) {
        statistics.packetsSent += 1
        statistics.headerBytesSent += UInt64(headerSize)
        statistics.bytesSent += UInt64(payloadSize)
        if case .overRTX = waiting.resent {
        } else {
            sourcePacketCount += 1
            sourceOctetCount += UInt64(payloadSize)
        }
        guard case .no = waiting.resent else {
            statistics.retransmittedPacketsSent += 1
            statistics.retransmittedBytesSent += UInt64(payloadSize)
            return
        }
        if waiting.packet.isLastOfFrame { statistics.framesSent += 1 }
        statistics.totalPacketSendDelay += UInt64(max(0, waiting.enqueuedAt.nanoseconds(to: now)))
        guard usesNack else { return }
        if sentPackets == nil { sentPackets = RetransmissionBuffer(capacity: 1024) }
        sentPackets?.store(
            .init(
                packet: waiting.packet, extendedSequence: waiting.extendedSequence, marker: waiting.marker,
                timestamp: waiting.timestamp,
                pictureID: waiting.pictureID, transportSequence: transportSequence, captureTimeNTP: waiting.captureTimeNTP,
                audioLevel: waiting.audioLevel, carriesMid: carriesMid, absSendTime: absSendTime,
                lastSent: now))
    }

    /// Queues what a NACK asks for, each packet at most once per `minimumGap`.
    package mutating func retransmit(_ sequenceNumber: UInt16, now: Instant, minimumGap: Duration) {
        let newest = nextSequence - 1
        let behind = UInt64(UInt16(truncatingIfNeeded: newest) &- sequenceNumber)
        guard behind < newest, queue.count < Self.longestQueue,
            let entry = sentPackets?.take(newest - behind, now: now, minimumGap: minimumGap)
        else {
            statistics.retransmissionsUnavailable += 1
            return
        }
        let resent: Resent =
            rtxPayloadType != nil
            ? .overRTX
            : .verbatim(
                transportSequence: entry.transportSequence, carriesMid: entry.carriesMid,
                absSendTime: entry.absSendTime)
        queue.append(
            Waiting(
                packet: entry.packet, extendedSequence: entry.extendedSequence,
                payloadType: rtxPayloadType ?? payloadType, marker: entry.marker,
                timestamp: entry.timestamp, pictureID: entry.pictureID,
                captureTimeNTP: entry.captureTimeNTP,
                audioLevel: entry.audioLevel,
                enqueuedAt: now, resent: resent))
    }

    /// Packets that may wait before retransmissions are refused: the far side alone decides how many it asks for.
    private static let longestQueue = 2048

    /// Sends under these payload types from now on.
    package mutating func send(_ payloadType: UInt8, rtxPayloadType: UInt8?) {
        guard self.payloadType != payloadType || self.rtxPayloadType != rtxPayloadType else { return }
        self.payloadType = payloadType
        self.rtxPayloadType = rtxPayloadType
        forgetSentPackets()
    }

    /// A resend must repeat the bytes (RFC 3711 §9.1), which it cannot once what stands in the header has changed.
    package mutating func forgetSentPackets() {
        sentPackets = nil
    }

    package mutating func countFeedback(_ change: (inout RTPSendStatistics) -> Void) {
        change(&statistics)
    }

    /// Drops what waits, as when the transport is gone.
    package mutating func dropWaiting() {
        statistics.packetsDiscarded += UInt64(queue.count)
        queue.removeAll()
    }

    /// RTP time at an instant, for sender reports (RFC 3550 §6.4.1).
    package func timestamp(at now: Instant, clockRate: UInt32) -> UInt32 {
        let elapsed = lastCaptureTime.nanoseconds(to: now).quotientAndRemainder(dividingBy: 1_000_000_000)
        let ticks = elapsed.quotient * Int64(clockRate) + elapsed.remainder * Int64(clockRate) / 1_000_000_000
        return lastTimestamp &+ UInt32(truncatingIfNeeded: ticks)
    }
}
