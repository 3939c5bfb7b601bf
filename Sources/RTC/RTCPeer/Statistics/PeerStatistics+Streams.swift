internal import RTCCore

extension PeerStatistics {
    private func stream(
        _ type: StatsReport.Kind, _ track: Track, ssrc: UInt32?, rid: String?, codec: CodecFacts?
    ) -> StatsReport {
        var report = report(type, Self.streamName(track, rid: rid))
        report.set("ssrc", ssrc)
        report.set("kind", track.kind.rawValue)
        report.set("transportId", StatsReport.Kind.transport.rawValue)
        report.set("codecId", codec.map { Self.codecID(track, $0) })
        return report
    }

    func inboundReport(_ track: Track, _ inbound: RTPReceiveStatistics) -> StatsReport {
        var report = stream(.inboundRTP, track, ssrc: track.remoteSSRC, rid: track.remoteRid, codec: track.inboundCodec)
        report.set("packetsReceived", inbound.packetsReceived)
        report.set("packetsLost", inbound.packetsLost)
        report.set("jitter", number: inbound.jitter)
        report.set("trackIdentifier", track.remoteTrackIdentifier)
        report.set("mid", track.mid)
        report.set(
            "remoteId",
            inbound.remote.reportsSent > 0 ? Self.id(.remoteOutboundRTP, Self.streamName(track, rid: track.remoteRid)) : nil)
        report.set("bytesReceived", inbound.bytesReceived)
        report.set("headerBytesReceived", inbound.headerBytesReceived)
        report.set("packetsDiscarded", inbound.packetsDiscarded)
        report.set("lastPacketReceivedTimestamp", number: milliseconds(inbound.lastPacketReceivedAt))
        if track.remoteRTXSSRC != nil {
            report.set("retransmittedPacketsReceived", inbound.retransmittedPacketsReceived)
            report.set("retransmittedBytesReceived", inbound.retransmittedBytesReceived)
            report.set("rtxSsrc", track.remoteRTXSSRC)
        }
        report.set("nackCount", inbound.nackCount)
        report.set("jitterBufferDelay", number: inbound.jitterBufferDelay)
        report.set("jitterBufferTargetDelay", number: track.kind == .audio ? inbound.jitterBufferTargetDelay : nil)
        report.set("jitterBufferEmittedCount", inbound.jitterBufferEmittedCount)
        report.set("estimatedPlayoutTimestamp", number: estimatedPlayout(track, inbound))
        if track.kind == .video { setVideo(&report, inbound) } else { setAudio(&report, inbound) }
        report.set(.rid, track.remoteRid)
        report.set(.packetsDuplicated, inbound.packetsDuplicated)
        report.set(.lossRunCount, inbound.bursts.runs)
        report.set(.burstCount, inbound.bursts.burstCount)
        report.set(.burstPackets, inbound.bursts.burstPackets)
        report.set(.burstPacketsLost, inbound.bursts.burstLost)
        report.set(.gapPackets, inbound.bursts.gapPackets)
        report.set(.gapPacketsLost, inbound.bursts.gapLost)
        return report
    }

    private func setVideo(_ report: inout StatsReport, _ inbound: RTPReceiveStatistics) {
        let freezes = inbound.freezes
        report.set("framesReceived", inbound.framesReceived)
        report.set("framesDecoded", inbound.framesDecoded)
        report.set("keyFramesDecoded", inbound.keyFramesDecoded)
        report.set("framesRendered", inbound.framesDecoded)
        report.set("framesDropped", inbound.framesDropped)
        if inbound.frameWidth > 0 {
            report.set("frameWidth", inbound.frameWidth)
            report.set("frameHeight", inbound.frameHeight)
        }
        report.set("framesPerSecond", number: Double(inbound.framesPerSecond))
        report.set("totalInterFrameDelay", nanoseconds: freezes.totalInterFrameDelay)
        report.set("totalSquaredInterFrameDelay", number: freezes.totalSquaredInterFrameDelay)
        report.set("pauseCount", freezes.pauseCount)
        report.set("totalPausesDuration", nanoseconds: freezes.totalPauses)
        report.set("freezeCount", freezes.freezeCount)
        report.set("totalFreezesDuration", nanoseconds: freezes.totalFreezes)
        report.set("firCount", 0)
        report.set("pliCount", inbound.pliCount)
        report.set("framesAssembledFromMultiplePackets", inbound.framesAssembledFromMultiplePackets)
        report.set("totalAssemblyTime", nanoseconds: inbound.totalAssemblyTime)
        report.set(.framesDamaged, inbound.framesDamaged)
        report.set(.openFreezeDuration, nanoseconds: freezes.openFreeze)
    }

    private func setAudio(_ report: inout StatsReport, _ inbound: RTPReceiveStatistics) {
        report.set("fecPacketsReceived", inbound.fecPacketsReceived)
        report.set("fecPacketsDiscarded", inbound.fecPacketsDiscarded)
        report.set(.interruptionCount, inbound.interruptionCount)
        report.set(.totalInterruptionsDuration, nanoseconds: inbound.totalInterruptions)
        report.set(.openInterruptionDuration, nanoseconds: inbound.openInterruption)
    }

