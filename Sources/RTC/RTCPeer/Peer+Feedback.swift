package import RTCCore
internal import RTCCrypto
package import RTCICE
internal import RTCWire

extension Peer {
    // MARK: - Receiving

    package mutating func receiveRTCP(_ datagram: UnsafeMutableRawBufferPointer, on path: Path, arrivedAt: Instant, now: Instant)
    {
        guard isConnected else {
            statistics.transport.starlingTooEarly += 1
            return
        }
        let result = srtpReceiver?.unprotectRTCP(datagram)
        guard case .packet(let size) = result else {
            if case .replayed = result {
                statistics.transport.starlingSRTPReplays += 1
            } else {
                statistics.transport.starlingSRTPAuthenticationFailures += 1
            }
            return
        }
        statistics.transport.rtcpPacketsReceived += 1
        ice.noteInboundTraffic(on: path, at: now)
        let compound = UnsafeRawBufferPointer(rebasing: datagram[..<size])
        let malformed = RTCPCompound.visit(compound.bytes) { element in
            switch element {
            case .senderInfo(let ssrc, let ntp, let rtp, let packets, let octets):
                guard let index = receiver(of: ssrc) else { return }
                transceivers[index].receiver.receiveSenderReport(
                    ntp: ntp, rtp: rtp, packetCount: packets, octetCount: octets, arrivedAt: arrivedAt)
            case .reportBlock(let block):
                handle(block, arrivedAt: arrivedAt)
            case .transportFeedback:
                statistics.transport.starlingTransportFeedbackReceived += 1
            case .sourceDescription:
                break
            case .packet(let packet):
                handle(packet, now: now)
            }
        }
        statistics.malformedReports += UInt64(malformed)
    }

    private mutating func handle(_ report: RTCPPacket, now: Instant) {
        switch report {
        case .nack(let nack):
            guard let index = sender(of: nack.mediaSSRC) else { return }
            transceivers[index].sender.countFeedback { $0.nackCount += 1 }
            let gap = roundTripTime ?? .milliseconds(10)
            nack.forEachLost { transceivers[index].sender.retransmit($0, now: now, minimumGap: max(gap * 0.5, .milliseconds(5))) }
        case .pictureLoss(_, let media):
            guard let index = sender(of: media) else { return }
            transceivers[index].sender.countFeedback { $0.pliCount += 1 }
            events.append(.keyFrameRequested(transceiver: index))
        case .fullIntra(_, let requests):
            for request in requests {
                guard let index = sender(of: request.ssrc) else { continue }
                transceivers[index].sender.countFeedback { $0.firCount += 1 }
                events.append(.keyFrameRequested(transceiver: index))
            }
        case .bye(let ssrcs, _):
            for ssrc in ssrcs {
                guard let index = receiver(of: ssrc) else { continue }
                transceivers[index].receiver.stopRepairs()
                events.append(.goodbye(ssrc: ssrc))
            }
        default:
            break
        }
    }

    private mutating func handle(_ block: RTCPReportBlock, arrivedAt: Instant) {
        guard let index = sender(of: block.ssrc) else { return }
        guard block.ssrc == transceivers[index].sender.ssrc else {
            transceivers[index].sender.isRTXConfirmedByRemote = true
            return
        }
        transceivers[index].sender.isConfirmedByRemote = true
        let clockRate = Double(Transceiver.clockRate(of: transceivers[index].kind))
        var measured: Duration?
        if block.lastSR != 0, block.delaySinceLastSR != 0 {
            // RFC 3550 §6.4.1: all three are in units of 1/65536 s.
            let nowMiddle = UInt32(truncatingIfNeeded: configuration.wallClock.ntp(at: arrivedAt) >> 16)
            let ticks = Int32(bitPattern: nowMiddle &- block.lastSR &- block.delaySinceLastSR)
            measured = .nanoseconds((Int64(max(0, ticks)) * 1_000_000_000) >> 16)
            roundTripTime = measured
        }
        let first = UInt32(truncatingIfNeeded: transceivers[index].sender.firstSequence)
        let expected = Int64(Int32(bitPattern: block.extendedHighestSequence &- first)) + 1
        transceivers[index].sender.countFeedback { statistics in
            statistics.remote.reportsReceived += 1
            statistics.remote.packetsReceived = UInt64(max(0, expected - Int64(block.cumulativeLost)))
            statistics.remote.packetsLost = Int64(block.cumulativeLost)
            statistics.remote.fractionLost = Double(block.fractionLost) / 256
            statistics.remote.jitter = Double(block.jitter) / clockRate
            if let measured {
                statistics.remote.roundTripTime = measured.inSeconds
                statistics.remote.totalRoundTripTime += measured.inSeconds
                statistics.remote.roundTripTimeMeasurements += 1
            }
        }
    }

