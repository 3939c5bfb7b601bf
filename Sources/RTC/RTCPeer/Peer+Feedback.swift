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
                guard let place = receiver(of: ssrc) else { return }
                transceivers[place.transceiver].receivers[place.layer].receiveSenderReport(
                    ntp: ntp, rtp: rtp, packetCount: packets, octetCount: octets, arrivedAt: arrivedAt)
            case .reportBlock(let block):
                handle(block, arrivedAt: arrivedAt)
            case .transportFeedback:
                statistics.transport.starlingTransportFeedbackReceived += 1
            case .sourceDescription:
                break
            case .packet(let packet):
                handle(packet, arrivedAt: arrivedAt, now: now)
            }
        }
        statistics.malformedReports += UInt64(malformed)
    }

    private mutating func handle(_ report: RTCPPacket, arrivedAt: Instant, now: Instant) {
        switch report {
        case .nack(let nack):
            guard let place = sender(of: nack.mediaSSRC) else { return }
            transceivers[place.transceiver].senders[place.layer].countFeedback { $0.nackCount += 1 }
            let gap = max((roundTripTime ?? .milliseconds(10)) * 0.5, .milliseconds(5))
            nack.forEachLost {
                transceivers[place.transceiver].senders[place.layer].retransmit($0, now: now, minimumGap: gap)
            }
        case .pictureLoss(_, let media):
            guard let place = sender(of: media) else { return }
            transceivers[place.transceiver].senders[place.layer].countFeedback { $0.pliCount += 1 }
            events.append(.keyFrameRequested(transceiver: place.transceiver, layer: place.layer))
        case .fullIntra(_, let requests):
            for request in requests {
                guard let place = sender(of: request.ssrc) else { continue }
                transceivers[place.transceiver].senders[place.layer].countFeedback { $0.firCount += 1 }
                events.append(.keyFrameRequested(transceiver: place.transceiver, layer: place.layer))
            }
        case .remb(let estimate):
            statistics.availableOutgoingBitrate = estimate.bitrate
        case .extendedReport(let extended):
            for block in extended.blocks { handle(block, from: extended.ssrc, arrivedAt: arrivedAt) }
        case .bye(let ssrcs, _):
            for ssrc in ssrcs {
                guard let place = receiver(of: ssrc) else { continue }
                transceivers[place.transceiver].receivers[place.layer].stopRepairs()
                events.append(.goodbye(ssrc: ssrc))
            }
        default:
            break
        }
    }

    private mutating func handle(_ block: RTCPReportBlock, arrivedAt: Instant) {
        guard let (index, layer) = sender(of: block.ssrc) else { return }
        guard block.ssrc == transceivers[index].senders[layer].ssrc else {
            transceivers[index].senders[layer].isRTXConfirmedByRemote = true
            return
        }
        transceivers[index].senders[layer].isConfirmedByRemote = true
        let clockRate = Double(Transceiver.clockRate(of: transceivers[index].kind))
        var measured: Duration?
        if block.lastSR != 0, block.delaySinceLastSR != 0 {
            // RFC 3550 §6.4.1: all three are in units of 1/65536 s.
            let nowMiddle = UInt32(truncatingIfNeeded: configuration.wallClock.ntp(at: arrivedAt) >> 16)
            let ticks = Int32(bitPattern: nowMiddle &- block.lastSR &- block.delaySinceLastSR)
            measured = .nanoseconds((Int64(max(0, ticks)) * 1_000_000_000) >> 16)
            roundTripTime = measured
        }
        let first = UInt32(truncatingIfNeeded: transceivers[index].senders[layer].firstSequence)
        let expected = Int64(Int32(bitPattern: block.extendedHighestSequence &- first)) + 1
        transceivers[index].senders[layer].countFeedback { statistics in
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

    private mutating func handle(
        _ block: RTCPExtendedReport.Block, from ssrc: UInt32, arrivedAt: Instant
    ) {
        switch block {
        case .receiverReferenceTime(let ntp):
            referenceTimes.receive(ntp: ntp, from: ssrc, at: arrivedAt)
        case .lastReceiverReports(let reports):
            guard let report = reports.first(where: { $0.ssrc == ownSSRC && $0.lastRR != 0 }) else {
                return
            }
            // RFC 3611 §4.5: as with the report blocks of RTP, in units of 1/65536 s.
            let nowMiddle = UInt32(truncatingIfNeeded: configuration.wallClock.ntp(at: arrivedAt) >> 16)
            let ticks = Int32(bitPattern: nowMiddle &- report.lastRR &- report.delaySinceLastRR)
            let measured = Double(max(0, ticks)) / 65_536
            // The way is the same for all that comes over it, whichever source's name the answer bears.
            for index in transceivers.indices {
                for layer in transceivers[index].receivers.indices
                where transceivers[index].receivers[layer].statistics.packetsReceived > 0 {
                    transceivers[index].receivers[layer].noteRoundTripTime(measured)
                }
            }
        case .other:
            break
        }
    }

    /// A stream's place: its transceiver, and its layer there.
    private typealias Place = (transceiver: Int, layer: Int)

    private func sender(of ssrc: UInt32) -> Place? {
        for index in transceivers.indices {
            for layer in transceivers[index].senders.indices
            where transceivers[index].senders[layer].ssrc == ssrc || transceivers[index].senders[layer].rtxSSRC == ssrc {
                return (index, layer)
            }
        }
        return nil
    }

    private func receiver(of ssrc: UInt32) -> Place? {
        for index in transceivers.indices {
            for layer in transceivers[index].receivers.indices where transceivers[index].receivers[layer].ssrc == ssrc {
                return (index, layer)
            }
        }
        return nil
    }

    private var senderCount: Int { transceivers.reduce(0) { $0 + $1.senders.count } }

    private var receiverCount: Int { transceivers.reduce(0) { $0 + $1.receivers.count } }

    /// - Parameter number: Among all streams that are sent, counted through the transceivers.
    private func sender(number: Int) -> Place {
        var rest = number
        for index in transceivers.indices {
            if rest < transceivers[index].senders.count { return (index, rest) }
            rest -= transceivers[index].senders.count
        }
        preconditionFailure("there are not so many senders")
    }

    private func receiver(number: Int) -> Place {
        var rest = number
        for index in transceivers.indices {
            if rest < transceivers[index].receivers.count { return (index, rest) }
            rest -= transceivers[index].receivers.count
        }
        preconditionFailure("there are not so many receivers")
    }

    // MARK: - Sending

    package mutating func advanceFeedback(to now: Instant) {
        guard isConnected, !isClosing else { return }
        let own = ownSSRC
        for index in transceivers.indices {
            for layer in transceivers[index].receivers.indices {
                advanceRepairs(of: index, layer: layer, senderSSRC: own, to: now)
            }
        }
        var media: UInt32 = 0
        search: for index in transceivers.indices {
            for layer in transceivers[index].receivers.indices {
                guard let ssrc = transceivers[index].receivers[layer].ssrc else { continue }
                media = ssrc
                break search
            }
        }
        if transportWide.advance(to: now, senderSSRC: own, mediaSSRC: media) {
            statistics.transport.starlingTransportFeedbackSent += 1
        }
    }

    private mutating func advanceRepairs(of index: Int, layer: Int, senderSSRC own: UInt32, to now: Instant) {
        guard let due = transceivers[index].receivers[layer].deadline, now >= due else { return }
        let media = transceivers[index].receivers[layer].ssrc ?? 0
        lostNumbers.removeAll(keepingCapacity: true)
        var wantsKeyFrame = false
        transceivers[index].receivers[layer].advance(
            to: now, roundTripTime: roundTripTime,
            nackRequest: { lostNumbers.append(UInt16(truncatingIfNeeded: $0)) },
            pictureLossRequest: { wantsKeyFrame = true })
        if !lostNumbers.isEmpty {
            waitingRTCP.append(.nack(RTCPNack(senderSSRC: own, mediaSSRC: media, lost: lostNumbers)))
        }
        if wantsKeyFrame, transceivers[index].receivers[layer].usesPictureLoss {
            waitingRTCP.append(.pictureLoss(senderSSRC: own, mediaSSRC: media))
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
        let (start, receivers) = (nextReported, receiverCount)
        for offset in 0..<receivers {
            let number = (start + offset) % receivers
            guard reportBlocks.count < Self.mostReportBlocks else { break }
            nextReported = number + 1
            let place = receiver(number: number)
            if let block = transceivers[place.transceiver].receivers[place.layer].takeReport(now: now) {
                reportBlocks.append(block)
            }
        }
        let (first, senders) = (nextDescribed, senderCount)
        for offset in 0..<senders {
            let number = (first + offset) % senders
            let place = sender(number: number)
            guard transceivers[place.transceiver].senders[place.layer].statistics.packetsSent > 0 else { continue }
            guard reportSenders.count < mostSenders else { break }
            nextDescribed = number + 1
            writeSenderReport(of: place, carriesBlocks: reportSenders.isEmpty, into: &writer, now: now)
            reportSenders.append(transceivers[place.transceiver].senders[place.layer].ssrc)
        }
        if reportSenders.isEmpty {
            RTCPPacket.receiverReport(ssrc: ownSSRC, reports: reportBlocks).write(into: &writer)
            reportSenders.append(ownSSRC)
        }
        describeSenders()
        sourceDescription.packet.write(into: &writer)
        writeExtendedReport(into: &writer, now: now)
        writeReceiverEstimate(into: &writer, now: now)
    }

    /// Asks for a round-trip time, and answers those who asked (RFC 3611 §4.4 and §4.5).
    private mutating func writeExtendedReport(into writer: inout ByteWriter, now: Instant) {
        guard usesReferenceTime else { return }
        var blocks: [RTCPExtendedReport.Block] = []
        if transceivers.contains(where: { $0.receivers.contains { $0.statistics.packetsReceived > 0 } }) {
            blocks.append(.receiverReferenceTime(ntp: configuration.wallClock.ntp(at: now)))
        }
        let answers = referenceTimes.take(at: now)
        if !answers.isEmpty { blocks.append(.lastReceiverReports(answers)) }
        guard !blocks.isEmpty else { return }
        RTCPPacket.extendedReport(RTCPExtendedReport(ssrc: ownSSRC, blocks: blocks)).write(
            into: &writer)
    }

    /// What the far side may send, where it asks for that and for nothing finer.
    private mutating func writeReceiverEstimate(into writer: inout ByteWriter, now: Instant) {
        var sources: [UInt32] = []
        var bytes: UInt64 = 0
        for transceiver in transceivers where transceiver.usesReceiverEstimate && transceiver.mayReceive {
            for receiver in transceiver.receivers {
                guard let ssrc = receiver.ssrc, receiver.statistics.packetsReceived > 0 else { continue }
                sources.append(ssrc)
                bytes += receiver.statistics.bytesReceived
            }
        }
        guard !sources.isEmpty else { return }
        let loss = reportBlocks.reduce(UInt8(0)) {
            sources.contains($1.ssrc) ? max($0, $1.fractionLost) : $0
        }
        let bitrate = receiverEstimate.update(
            bytesReceived: bytes, fractionLost: Double(loss) / 256, at: now)
        RTCPPacket.remb(
            RTCPReceiverEstimate(
                senderSSRC: ownSSRC, bitrate: bitrate, ssrcs: Array(sources.prefix(Self.mostEstimated)))
        ).write(into: &writer)
    }

    private static let mostEstimated = 16

    /// What stands in front of feedback where it may not go alone (RFC 4585 §3.1).
    private mutating func writeMinimalReport(on source: UInt32?, into writer: inout ByteWriter, now: Instant) {
        reportBlocks.removeAll(keepingCapacity: true)
        if let source, let place = receiver(of: source),
            let block = transceivers[place.transceiver].receivers[place.layer].takeReport(now: now)
        {
            reportBlocks.append(block)
        }
        RTCPPacket.receiverReport(ssrc: ownSSRC, reports: reportBlocks).write(into: &writer)
        RTCPPacket.sourceDescription([RTCPSourceDescriptionChunk(ssrc: ownSSRC, cname: configuration.cname)]).write(into: &writer)
    }

    private static let mostReportBlocks = 12

    /// Sender reports with their names that take 700 bytes together.
    private var mostSenders: Int { max(1, min(6, 700 / (36 + configuration.cname.utf8.count))) }

    private func writeSenderReport(of place: Place, carriesBlocks: Bool, into writer: inout ByteWriter, now: Instant) {
        let sender = transceivers[place.transceiver].senders[place.layer]
        let clockRate = Transceiver.clockRate(of: sender.kind)
        RTCPPacket.senderReport(
            RTCPSenderReport(
                ssrc: sender.ssrc, ntp: configuration.wallClock.ntp(at: now),
                rtp: sender.timestamp(at: now, clockRate: clockRate),
                packetCount: UInt32(truncatingIfNeeded: sender.sourcePacketCount),
                octetCount: UInt32(truncatingIfNeeded: sender.sourceOctetCount),
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