    /// NTP time of the newest media that left the jitter buffer, in milliseconds since 1900 by the sender's clock, carried on to now.
    private func estimatedPlayout(_ track: Track, _ inbound: RTPReceiveStatistics) -> Double? {
        guard let played = inbound.lastPlayed, inbound.remote.reportsSent > 0 else { return nil }
        let ticks = Int32(bitPattern: played.rtpTimestamp &- inbound.remote.rtpTimestamp)
        let clockRate = Double(Transceiver.clockRate(of: track.kind))
        let since = Double(Instant(nanoseconds: played.at).nanoseconds(to: at)) / 1e6
        return WallClock.milliseconds(ofNTP: inbound.remote.ntp) + Double(ticks) / clockRate * 1000 + since
    }

    func outboundReport(_ track: Track, _ outbound: RTPSendStatistics) -> StatsReport {
        var report = stream(.outboundRTP, track, ssrc: track.ssrc, rid: track.rid, codec: track.outboundCodec)
        report.set("packetsSent", outbound.packetsSent)
        report.set("bytesSent", outbound.bytesSent)
        report.set("mid", track.mid)
        report.set("mediaSourceId", Self.id(.mediaSource, track.mid))
        report.set(
            "remoteId",
            outbound.remote.reportsReceived > 0 ? Self.id(.remoteInboundRTP, Self.streamName(track, rid: track.rid)) : nil)
        report.set("rid", track.rid)
        report.set("encodingIndex", track.encodingIndex)
        report.set("headerBytesSent", outbound.headerBytesSent)
        report.set("retransmittedPacketsSent", outbound.retransmittedPacketsSent)
        report.set("retransmittedBytesSent", outbound.retransmittedBytesSent)
        report.set("rtxSsrc", track.rtxSSRC)
        report.set("totalPacketSendDelay", nanoseconds: outbound.totalPacketSendDelay)
        report.set("nackCount", outbound.nackCount)
        if track.kind == .video {
            if outbound.frameWidth > 0 {
                report.set("frameWidth", outbound.frameWidth)
                report.set("frameHeight", outbound.frameHeight)
            }
            report.set("framesPerSecond", number: Double(outbound.framesPerSecond))
            report.set("framesSent", outbound.framesSent)
            report.set("hugeFramesSent", outbound.hugeFramesSent)
            report.set("framesEncoded", outbound.framesEncoded)
            report.set("keyFramesEncoded", outbound.keyFramesSent)
            report.set("qualityLimitationReason", "none")
            report.set("qualityLimitationDurations", limitationDurations(outbound))
            report.set("qualityLimitationResolutionChanges", 0)
            report.set("firCount", outbound.firCount)
            report.set("pliCount", outbound.pliCount)
        }
        report.set("active", track.isActive)
        report.set(.packetsDropped, outbound.packetsDiscarded)
        report.set(.retransmissionsUnavailable, outbound.retransmissionsUnavailable)
        return report
    }

    /// Files are played as they are: nothing but time without a limit.
    private func limitationDurations(_ outbound: RTPSendStatistics) -> [StatsReport.Entry] {
        let active = outbound.firstFrameAt.map { Double(Instant(nanoseconds: $0).nanoseconds(to: at)) / 1e9 } ?? 0
        return [.init("none", active), .init("cpu", 0), .init("bandwidth", 0), .init("other", 0)]
    }

    func mediaSource(_ track: Track) -> StatsReport {
        var report = report(.mediaSource, track.mid)
        report.set("trackIdentifier", track.trackIdentifier)
        report.set("kind", track.kind.rawValue)
        guard track.kind == .video, let outbound = track.outbound else { return report }
        if outbound.frameWidth > 0 {
            report.set("width", outbound.frameWidth)
            report.set("height", outbound.frameHeight)
        }
        report.set("frames", outbound.framesEncoded)
        report.set("framesPerSecond", number: Double(outbound.framesPerSecond))
        return report
    }

    func remoteInbound(_ track: Track, _ remote: RemoteInboundStatistics) -> StatsReport {
        var report = stream(.remoteInboundRTP, track, ssrc: track.ssrc, rid: track.rid, codec: track.outboundCodec)
        report.set("packetsReceived", remote.packetsReceived)
        report.set("packetsLost", remote.packetsLost)
        report.set("jitter", number: remote.jitter)
        report.set("localId", Self.id(.outboundRTP, Self.streamName(track, rid: track.rid)))
        report.set("roundTripTime", number: remote.roundTripTime)
        report.set("totalRoundTripTime", number: remote.totalRoundTripTime)
        report.set("fractionLost", number: remote.fractionLost)
        report.set("roundTripTimeMeasurements", remote.roundTripTimeMeasurements)
        return report
    }

    func remoteOutbound(_ track: Track, _ remote: RemoteOutboundStatistics) -> StatsReport {
        var report = stream(.remoteOutboundRTP, track, ssrc: track.remoteSSRC, rid: track.remoteRid, codec: track.inboundCodec)
        report.set("packetsSent", remote.packetsSent)
        report.set("bytesSent", remote.bytesSent)
        report.set("localId", Self.id(.inboundRTP, Self.streamName(track, rid: track.remoteRid)))
        report.set("remoteTimestamp", number: WallClock.unixMilliseconds(ofNTP: remote.ntp))
        report.set("reportsSent", remote.reportsSent)
        if remote.roundTripTimeMeasurements > 0 {
            report.set("roundTripTime", number: remote.roundTripTime)
            report.set("totalRoundTripTime", number: remote.totalRoundTripTime)
            report.set("roundTripTimeMeasurements", remote.roundTripTimeMeasurements)
        }
        return report
    }
}
