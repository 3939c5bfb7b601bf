package import RTCCore
package import RTCWire

/// The receiving half of one m-section: counts, repairs and assembles what one remote source sends (RFC 3550 §6.4, A.1, A.3, A.8).
package struct RTPStreamReceiver {
    package struct Timing: Sendable {
        /// A picture is asked for at most this often (RFC 4585 §6.3.1).
        var pictureLossInterval: Duration = .seconds(1)
    }

    package let kind: MediaKind
    package let clockRate: UInt32
    private let timing = Timing()

    package private(set) var ssrc: UInt32?
    package var rtxSSRC: UInt32?
    /// The layer of a simulcast that this is (RFC 8852 §3.1); `nil` where there is one stream alone.
    package var rid: InlineText?
    package var usesNack = false
    /// Whether the far side understands PLI.
    package var usesPictureLoss = false
    /// Where the stream's sender report stands: the middle 32 bits of its NTP time, and when it came.
    package private(set) var lastSenderReport: (ntpMiddle: UInt32, arrivedAt: Instant)?
    package private(set) var senderReportsReceived: UInt64 = 0

    package private(set) var frames = RingQueue<ReceivedFrame>()
    package private(set) var statistics = RTPReceiveStatistics()
    /// What the packets of audio say of themselves.
    package var audioEnergy = AudioEnergy()
    private var unwrapper = SequenceUnwrapper()
    private var assembler: FrameAssembler
    private var playout = VideoPlayout()
    private var freezes = FreezeDetector()
    private var frameRate = FrameRateMeter()
    private var audioPlayout = AudioPlayout()
    private var interruptions = InterruptionDetector()
    /// RTP time of the newest packet, and what it amounts to without wrapping, in ticks.
    private var lastMediaTime: (timestamp: UInt32, ticks: Int64)?
    /// The newest packet of audio: its number, its RTP time without wrapping, and how long it lasts, in ticks.
    private var lastSound: (sequence: Int64, ticks: Int64, duration: Int64)?
    package private(set) var nack = NackGenerator()
    private var baseSequence: Int64?
    /// Packets as they came on the source's own numbers, late ones and duplicates included, RTX not (RFC 3550 A.3).
    private var arrivals: Int64 = 0
    /// What another source counted before this one.
    private var earlierLost: Int64 = 0
    private var receivedBefore: Int64 = 0
    private var jitterTicks = 0.0
    private var lastTransit: Int64?
    private var expectedAtLastReport: Int64 = 0
    private var receivedAtLastReport: Int64 = 0
    private var needsKeyFrame = false
    private var pictureLossDue: Instant?
    private var lastPictureLoss: Instant?

    package init(kind: MediaKind, clockRate: UInt32) {
        self.kind = kind
        self.clockRate = clockRate
        assembler = FrameAssembler(capacity: kind == .video ? 1024 : 128)
    }

    /// One packet of the stream, its payload decrypted.
    ///
    /// - Parameters:
    ///   - payload: Without padding; for RTX without the original sequence number.
    ///   - headerSize: With extensions and padding.
    ///   - payloadType: That of the stream; `nil` for RTX.
    ///   - format: How the payload is packed; `nil` for a codec that is not understood.
    ///   - overRTX: Whether it came as a retransmission (RFC 4588), so that its arrival says nothing about jitter.
    package mutating func receive(
        _ payload: UnsafeRawBufferPointer, sequenceNumber: UInt16, timestamp: UInt32, marker: Bool, headerSize: Int,
        payloadType: UInt8? = nil, format: PayloadFormat?, overRTX: Bool, arrivedAt: Instant,
        now: Instant
    ) {
        let before = unwrapper.highest
        let sequence = unwrapper.unwrap(sequenceNumber)
        if baseSequence == nil { baseSequence = sequence }
        if !overRTX { arrivals += 1 }
        guard !payload.isEmpty else { return receivePadding(sequence, before: before, headerSize: headerSize, now: now) }
        guard let packet = describe(payload, format: format) else {
            statistics.packetsDiscarded += 1
            return
        }
        var whole: WholeFrame?
        var next: WholeFrame?
        var damaged = 0
        let insertion = assembler.insert(
            sequence: sequence, timestamp: timestamp, fingerprint: packet.fingerprint,
            start: packet.start,
            isLast: kind == .audio || marker, isKey: packet.isKey, arrivedAt: arrivedAt
        ) { frame, sequences in
            if let sequences {
                if whole == nil { whole = (frame, sequences) } else { next = (frame, sequences) }
            } else {
                damaged += 1
            }
            frames.append(frame)
        }
        switch insertion {
        case .duplicate:
            statistics.packetsDuplicated += 1
            return
        case .tooLate:
            statistics.packetsDiscarded += 1
            return
        case .new:
            break
        }
        statistics.packetsReceived += 1
        statistics.bytesReceived += UInt64(payload.count)
        statistics.headerBytesReceived += UInt64(headerSize)
        statistics.lastPacketReceivedAt = arrivedAt.nanoseconds
        statistics.payloadType = payloadType ?? statistics.payloadType
        statistics.framesReceived += (whole == nil ? 0 : 1) + (next == nil ? 0 : 1)
        statistics.framesDamaged += UInt64(damaged)
        if kind == .video {
            freezes.receivePacket(at: arrivedAt)
            if let whole { playVideo(whole, arrivedAt: arrivedAt) }
            if let next { playVideo(next, arrivedAt: arrivedAt) }
        } else {
            playAudio(payload, sequence: sequence, timestamp: timestamp, arrivedAt: arrivedAt)
        }
        if overRTX {
            statistics.retransmittedPacketsReceived += 1
            statistics.retransmittedBytesReceived += UInt64(payload.count)
        } else {
            updateJitter(timestamp: timestamp, arrivedAt: arrivedAt)
        }
        trackGaps(sequence: sequence, before: before, now: now)
    }

    // MARK: - Playout

    private typealias WholeFrame = (frame: ReceivedFrame, sequences: ClosedRange<Int64>)

    private mutating func playVideo(_ completed: WholeFrame, arrivedAt: Instant) {
        let (whole, sequences) = completed
        if whole.isKey {
            statistics.keyFramesReceived += 1
            needsKeyFrame = false
            pictureLossDue = nil
        }
        if whole.packetCount > 1 {
            statistics.framesAssembledFromMultiplePackets += 1
            statistics.totalAssemblyTime += UInt64(max(0, whole.firstPacketAt.nanoseconds(to: arrivedAt)))
        }
        let frame = VideoPlayout.Frame(
            sequences: sequences, rtpTimestamp: whole.rtpTimestamp, isKey: whole.isKey, firstPacketAt: whole.firstPacketAt)
        playout.insert(frame) { frame in
            statistics.framesDecoded += 1
            if frame.isKey { statistics.keyFramesDecoded += 1 }
            statistics.jitterBufferEmittedCount += 1
            statistics.jitterBufferDelay += Double(max(0, frame.firstPacketAt.nanoseconds(to: arrivedAt))) / 1e9
            statistics.lastPlayed = PlayoutPoint(rtpTimestamp: frame.rtpTimestamp, at: arrivedAt.nanoseconds)
            freezes.show(at: arrivedAt)
            frameRate.add(at: arrivedAt)
        }
        statistics.framesDropped = playout.dropped
    }

    private mutating func playAudio(
        _ payload: UnsafeRawBufferPointer, sequence: Int64, timestamp: UInt32, arrivedAt: Instant
    ) {
        let ticks =
            lastMediaTime.map { $0.ticks + Int64(Int32(bitPattern: timestamp &- $0.timestamp)) } ?? Int64(timestamp)
        if ticks >= lastMediaTime?.ticks ?? ticks { lastMediaTime = (timestamp, ticks) }
        let opus = try? OpusPacket.parse(payload.bytes)
        // A packet that is no Opus is taken to last 20 ms, like nearly all.
        let samples = opus?.duration ?? 960
        if opus?.hasRedundancy == true {
            statistics.fecPacketsReceived += 1
            if assembler.contains(sequence - 1) { statistics.fecPacketsDiscarded += 1 }
        }
        noteSilence(before: sequence, ticks: ticks, duration: Int64(samples))
        interruptions.receive(at: arrivedAt, duration: .nanoseconds(Int64(samples) * 1_000_000_000 / Int64(clockRate)))
        statistics.interruptionCount = interruptions.count
        statistics.totalInterruptions = interruptions.total
        let seconds = ticks.quotientAndRemainder(dividingBy: Int64(clockRate))
        let mediaTime = seconds.quotient * 1_000_000_000 + seconds.remainder * 1_000_000_000 / Int64(clockRate)
        guard let wait = audioPlayout.receive(mediaTime: mediaTime, arrivedAt: arrivedAt) else {
            statistics.packetsDiscarded += 1
            assembler.markDiscarded(sequence)
            return
        }
        statistics.jitterBufferEmittedCount += UInt64(samples)
        statistics.jitterBufferDelay += Double(wait) / 1e9 * Double(samples)
        statistics.jitterBufferTargetDelay += Double(audioPlayout.target) / 1e9 * Double(samples)
        statistics.lastPlayed = PlayoutPoint(rtpTimestamp: timestamp, at: arrivedAt.nanoseconds + UInt64(wait))
    }

    /// RTP time that goes on by more than the packets since account for was silence, in which the sender kept still (RFC 7587 §4.1); for
    /// longer than Opus does, it had another reason.
    private mutating func noteSilence(before sequence: Int64, ticks: Int64, duration: Int64) {
        guard let last = lastSound else {
            lastSound = (sequence, ticks, duration)
            return
        }
        guard sequence > last.sequence else { return }
        let silence = ticks - last.ticks - (sequence - last.sequence) * last.duration
        if silence > 0,
            silence <= (sequence - last.sequence) * InterruptionDetector.longestPause * Int64(clockRate) / 1_000_000_000
        {
            interruptions.pause(for: .nanoseconds(silence * 1_000_000_000 / Int64(clockRate)))
        }
        lastSound = (sequence, ticks, duration)
    }

    /// The counters with what only the moment of looking can tell.
    package func snapshot(at now: Instant) -> RTPReceiveStatistics {
        var snapshot = statistics
        snapshot.bursts = assembler.bursts
        snapshot.framesPerSecond = frameRate.rate(at: now)
        snapshot.openInterruption = UInt64(interruptions.open(at: now).inNanoseconds)
        snapshot.freezes.freezeCount = freezes.freezeCount
        snapshot.freezes.totalFreezes = freezes.totalFreezes
        snapshot.freezes.pauseCount = freezes.pauseCount
        snapshot.freezes.totalPauses = freezes.totalPauses
        snapshot.freezes.openFreeze = UInt64(freezes.openFreeze(at: now).inNanoseconds)
        snapshot.freezes.totalInterFrameDelay = freezes.totalInterFrameDelay
        snapshot.freezes.totalSquaredInterFrameDelay = freezes.totalSquaredInterFrameDelay
        return snapshot
    }

    /// A packet of padding alone probes the way, and has a number all the same: unless it is counted it is asked for in vain.
    private mutating func receivePadding(_ sequence: Int64, before: Int64?, headerSize: Int, now: Instant) {
        switch assembler.insertPadding(
            sequence: sequence,
            emit: { frame, sequences in
                if sequences == nil {
                    statistics.framesDamaged += 1
                } else {
                    statistics.framesReceived += 1
                }
                frames.append(frame)
            })
        {
        case .duplicate: statistics.packetsDuplicated += 1
        case .tooLate: statistics.packetsDiscarded += 1
        case .new:
            statistics.packetsReceived += 1
            statistics.headerBytesReceived += UInt64(headerSize)
            trackGaps(sequence: sequence, before: before, now: now)
        }
    }

    private mutating func describe(_ payload: UnsafeRawBufferPointer, format: PayloadFormat?)
        -> VideoPayload?
    {
        guard kind == .video else {
            return VideoPayload(fingerprint: FrameFingerprint(payload), start: .yes, isKey: true)
        }
        guard let format, let packet = VideoPayload.parse(payload, format: format) else { return nil }
        if packet.width > 0 {
            statistics.frameWidth = packet.width
            statistics.frameHeight = packet.height
        }
        return packet
    }

    private mutating func updateJitter(timestamp: UInt32, arrivedAt: Instant) {
        let arrival = Int64(arrivedAt.nanoseconds / 1000) * Int64(clockRate) / 1_000_000
        let transit = arrival - Int64(timestamp)
        if let lastTransit {
            // The difference is taken modulo 2^32, since the timestamp wraps.
            let difference = abs(Int64(Int32(truncatingIfNeeded: transit - lastTransit)))
            jitterTicks += (Double(difference) - jitterTicks) / 16
            statistics.jitter = jitterTicks / Double(clockRate)
        }
        lastTransit = transit
    }

    private mutating func trackGaps(sequence: Int64, before: Int64?, now: Instant) {
        if let base = baseSequence, let highest = unwrapper.highest {
            statistics.packetsLost = earlierLost + highest - base + 1 - (Int64(statistics.packetsReceived) - receivedBefore)
        }
        guard let before else { return }
        guard usesNack else {
            if sequence > before + 1 { needPicture(now: now) }
            return
        }
        if sequence > before + 1 {
            nack.noteGap(before + 1..<sequence, now: now)
        } else if sequence < before {
            nack.noteArrival(sequence)
        }
        noteAbandoned(now: now)
    }

    private mutating func noteAbandoned(now: Instant) {
        if nack.takeAbandoned() > 0 { needPicture(now: now) }
    }

    private mutating func needPicture(now: Instant) {
        guard kind == .video, usesPictureLoss else { return }
        needsKeyFrame = true
        // A key frame ends the need, not the interval.
        let earliest = lastPictureLoss.map { $0 + timing.pictureLossInterval } ?? now
        if pictureLossDue == nil { pictureLossDue = max(now, earliest) }
    }

    /// What to ask the sender for now.
    package mutating func advance(
        to now: Instant, roundTripTime: Duration?, nackRequest: (Int64) -> Void, pictureLossRequest: () -> Void
    ) {
        var requested = false
        nack.advance(to: now, roundTripTime: roundTripTime) { sequence in
            requested = true
            nackRequest(sequence)
        }
        if requested { statistics.nackCount += 1 }
        noteAbandoned(now: now)
        if needsKeyFrame, let due = pictureLossDue, now >= due {
            statistics.pliCount += 1
            lastPictureLoss = now
            pictureLossDue = now + timing.pictureLossInterval
            pictureLossRequest()
        }
    }

    package var deadline: Instant? { earliest(nack.deadline, needsKeyFrame ? pictureLossDue : nil) }

    /// Receives another source from now on; its numbers and times have nothing to do with those before.
    package mutating func bind(to ssrc: UInt32) {
        guard ssrc != self.ssrc else { return }
        self.ssrc = ssrc
        guard baseSequence != nil else { return }
        flush()
        earlierLost = statistics.packetsLost
        receivedBefore = Int64(statistics.packetsReceived)
        unwrapper = SequenceUnwrapper()
        nack.forget()
        baseSequence = nil
        arrivals = 0
        expectedAtLastReport = 0
        receivedAtLastReport = 0
        jitterTicks = 0
        lastTransit = nil
        lastSenderReport = nil
        lastMediaTime = nil
        lastSound = nil
        audioPlayout = AudioPlayout()
        playout.restart()
        stopRepairs()
    }

    /// The source has said goodbye: nobody is there to ask.
    package mutating func stopRepairs() {
        nack.forget()
        needsKeyFrame = false
        pictureLossDue = nil
    }

    package mutating func receiveSenderReport(
        ntp: UInt64, rtp: UInt32, packetCount: UInt32, octetCount: UInt32, arrivedAt: Instant
    ) {
        lastSenderReport = (UInt32(truncatingIfNeeded: ntp >> 16), arrivedAt)
        senderReportsReceived += 1
        statistics.remote.reportsSent += 1
        statistics.remote.packetsSent = packetCount
        statistics.remote.bytesSent = octetCount
        statistics.remote.ntp = ntp
        statistics.remote.rtpTimestamp = rtp
        statistics.remote.arrivedAt = arrivedAt.nanoseconds
    }

    /// The far side answered a reference time of this side's (RFC 3611 §4.5), in seconds.
    package mutating func noteRoundTripTime(_ measured: Double) {
        statistics.remote.roundTripTime = measured
        statistics.remote.totalRoundTripTime += measured
        statistics.remote.roundTripTimeMeasurements += 1
    }

    /// A report block about this stream, counted from the one before (RFC 3550 A.3).
    package mutating func takeReport(now: Instant) -> RTCPReportBlock? {
        guard let ssrc, let base = baseSequence, let highest = unwrapper.highest else { return nil }
        let expected = highest - base + 1
        let expectedSince = expected - expectedAtLastReport
        let lostSince = expectedSince - (arrivals - receivedAtLastReport)
        expectedAtLastReport = expected
        receivedAtLastReport = arrivals
        let fraction = expectedSince > 0 && lostSince > 0 ? UInt8(clamping: (lostSince << 8) / expectedSince) : 0
        var delay: UInt32 = 0
        if let lastSenderReport {
            let elapsed = max(0, lastSenderReport.arrivedAt.nanoseconds(to: now))
            delay = UInt32(clamping: (elapsed << 16) / 1_000_000_000)
        }
        return RTCPReportBlock(
            ssrc: ssrc, fractionLost: fraction, cumulativeLost: Int32(clamping: expected - arrivals),
            extendedHighestSequence: UInt32(truncatingIfNeeded: highest - 65_536), jitter: UInt32(jitterTicks),
            lastSR: lastSenderReport?.ntpMiddle ?? 0, delaySinceLastSR: delay)
    }

    package mutating func nextFrame() -> ReceivedFrame? { frames.popFirst() }

    /// Hands out what never became whole, at the end of the stream.
    package mutating func flush() {
        assembler.flush { frame, _ in
            statistics.framesDamaged += 1
            frames.append(frame)
        }
    }
}