    private func sender(of ssrc: UInt32) -> Int? {
        transceivers.firstIndex { $0.sender.ssrc == ssrc || $0.sender.rtxSSRC == ssrc }
    }

    private func receiver(of ssrc: UInt32) -> Int? {
        transceivers.firstIndex { $0.receiver.ssrc == ssrc }
    }

    // MARK: - Sending

    package mutating func advanceFeedback(to now: Instant) {
        guard isConnected, !isClosing else { return }
        let own = ownSSRC
        for index in transceivers.indices {
            guard let due = transceivers[index].receiver.deadline, now >= due else { continue }
            let media = transceivers[index].receiver.ssrc ?? 0
            lostNumbers.removeAll(keepingCapacity: true)
            var wantsKeyFrame = false
            transceivers[index].receiver.advance(
                to: now, roundTripTime: roundTripTime,
                nackRequest: { lostNumbers.append(UInt16(truncatingIfNeeded: $0)) },
                pictureLossRequest: { wantsKeyFrame = true })
            if !lostNumbers.isEmpty {
                waitingRTCP.append(.nack(RTCPNack(senderSSRC: own, mediaSSRC: media, lost: lostNumbers)))
            }
            if wantsKeyFrame, transceivers[index].receiver.usesPictureLoss {
                waitingRTCP.append(.pictureLoss(senderSSRC: own, mediaSSRC: media))
            }
        }
        var media: UInt32 = 0
        for index in transceivers.indices {
            guard let ssrc = transceivers[index].receiver.ssrc else { continue }
            media = ssrc
            break
        }
        if transportWide.advance(to: now, senderSSRC: own, mediaSSRC: media) {
            statistics.transport.starlingTransportFeedbackSent += 1
        }
    }

    /// Everything RTCP that waits goes into one compound packet, with the regular report in front when it is due.
    ///
    /// Where feedback may not go alone (RFC 4585 §3.1), each source's stands in a compound of its own, behind a report on that source: Janus
    /// takes a whole compound of one who only receives for the stream that its first report block names.
    package mutating func writeReports(into batch: inout DatagramBatch, along route: inout IceRoute, now: Instant) -> Drain {
        let isReportDue = reportDue.map { now >= $0 } ?? false
        guard isReportDue || !waitingRTCP.isEmpty || transportWide.isWaiting else { return .drained }
        guard !batch.isFull else { return .full }
        var writer = ByteWriter(scratch.report)
        if isReportDue {
            writeRegularReport(into: &writer, now: now)
            reportDue = now + reportInterval()
        } else if !usesReducedSize {
            writeMinimalReport(on: waitingRTCP.first?.feedbackSource, into: &writer, now: now)
        }
        let source = isReportDue ? nil : waitingRTCP.first?.feedbackSource
        let reported = writer.count
        while let packet = waitingRTCP.first {
            if !usesReducedSize, let about = packet.feedbackSource, about != source { break }
            guard writer.count + packet.encodedSize <= PeerScratch.reportSize else {
                precondition(isReportDue || writer.count > reported, "feedback fits behind a minimal report")
                break
            }
            packet.write(into: &writer)
            waitingRTCP.removeFirst()
        }
        if transportWide.isWaiting, writer.count + transportWide.waitingSize <= PeerScratch.reportSize {
            transportWide.write(into: &writer)
        }
        let written = writer.written
        statistics.transport.rtcpPacketsSent += 1
        batch.append(along: &route) { slot in srtpSender?.protectRTCP(written, into: slot) ?? 0 }
        return waitingRTCP.isEmpty && !transportWide.isWaiting ? .drained : writeReports(into: &batch, along: &route, now: now)
    }

    /// RFC 3550 §6.3.5: drawn from half to one and a half of the interval, so that peers do not march in step.
    package mutating func reportInterval() -> Duration {
        .milliseconds(Int64.random(in: 500...1500, using: &random))
    }

    /// Sources beyond what fits beside feedback wait for the next report (RFC 3550 §6.4): the first to wait is the first to go.
    private mutating func writeRegularReport(into writer: inout ByteWriter, now: Instant) {
        reportBlocks.removeAll(keepingCapacity: true)
        reportSenders.removeAll(keepingCapacity: true)
        let start = nextReported
        for offset in transceivers.indices {
            let index = (start + offset) % transceivers.count
            guard reportBlocks.count < Self.mostReportBlocks else { break }
            nextReported = index + 1
            if let block = transceivers[index].receiver.takeReport(now: now) { reportBlocks.append(block) }
        }
        let first = nextDescribed
        for offset in transceivers.indices {
            let index = (first + offset) % transceivers.count
            guard transceivers[index].sender.statistics.packetsSent > 0 else { continue }
            guard reportSenders.count < mostSenders else { break }
            nextDescribed = index + 1
            writeSenderReport(of: index, carriesBlocks: reportSenders.isEmpty, into: &writer, now: now)
            reportSenders.append(transceivers[index].sender.ssrc)
        }
        if reportSenders.isEmpty {
            RTCPPacket.receiverReport(ssrc: ownSSRC, reports: reportBlocks).write(into: &writer)
            reportSenders.append(ownSSRC)
        }
        describeSenders()
        sourceDescription.packet.write(into: &writer)
    }

    /// What stands in front of feedback where it may not go alone (RFC 4585 §3.1).
    private mutating func writeMinimalReport(on source: UInt32?, into writer: inout ByteWriter, now: Instant) {
        reportBlocks.removeAll(keepingCapacity: true)
        if let source, let index = receiver(of: source), let block = transceivers[index].receiver.takeReport(now: now) {
            reportBlocks.append(block)
        }
        RTCPPacket.receiverReport(ssrc: ownSSRC, reports: reportBlocks).write(into: &writer)
        RTCPPacket.sourceDescription([RTCPSourceDescriptionChunk(ssrc: ownSSRC, cname: configuration.cname)]).write(into: &writer)
    }

    private static let mostReportBlocks = 12

    /// Sender reports with their names that take 700 bytes together.
    private var mostSenders: Int { max(1, min(6, 700 / (36 + configuration.cname.utf8.count))) }

    private func writeSenderReport(of index: Int, carriesBlocks: Bool, into writer: inout ByteWriter, now: Instant) {
        let clockRate = Transceiver.clockRate(of: transceivers[index].kind)
        RTCPPacket.senderReport(
            RTCPSenderReport(
                ssrc: transceivers[index].sender.ssrc, ntp: configuration.wallClock.ntp(at: now),
                rtp: transceivers[index].sender.timestamp(at: now, clockRate: clockRate),
                packetCount: UInt32(truncatingIfNeeded: transceivers[index].sender.sourcePacketCount),
                octetCount: UInt32(truncatingIfNeeded: transceivers[index].sender.sourceOctetCount),
                reports: carriesBlocks ? reportBlocks : [])
        ).write(into: &writer)
    }

    /// Keeps the names of those that send, which seldom change.
    private mutating func describeSenders() {
        guard sourceDescription.senders != reportSenders else { return }
        let chunks = reportSenders.map { RTCPSourceDescriptionChunk(ssrc: $0, cname: configuration.cname) }
        sourceDescription = SourceDescription(senders: reportSenders, packet: .sourceDescription(chunks))
    }

    private var ownSSRC: UInt32 { transceivers.isEmpty ? 0 : transceivers[0].sender.ssrc }
}

extension RTCPPacket {
    /// The one source that feedback of ours is about; `nil` for what is no feedback on a source.
    fileprivate var feedbackSource: UInt32? {
        switch self {
        case .nack(let nack): nack.mediaSSRC
        case .pictureLoss(_, let media): media
        default: nil
        }
    }
}
